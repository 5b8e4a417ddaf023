import { Fault } from '../base/fault.js';
import type { Position } from '../model/position.js';
import type { Encoding, TableName } from '../model/schema.js';
import type { Db, Tx } from '../db/db.js';
import { ask } from './ask.js';

/**
 * PLANNED: not begun. COPYING: its chunks are planned. LOADED: all rows are in. DONE: indexes and constraints too.
 * FAILED waits for a new run or RETRY; HELD for RETRY or SKIP; RELOAD_NEEDED for more: its changes were dropped. SKIPPED has left
 * the migration.
 */
export type TableState = 'PLANNED' | 'COPYING' | 'LOADED' | 'DONE' | 'FAILED' | 'RELOAD_NEEDED' | 'HELD' | 'SKIPPED';

export interface NewTable {
  readonly table: TableName;
  /** Of the source, which the name cannot always tell. */
  readonly schema?: string;
  /** As the target writes it in a statement, quoted where it must be. */
  readonly target: string;
  /** Absent: that of the event `load <table>`, which has to stand there before. Its phase is the event's too. */
  readonly priority?: number;
  readonly rowsEstimated: number;
  readonly bytesEstimated: number;
  readonly businessValue?: number;
  readonly riskScore?: number;
  readonly critical?: boolean;
}

export interface TableRow extends NewTable {
  readonly priority: number;
  readonly state: TableState;
  readonly startPosition: Position | undefined;
  readonly rowsExtracted: number;
  readonly rowsLoaded: number;
  readonly bytesLoaded: number;
  readonly generation: number;
  readonly snapshotId: string | undefined;
  readonly encoding: Encoding | undefined;
  readonly nextChunk: number;
  readonly chunkCount: number;
  readonly error: string | undefined;
  /** The last change applied to it while it is behind the lane; undefined: in step, or changes are not followed. */
  readonly appliedSeq: number | undefined;
}

/** Adds tables; those that are there already stay as they are. */
export async function insertTables(tx: Tx, tables: readonly NewTable[]): Promise<void> {
  const rows = tables.map((t) => ({
    table_name: t.table,
    schema_name: t.schema ?? t.table.slice(0, t.table.indexOf('.')),
    target_name: t.target,
    priority: t.priority ?? null,
    business_value: t.businessValue ?? 1,
    risk_score: t.riskScore ?? 0,
    critical: t.critical ? 'YES' : 'NO',
    rows_estimated: Math.round(t.rowsEstimated),
    bytes_estimated: Math.round(t.bytesEstimated),
  }));
  await ask(tx, 'insert_tables', { tables: JSON.stringify(rows) });
}

/** All tables, the most urgent first. */
export async function tables(tx: Tx): Promise<TableRow[]> {
  const { rows } = await ask<Record<string, string | null>>(tx, 'list_tables');
  return rows.map((row) => ({
    table: row['table_name'] ?? '',
    target: row['target_name'] ?? '',
    priority: Number(row['priority']),
    rowsEstimated: Number(row['rows_estimated']),
    bytesEstimated: Number(row['bytes_estimated']),
    state: row['state'] as TableState,
    startPosition: row['start_position'] ?? undefined,
    rowsExtracted: Number(row['rows_extracted']),
    rowsLoaded: Number(row['rows_loaded']),
    bytesLoaded: Number(row['bytes_loaded']),
    generation: Number(row['generation']),
    snapshotId: row['snapshot_id'] ?? undefined,
    encoding: (row['encoding'] ?? undefined) as Encoding | undefined,
    nextChunk: Number(row['next_chunk']),
    chunkCount: Number(row['chunk_count']),
    error: row['error'] ?? undefined,
    appliedSeq: row['applied_seq'] == null ? undefined : Number(row['applied_seq']),
  }));
}

/** Stops one table, and with its event everything that needs its rows; HELD: until a person says RETRY or SKIP. The others go on. */
export async function failTable(
  db: Db,
  table: TableName,
  error: string,
  state: 'FAILED' | 'HELD' = 'FAILED',
): Promise<void> {
  await ask(db, 'fail_table', { table, error, state });
}

/** Tables that had failed, or that one, are tried once more, at their marks; loaded ones stay so. */
export async function reopenTables(db: Db, table?: TableName): Promise<TableName[]> {
  return names(await ask(db, 'reopen_tables', { table: table ?? null }));
}

/** How far tables are that are read anew. */
export interface FollowState {
  readonly table: TableName;
  readonly state: TableState;
  readonly rowsLoaded: number;
  readonly error: string | undefined;
  /** All rows are in and, where changes are followed, it is in step. */
  readonly isIn: boolean;
}

export async function followState(tx: Tx, of: readonly TableName[]): Promise<FollowState[]> {
  const wanted = new Set(of);
  const rows = (await tables(tx)).filter(({ table }) => wanted.has(table));
  return rows.map(({ table, state, rowsLoaded, error, appliedSeq }) => {
    const isIn = (state === 'LOADED' || state === 'DONE') && appliedSeq === undefined;
    return { table, state, rowsLoaded, error, isIn };
  });
}

/**
 * Forgets what was loaded of a table, in the transaction that empties it: its progress rows go, so that a loader that
 * still holds one of its chunks is fenced. Chunk numbers go on, so that no file of before is taken for a new one. From
 * the lane's mark on it is behind the changes; the errors of its rows are settled. Waits for whoever applies changes.
 */
export async function emptyForReload(tx: Tx, table: TableName, why: string): Promise<void> {
  await ask(tx, 'hold_lane');
  await ask(tx, 'lock_table', { table });
  await ask(tx, 'settle_errors', { table });
  const { count } = await ask(tx, 'empty_for_reload', { table, why });
  if (count !== 1) throw new Fault('operator', `there is no table ${table} in wirekite_table`, { place: { table } });
}

/** The first of `n` numbers that no chunk of this table had or will have. */
export async function takeChunkNumbers(tx: Tx, table: TableName, n: number): Promise<number> {
  const { rows } = await ask<{ first: string }>(tx, 'take_chunk_numbers', { table, count: n });
  if (rows[0] === undefined)
    throw new Fault('permanent', `there is no table ${table} in wirekite_table`, { place: { table } });
  return Number(rows[0].first);
}

/** Tables whose snapshot was lost before all their slices were sealed: they must be emptied and read again. */
export async function caughtTables(tx: Tx): Promise<TableName[]> {
  return names(await ask(tx, 'caught_tables'));
}

/** Tables of which progress rows were deleted by hand, with the figures that do not agree. */
export async function lostTables(
  tx: Tx,
  options: { table?: TableName; alsoDone?: boolean } = {},
): Promise<{ table: TableName; found: string }[]> {
  const { rows } = await ask<Record<string, string>>(tx, 'lost_tables', {
    table: options.table ?? null,
    also_done: options.alsoDone ? 'YES' : 'NO',
  });
  return rows.map((row) => ({
    table: String(row['table_name']),
    found:
      `${row['chunk_count']} chunks were planned and ${row['planned']} rows are there; ` +
      `${row['claimed']} were given to loaders and ${row['loads']} rows are there; ` +
      `${row['short']} are said to be finished before their last row`,
  }));
}

/** Brings rows and bytes of `wirekite_table` up to date with finished chunks: of open tables, or at a start of all. */
export async function foldTotals(db: Db, options: { alsoDone?: boolean } = {}): Promise<void> {
  await ask(db, 'fold_totals', { also_done: options.alsoDone ? 'YES' : 'NO' });
}

/** LOADED tables whose tasks have all ended become DONE. */
export async function finishTables(db: Db): Promise<TableName[]> {
  return names(await ask(db, 'finish_tables'));
}

const names = (result: { rows: Record<string, unknown>[] }): TableName[] =>
  result.rows.map((row) => String(row['table_name']));
