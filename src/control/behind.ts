import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';
import { fenced } from './fenced.js';

/** A table that the lane leaves out, until it has caught up. */
export interface BehindTable {
  readonly table: TableName;
  readonly generation: number;
  /** The last change that is applied to it, or is in its rows since they were loaded. */
  readonly appliedSeq: number;
  /** The first change that is not in its snapshot, once that is known. */
  readonly startSeq: number | undefined;
  /** Loaded, with all that applying changes to it needs, and not stopped. */
  readonly followed: boolean;
}

/** Those furthest behind first. */
export async function behindTables(tx: Tx): Promise<BehindTable[]> {
  const { rows } = await ask<Record<string, string | null>>(tx, 'behind_tables');
  return rows.map((row) => ({
    table: row['table_name'] ?? '',
    generation: Number(row['generation']),
    appliedSeq: Number(row['applied_seq']),
    startSeq: row['start_seq'] == null ? undefined : Number(row['start_seq']),
    followed: row['followed'] === 'YES',
  }));
}

type Behind = Pick<BehindTable, 'table' | 'generation' | 'appliedSeq'>;

/**
 * Says, in the transaction that applied them, that the changes up to `to` are in these tables. Throws FENCED when one of
 * them is not as it was: emptied, stopped, or dropped from the changes.
 */
export async function advanceBehind(tx: Tx, tables: readonly Behind[], to: number): Promise<void> {
  const { count } = await ask(tx, 'advance_behind', { tables: given(tables), to });
  if (count !== tables.length) throw fenced(`one of the tables ${tables.map(({ table }) => table).join(', ')}`, {});
}

/** Tables that have reached the lane's mark are in step from now on. The caller holds the lane. */
export async function joinLane(tx: Tx, tables: readonly Behind[], mark: number): Promise<void> {
  await ask(tx, 'join_lane', { tables: given(tables), mark });
}

const given = (tables: readonly Behind[]): string =>
  JSON.stringify(
    tables.map(({ table, generation, appliedSeq }) => ({ table_name: table, generation, applied_seq: appliedSeq })),
  );

/** A table in step is behind from this mark on. The caller holds the lane. */
export async function leaveLane(tx: Tx, table: TableName, mark: number): Promise<void> {
  await ask(tx, 'leave_lane', { table, mark });
}

/** Stops a table that is behind, where it is; its files are kept. The others go on. */
export async function stopTable(tx: Tx, table: TableName, error: string): Promise<void> {
  await ask(tx, 'stop_table', { table, error });
}

export interface Holder {
  readonly table: TableName;
  /** It waits for a person, not for the loader. */
  readonly stopped: boolean;
  /** Raw bytes of files that the lane has passed and this table still needs. */
  readonly bytes: number;
}

/** The table for which most files are kept, if there are any that are kept for one alone. */
export async function heldBy(tx: Tx): Promise<Holder | undefined> {
  const { rows } = await ask<{ table_name: string; stopped: string; byte_count: string }>(tx, 'held_by');
  const row = rows[0];
  return row && { table: row.table_name, stopped: row.stopped === 'YES', bytes: Number(row.byte_count) };
}

/** Gives up a table's changes: it must be loaded anew, and no file is kept for it. */
export async function dropBehind(db: Db, table: TableName, why: string): Promise<void> {
  await ask(db, 'drop_behind', { table, why });
}

/** Every table is loaded and follows the lane. */
export async function inStep(tx: Tx): Promise<boolean> {
  return (await ask<{ in_step: string }>(tx, 'in_step')).rows[0]?.in_step === 'YES';
}
