import type { Db, Tx } from '../db/db.js';
import type { Position } from '../model/position.js';
import type { Encoding, TableName } from '../model/schema.js';
import { ask } from './ask.js';
import type { Claim, ExtractClaim } from './chunk.js';
import { fenced } from './fenced.js';
import { lockRow, parseCount, type HeldRow } from './lock.js';

export interface PlannedChunk {
  /** File name. */
  readonly name: string;
  readonly number: number;
  readonly bounds: string;
}

/** Under which view of the source a table is read. */
export interface CopyPlan {
  readonly table: TableName;
  readonly generation: number;
  readonly snapshotId: string;
  readonly position: Position;
  readonly encoding: Encoding;
}

/** Of tables that are being loaded and of which something is in: rows, by their marks. */
export async function loadedMarks(tx: Tx): Promise<Map<TableName, number>> {
  const { rows } = await ask<{ table_name: string; marks: string }>(tx, 'loaded_marks');
  return new Map(rows.map((row) => [row.table_name, Number(row.marks)]));
}

/** Writes the slices' rows before the first one is read, and the table's state with them. Throws FENCED when it was reloaded meanwhile. */
export async function planChunks(tx: Tx, plan: CopyPlan, chunks: readonly PlannedChunk[]): Promise<void> {
  const { count } = await ask(tx, 'begin_copy', {
    table: plan.table,
    generation: plan.generation,
    snapshot: plan.snapshotId,
    position: plan.position,
    encoding: plan.encoding,
    count: chunks.length,
  });
  if (count !== 1) throw fenced('the plan of a table', { table: plan.table });
  await ask(tx, 'plan_chunks', { table: plan.table, chunks: JSON.stringify(chunks) });
}

/** What is known of a chunk once its file is durable. */
export interface Seal {
  readonly rows: number;
  readonly rawBytes: number;
  readonly checksum: string;
}

/** Says that the file is whole and durable: from now on it may be loaded. Throws FENCED when the claim is lost. */
export async function sealChunk(db: Db, chunk: ExtractClaim, seal: Seal): Promise<void> {
  await db.transaction(async (tx) => {
    const params = { ...key(chunk), rows: seal.rows, bytes: seal.rawBytes, checksum: seal.checksum };
    if ((await ask(tx, 'seal_chunk', params)).count !== 1) throw fenced('the chunk', place(chunk));
    await ask(tx, 'follow_seal', { source: chunk.source });
  });
}

/** Gives a refused chunk the next number before it is made again; what was loaded of it keeps its mark. */
export async function renameChunk(
  db: Db,
  chunk: ExtractClaim,
  to: { name: string; number: number },
): Promise<ExtractClaim> {
  await ask(db, 'rename_chunk', { source: chunk.source, name: to.name, number: to.number });
  return { ...chunk, source: to.name, number: to.number, refused: undefined };
}

/**
 * Locks the chunk's row for the data transaction and returns the rows that are in already. Throws FENCED when the
 * claim is lost, LOCKED with the session that holds the row, MARK_INVALID when the mark is not a row count.
 */
export async function lockMark(tx: Tx, chunk: Claim): Promise<number> {
  const mark = await lockRow(tx, chunk, 'the chunk', place(chunk));
  return parseCount(mark, 'count of rows', place(chunk), 'empty this table and load it again');
}

/**
 * Moves the mark in the transaction that brought the rows in. Rolling back is left to the caller's transaction:
 * throws FENCED when the row is not as it was when it was locked. No rows and not finished: nothing is done.
 */
export async function advance(
  tx: Tx,
  chunk: Claim,
  from: number,
  to: number,
  options: { finished: boolean },
): Promise<void> {
  if (from === to && !options.finished) return;
  const params = { ...key(chunk), from: String(from), to: String(to), finished: options.finished ? 'YES' : 'NO' };
  if ((await ask(tx, 'advance_mark', params)).count !== 1) throw fenced('the chunk', place(chunk));
}

/** The claim in hand is tried again. Returns how often it was, since its row was made. */
export async function countRestart(db: Db, row: HeldRow & { readonly restarts?: number }): Promise<number> {
  const { rows } = await ask<{ restarts: number }>(db, 'count_restart', key(row));
  return rows[0]?.restarts ?? row.restarts ?? 0;
}

/** Gives everything back that is unfinished, chunks and tasks. */
export async function releaseClaims(db: Db, worker: string): Promise<void> {
  await ask(db, 'release_claims', { worker });
}

/** Tells the extractor to make the chunk again. Throws FENCED when the claim is lost. */
export async function refuseChunk(db: Db, chunk: Claim, error: string): Promise<void> {
  if ((await ask(db, 'refuse_chunk', { ...key(chunk), error })).count < 2) throw fenced('the chunk', place(chunk));
}

/** Raw bytes of chunks that are written and not wholly loaded. */
export async function unloadedBytes(tx: Tx): Promise<number> {
  const { rows } = await ask<{ byte_count: string }>(tx, 'unloaded_bytes');
  return Number(rows[0]?.byte_count);
}

export interface ChunkFile {
  readonly name: string;
  /** Undefined for a file of no table of ours. */
  readonly table: TableName | undefined;
  readonly number: number;
}

/** Files that no row names. `ours`: their number was given out, so an extractor that had lost its claim wrote them. */
export async function unknownChunks(tx: Tx, files: readonly ChunkFile[]): Promise<{ name: string; ours: boolean }[]> {
  const given = files.map(({ name, table, number }) => ({ name, number, table_name: table }));
  const { rows } = await ask<{ name: string; ours: string }>(tx, 'unknown_chunks', { files: JSON.stringify(given) });
  return rows.map(({ name, ours }) => ({ name, ours: ours === 'YES' }));
}

/** Files that may go: their last mark has been durable for so long. Of these names only, if given. */
export async function finishedBefore(tx: Tx, seconds: number, among?: readonly string[]): Promise<string[]> {
  const names = among === undefined ? null : JSON.stringify(among);
  const { rows } = await ask<{ source: string }>(tx, 'finished_before', { seconds, names });
  return rows.map((row) => row.source);
}

const key = ({ source, target, generation, worker }: HeldRow) => ({ source, target, generation, worker });
const place = (chunk: Claim) => ({ table: chunk.table, chunk: chunk.source });
