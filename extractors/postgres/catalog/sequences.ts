import type { Db, Tx } from '../../../src/db/db.js';
import type { SequenceValue } from '../../../src/model/schema.js';
import { readRows } from './rows.js';

/** So many in one statement. Each is locked until it ends, so one transaction for all could run out of locks. */
const BATCH = 500;

/** Where all sequences stand, those of identity columns too, in the order of names. */
export async function readSequences(db: Db): Promise<SequenceValue[]> {
  const names = (await readRows<{ sequence: string }>(db, 'sequence-names')).map((row) => row.sequence);
  const values: SequenceValue[] = [];
  for (let i = 0; i < names.length; i += BATCH) values.push(...(await readBatch(db, names.slice(i, i + BATCH))));
  return values;
}

async function readBatch(tx: Tx, names: readonly string[]): Promise<SequenceValue[]> {
  const selects = names.map((name, i) => `SELECT ${i} AS i, last_value, is_called FROM ${name}`);
  const { rows } = await tx.query<{ i: number; last_value: string; is_called: boolean }>(
    `${selects.join('\nUNION ALL\n')}\nORDER BY i`,
  );
  return rows.map((row) => ({ sequence: names[row.i] ?? '', last: row.last_value, called: row.is_called }));
}
