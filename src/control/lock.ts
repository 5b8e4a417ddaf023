import { monotonic, sleep } from '../base/clock.js';
import { Fault, type Place } from '../base/fault.js';
import type { Tx } from '../db/db.js';
import { ask } from './ask.js';
import { fenced } from './fenced.js';

const PATIENCE_SECONDS = 0.5;

/** A row of wirekite_progress that a worker has claimed. Only who holds worker and generation may change it. */
export interface HeldRow {
  readonly source: string;
  readonly target: string;
  readonly generation: number;
  readonly worker: string;
}

interface Found extends Record<string, unknown> {
  readonly mark: string | null;
  readonly generation: number;
  readonly worker: string | null;
  readonly finish_time: string | null;
}

/**
 * Locks the row for the data transaction and returns its mark. Throws FENCED when it is not that worker's any more,
 * LOCKED with the session that holds it. `what` names the row in words.
 */
export async function lockRow(tx: Tx, row: HeldRow, what: string, place: Place): Promise<string | null> {
  const found = await lock(tx, row);
  if (found === undefined) throw await notLocked(tx, row, what, place);
  if (found.generation !== row.generation || found.worker !== row.worker || found.finish_time !== null)
    throw fenced(what, place);
  return found.mark;
}

/** Some servers lock for a moment what a statement of others only looks at: that is waited for. */
async function lock(tx: Tx, { source, target }: HeldRow): Promise<Found | undefined> {
  for (const end = monotonic() + PATIENCE_SECONDS; ; await sleep(20)) {
    const { rows } = await ask<Found>(tx, 'lock_mark', { source, target });
    if (rows[0] !== undefined || monotonic() > end) return rows[0];
  }
}

async function notLocked(tx: Tx, { source, target }: HeldRow, what: string, place: Place): Promise<Fault> {
  const { rows } = await ask<{ session: string }>(tx, 'find_holder', { source, target });
  if (rows[0] === undefined) return fenced(what, place);
  return new Fault('resource', `session ${rows[0].session} of the target holds ${what}'s row of wirekite_progress`, {
    code: 'LOCKED',
    place,
    safe: 'nothing was written',
    hint: `wait for session ${rows[0].session}, or end it if its process is dead`,
  });
}

/** The mark as a count and nothing else: no sign, blank, exponent or leading zero. Throws MARK_INVALID with what to do. */
export function parseCount(mark: string | null, of: string, place: Place, hint: string): number {
  if (mark !== null && /^(0|[1-9][0-9]{0,15})$/.test(mark) && Number.isSafeInteger(Number(mark))) return Number(mark);
  throw new Fault('permanent', `the mark ${mark === null ? 'NULL' : JSON.stringify(mark)} is not a ${of}`, {
    code: 'MARK_INVALID',
    place,
    safe: 'nothing was written',
    hint: `somebody changed wirekite_progress by hand: ${hint}`,
  });
}
