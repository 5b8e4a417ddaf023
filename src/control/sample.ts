import type { Db, Tx } from '../db/db.js';
import type { Position } from '../model/position.js';
import { ask } from './ask.js';

/** A look at the source's log. */
export interface Sample {
  /** Where it ended. */
  readonly position: Position;
  /** Of log before that. */
  readonly bytes: number;
  /** Of log that is kept for us. */
  readonly keptBytes: number;
  /** Beyond this the source gives the stream up; undefined: no limit. */
  readonly limitBytes: number | undefined;
}

/** Older ones are thinned: after an hour one a minute stays, after three days none but the newest that is applied. */
export async function insertSample(db: Db, { position, bytes, keptBytes, limitBytes }: Sample): Promise<void> {
  const params = { position, bytes, kept: keptBytes, limit: limitBytes ?? null };
  const { rows } = await ask<{ first_of_minute: string }>(db, 'insert_sample', params);
  if (rows[0]?.first_of_minute === 'YES') await ask(db, 'thin_samples');
}

/** Whether all that the source had committed at some moment after `since` (by `clock`) is in every table. */
export async function caughtUpSince(tx: Tx, since: string): Promise<boolean> {
  return (await ask<{ caught_up: string }>(tx, 'caught_up_since', { since })).rows[0]?.caught_up === 'YES';
}

/** The target server's time, in its own words. */
export async function clock(tx: Tx): Promise<string> {
  return String((await ask<{ now: string }>(tx, 'clock')).rows[0]?.now);
}

/** The one row of `wirekite_lag`. */
export interface Lag {
  readonly bytes: number;
  readonly seconds: number;
  readonly transactions: number;
  readonly tablesBehind: number;
}

/** Undefined as long as no changes are followed. */
export async function readLag(tx: Tx): Promise<Lag | undefined> {
  const { rows } = await ask<Record<string, string | null>>(tx, 'read_lag');
  const row = rows[0];
  if (row?.['lag_seconds'] == null) return undefined;
  return {
    bytes: Number(row['lag_bytes']),
    seconds: Number(row['lag_seconds']),
    transactions: Number(row['lag_transactions']),
    tablesBehind: Number(row['tables_behind']),
  };
}
