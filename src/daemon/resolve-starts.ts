import { explain, Fault } from '../base/fault.js';
import type { ChangeSource } from '../connector/extractor.js';
import { changeFiles, resolveStart, unresolvedStarts, type ChangeFile } from '../control/start.js';
import { failTable } from '../control/table.js';
import { openCkt } from '../format/ckt-reader.js';
import type { Position } from '../model/position.js';
import type { DaemonContext } from './daemon.js';
import type { Reached } from './publisher.js';

/** Finds, for tables with a new snapshot, the first transaction that is not in it, once so much of the log is recorded. */
export async function resolveStarts(context: DaemonContext, changes: ChangeSource, reached: Reached): Promise<void> {
  const control = await context.control.get();
  for (const { table, generation, position } of await unresolvedStarts(control)) {
    if (changes.compare(reached.position, position) < 0) continue;
    const startSeq = await firstAfter(context, changes, position, reached);
    try {
      await resolveStart(control, { table, generation, startSeq });
      context.log.info({ table, startSeq }, `changes of ${table} count from transaction ${startSeq}`);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'START_GONE') throw error;
      context.log.error(explain(error));
      await failTable(control, table, explain(error));
    }
  }
}

/** The first transaction that is not in a snapshot of this position: those before belong to it. */
export async function firstAfter(
  context: DaemonContext,
  changes: ChangeSource,
  start: Position,
  reached: Reached,
): Promise<number> {
  for (const file of await filesAround(context, changes, start)) {
    const found = await firstIn(context, file, (commit) => !changes.includes(start, commit));
    if (found !== undefined) return found;
  }
  return reached.lastSeq + 1;
}

/** From the file in which the transaction begins that is the first to end after the position. */
async function filesAround(context: DaemonContext, changes: ChangeSource, start: Position): Promise<ChangeFile[]> {
  const files = await changeFiles(await context.control.get(), {});
  const first = files.find((file) => changes.compare(file.position, start) > 0);
  return first ? files.filter((file) => file.lastSeq >= first.firstSeq - 1) : [];
}

async function firstIn(
  { store, config }: DaemonContext,
  { number, checksum }: ChangeFile,
  isAfter: (commit: Position) => boolean,
): Promise<number | undefined> {
  const reader = await openCkt(store, number, { migration: config.migration, checksum });
  try {
    for await (const items of reader.items())
      for (const item of items) if (item.kind === 'begin' && isAfter(item.position)) return item.seq;
    return undefined;
  } finally {
    await reader.close();
  }
}
