import type { Db, Tx } from '../../../src/db/db.js';
import type { SequenceValue } from '../../../src/model/schema.js';
import { readRows } from './rows.js';

interface SequenceName {
  readonly sequence: string;
  readonly table: string | null;
  readonly column: string | null;
  readonly increment: string;
  readonly limit: string;
}

/** So many in one statement. Each is locked until it ends, so one transaction for all could run out of locks. */
const BATCH = 500;

/** Where all sequences stand, those of identity columns too, in the order of names. */
export async function readSequences(db: Db): Promise<SequenceValue[]> {
  const names = await readRows<SequenceName>(db, 'sequence-names');
  const values: SequenceValue[] = [];
  for (let i = 0; i < names.length; i += BATCH) values.push(...(await readBatch(db, names.slice(i, i + BATCH))));
  return values;
}

async function readBatch(tx: Tx, names: readonly SequenceName[]): Promise<SequenceValue[]> {
  const selects = names.map(({ sequence }, i) => `SELECT ${i} AS i, last_value, is_called FROM ${sequence}`);
  const { rows } = await tx.query<{ i: number; last_value: string; is_called: boolean }>(
    `${selects.join('\nUNION ALL\n')}\nORDER BY i`,
  );
  return rows.map((row) => {
    const { sequence, table, column, increment, limit } = names[row.i]!;
    const counted = table === null || column === null ? {} : { column: { table, name: column } };
    return { sequence, last: row.last_value, called: row.is_called, increment, limit, ...counted };
  });
}
