import { Fault } from '../base/fault.js';
import type { Db, Tx } from '../db/db.js';
import type { Position } from '../model/position.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';
import { fenced } from './fenced.js';

export interface UnresolvedStart {
  readonly table: TableName;
  readonly generation: number;
  /** Of its snapshot. */
  readonly position: Position;
}

/** Tables with a snapshot of which nobody has said yet which change is the first that is not in it. */
export async function unresolvedStarts(tx: Tx): Promise<UnresolvedStart[]> {
  const { rows } = await ask<{ table_name: string; generation: number; start_position: string }>(
    tx,
    'unresolved_starts',
  );
  return rows.map((row) => ({ table: row.table_name, generation: row.generation, position: row.start_position }));
}

/**
 * Says which change is the first that is not in a table's snapshot. Throws FENCED when the table was emptied meanwhile or
 * somebody has said it already, START_GONE when changes after its snapshot are not kept any more.
 */
export async function resolveStart(
  db: Db,
  start: { readonly table: TableName; readonly generation: number; readonly startSeq: number },
): Promise<void> {
  const { table, generation, startSeq } = start;
  const params = { table, generation, start_seq: startSeq };
  if ((await ask(db, 'resolve_start', params)).count === 1) return;
  const { rows } = await ask<{ applied_seq: string }>(db, 'given_up_before', params);
  if (rows[0] === undefined) throw fenced('the start of a table', { table });
  throw new Fault(
    'permanent',
    `its snapshot ends before change ${startSeq}, files are kept from ${rows[0].applied_seq} on`,
    {
      code: 'START_GONE',
      place: { table },
      safe: 'no change was applied to this table',
      hint: 'it must be emptied and read again under a new snapshot',
    },
  );
}

/** A sealed file of changes. */
export interface ChangeFile {
  readonly source: string;
  readonly number: number;
  readonly firstSeq: number;
  /** Of the last transaction that has a line in it. */
  readonly lastSeq: number;
  /** Where the last transaction ends that ends in it or before it. */
  readonly position: Position;
  readonly checksum: string;
  readonly rawBytes: number;
  /** The lane has passed it. */
  readonly finished: boolean;
}

/** Known files in order, but for those that were folded: with transactions after `afterSeq`, at most `limit`. */
export async function changeFiles(
  tx: Tx,
  { afterSeq, limit }: { readonly afterSeq?: number; readonly limit?: number } = {},
): Promise<ChangeFile[]> {
  const params = { after_seq: afterSeq ?? null, limit: limit ?? Number.MAX_SAFE_INTEGER };
  const { rows } = await ask<Record<string, string | null>>(tx, 'change_files', params);
  return rows.map((row) => ({
    source: row['source'] ?? '',
    number: Number(row['chunk_number']),
    firstSeq: Number(row['first_seq']),
    lastSeq: Number(row['last_seq']),
    position: row['position'] ?? '',
    checksum: row['checksum'] ?? '',
    rawBytes: Number(row['byte_count']),
    finished: row['finished'] === 'YES',
  }));
}
