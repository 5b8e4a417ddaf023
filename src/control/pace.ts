import { Fault } from '../base/fault.js';
import type { Tx } from '../db/db.js';
import { ask } from './ask.js';

/** Among how many processes what is allowed in a second is shared, and how busy others keep the target. */
export interface Pace {
  /** Living processes that read rows from the source; that write rows into the target. */
  readonly readers: number;
  readonly writers: number;
  /** Busy sessions of others on the target. */
  readonly busy: number;
}

export async function readPace(tx: Tx): Promise<Pace> {
  const { rows } = await ask<{ readers: string; writers: string; busy: string }>(tx, 'read_pace');
  const { readers = '1', writers = '1', busy = '0' } = rows[0] ?? {};
  return { readers: Math.max(1, Number(readers)), writers: Math.max(1, Number(writers)), busy: Number(busy) };
}

/** Whose locks these sessions of the target wait for, by session. Undefined: this login may not see that. */
export async function readBlockers(
  tx: Tx,
  sessions: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  if (sessions.length === 0) return new Map();
  try {
    const params = { sessions: JSON.stringify(sessions) };
    const { rows } = await ask<{ session: string; blocked_by: string }>(tx, 'find_blockers', params);
    return new Map(rows.map(({ session, blocked_by }) => [String(session), blocked_by]));
  } catch (error) {
    if (error instanceof Fault && error.kind !== 'transient') return undefined;
    throw error;
  }
}
