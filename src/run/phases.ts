import { endPhases, openPhases, phases, reopenPhases } from '../control/phase.js';
import type { Db } from '../db/db.js';
import { openPhases as openBy, type Model } from '../plan/open-phases.js';
import type { Checkpoints } from './checkpoints.js';

/**
 * Ends phases whose tasks are settled, takes the checkpoint that is due then or otherwise, and opens what the model wants
 * open. Phases follow from tasks, whoever changed those: one in which there is something to do again has not ended. Returns
 * what has happened, in words.
 */
export async function turnPhases(db: Db, model: Model, due: Checkpoints): Promise<string[]> {
  const rows = await phases(db);
  await reopenPhases(db, numbers(rows.filter(({ hasEnded, unsettled }) => hasEnded && unsettled > 0)));
  const over = rows.filter(({ isOpen, hasEnded, unsettled }) => isOpen && !hasEnded && unsettled === 0);
  for (const { phase, name } of over) due.add(`phase ${phase} (${name}) has ended`);
  await due.take(db, (tx) => endPhases(tx, numbers(over)));
  const left = rows.map((row) => ({ ...row, hasEnded: row.unsettled === 0 && (row.isOpen || row.hasEnded) }));
  const wanted = new Set(openBy[model](left));
  const opened = left.filter(({ isOpen, phase }) => !isOpen && wanted.has(phase));
  await openPhases(db, numbers(opened));
  return [...over.map(named('has ended')), ...opened.map(named('is opened'))];
}

const named =
  (what: string) =>
  ({ phase, name }: { readonly phase: number; readonly name: string }): string =>
    `phase ${phase} (${name}) ${what}`;

const numbers = (rows: readonly { readonly phase: number }[]): number[] => rows.map(({ phase }) => phase);
