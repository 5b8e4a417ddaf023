import { sleep } from '../base/clock.js';
import { explain } from '../base/fault.js';
import { dropBehind, heldBy } from '../control/behind.js';
import { foldFinished, removableChanges, unappliedBytes, unknownChanges } from '../control/retention.js';
import { cktName } from '../format/name.js';
import type { DaemonContext } from './daemon.js';
import { storedChanges } from './stored-changes.js';

const EVERY_MS = 10_000;

/** Removes files of changes that nobody needs any more, folds their rows, and gives up what a stopped table holds back. */
export async function tendChanges(context: DaemonContext, over: AbortSignal): Promise<void> {
  for (; !over.aborted; await sleep(EVERY_MS, over))
    await tend(context).catch((error: unknown) => context.log.warn(explain(context.classify(error))));
}

async function tend(context: DaemonContext): Promise<void> {
  const { store, settings, log } = context;
  const control = await context.control.get();
  const numbers = await storedChanges(store);
  for (const name of await removableChanges(control, settings().keep_seconds, numbers.map(cktName)))
    await store.remove(name);
  for (const number of await unknownChanges(control, numbers)) await store.remove(cktName(number));
  await foldFinished(control);
  const holder = await heldBy(control);
  if (holder === undefined || (await unappliedBytes(control)) < settings().changes_bytes) return;
  const isHeld = context.has(holder.table) && context.gate.wishes.ofTable(context.table(holder.table)).word !== 'RUN';
  if (!holder.stopped && !isHeld) return;
  const why = `it was stopped, and its changes alone held ${settings().changes_bytes} bytes of files: they are dropped`;
  log.error({ table: holder.table }, `${holder.table} must be loaded anew: ${why}`);
  await dropBehind(control, holder.table, why);
}
