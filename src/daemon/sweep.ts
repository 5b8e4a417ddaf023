import { sleep } from '../base/clock.js';
import { explain } from '../base/fault.js';
import { probe } from '../base/probe.js';
import { finishedBefore, unknownChunks, type ChunkFile } from '../control/progress.js';
import { dktName, parseName } from '../format/name.js';
import { tableName } from '../model/schema.js';
import type { StoredObject } from '../store/store.js';
import type { DaemonContext } from './daemon.js';

const EVERY_MS = 10_000;
/** Below this share of the budget, free room matters more than the keep time. */
const TIGHT = 0.1;

/**
 * Removes chunk files whose last mark has been durable for `keep_seconds`: a target that fails over to an older state
 * within that time still finds them. When the disk is nearly full, it says so and waits no longer.
 */
export async function sweepLoaded(context: DaemonContext, over: AbortSignal): Promise<void> {
  const warned = new Set<string>();
  while (!over.aborted) {
    await sweep(context, warned).catch((error: unknown) => context.log.warn(explain(context.classify(error))));
    await sleep(EVERY_MS, over);
  }
}

async function sweep(context: DaemonContext, warned: Set<string>): Promise<void> {
  const { store, log } = context;
  const files = chunkFiles(await store.list(), context);
  const names = files.map((file) => file.name);
  if (names.length === 0) return;
  const control = await context.control.get();
  const keep = (await isTight(context)) ? 0 : context.settings().keep_seconds;
  for (const name of await finishedBefore(control, keep, names)) {
    probe('L8');
    await store.remove(name);
    probe('L9');
  }
  for (const { name, ours } of await unknownChunks(control, files)) {
    if (ours) await store.remove(name);
    else if (!warned.has(name))
      log.warn({ chunk: name }, `nothing in wirekite_progress names ${name}: it is left alone`);
    warned.add(name);
  }
}

function chunkFiles(stored: readonly StoredObject[], { tables }: DaemonContext): ChunkFile[] {
  const byStem = new Map(tables.map((table) => [stemOf(dktName(table, 0)), tableName(table)]));
  return stored.flatMap(({ name }) => {
    const parsed = parseName(name);
    return parsed?.kind === 'dkt' ? [{ name, table: byStem.get(parsed.stem), number: parsed.number }] : [];
  });
}

const stemOf = (name: string): string | undefined => {
  const parsed = parseName(name);
  return parsed?.kind === 'dkt' ? parsed.stem : undefined;
};

async function isTight({ store, settings, log }: DaemonContext): Promise<boolean> {
  const free = await store.freeBytes();
  if (free === undefined || free > settings().budget_bytes * TIGHT) return false;
  log.warn(`${free} bytes are free in the chunk store: loaded files go at once instead of after the keep time`);
  return true;
}
