import { Fault } from '../base/fault.js';
import type { Db, Tx } from '../db/db.js';
import type { Position } from '../model/position.js';
import { ask } from './ask.js';
import { fenced } from './fenced.js';
import type { HeldRow } from './lock.js';

/** Up to where a stream is in files: everything that ends before `position`, numbered up to `lastSeq`. */
export interface StreamState {
  readonly position: Position;
  readonly lastSeq: number;
  /** Of its last file; -1 before the first. */
  readonly lastNumber: number;
}

/** The stream of changes in a worker's hands, or its lane: that has no position, and a sequence number as mark. */
export interface StreamClaim extends HeldRow, StreamState {
  readonly mark: string;
  readonly restarts: number;
}

/** `bytes`: of log before the position. */
export interface Reached {
  readonly position: Position;
  readonly bytes: number;
}

/** A file of changes that is durable; its position is where its last transaction ends. */
export interface SealedChanges extends Reached {
  readonly source: string;
  readonly number: number;
  readonly firstSeq: number;
  /** Of the last transaction that has a line in it, also where it ends in a later file. */
  readonly lastSeq: number;
  /** Row changes in it. */
  readonly changes: number;
  readonly rawBytes: number;
  readonly checksum: string;
}

/**
 * Writes down that a stream has been created on the source, and its lane; from now on every table is behind, from the
 * first change on. Throws STREAM_LOST when there was one already: somebody deleted its row, and changes are missing.
 */
export async function openStream(db: Db, begun: Reached & { readonly stream: string }): Promise<void> {
  const { stream, position, bytes } = begun;
  await db.transaction(async (tx) => {
    if (await findStream(tx, stream)) throw fenced('the change stream', {});
    await refuseTraces(tx, stream);
    await ask(tx, 'insert_stream', { stream, position, bytes });
  });
}

async function refuseTraces(tx: Tx, stream: string): Promise<void> {
  const { rows } = await ask<{ has_rows: string; read_tables: string | null }>(tx, 'traces_of_stream');
  const { has_rows, read_tables: read = null } = rows[0] ?? {};
  const hasRows = has_rows === 'YES';
  if (!hasRows && read === null) return;
  const found = hasRows ? 'rows of its files or its lane' : `tables that were read already (${read})`;
  throw new Fault('permanent', `wirekite_progress has no row of the change stream ${stream}, but there are ${found}`, {
    code: 'STREAM_LOST',
    safe: 'nothing was written; changes that nobody has recorded may be missing from here on',
    hint: 'if somebody deleted the row, nothing says any more where to go on: openkite reset, and begin anew',
  });
}

interface StreamRow extends Record<string, unknown> {
  readonly source: string;
  readonly target: string;
  readonly worker: string;
  readonly generation: number;
  readonly restarts: number;
  readonly mark: string | null;
  readonly position: string | null;
  readonly last_seq: string | null;
  readonly chunk_number: string | null;
  readonly error: string | null;
}

const toState = (row: StreamRow): StreamState => ({
  position: row.position ?? '',
  lastSeq: Number(row.last_seq ?? 0),
  lastNumber: Number(row.chunk_number ?? -1),
});

/** Undefined before it is opened. `error`: why it was stopped. `finished`: the migration is cut over. */
export async function findStream(
  tx: Tx,
  stream: string,
): Promise<(StreamState & { readonly error: string | undefined; readonly finished: boolean }) | undefined> {
  const { rows } = await ask<StreamRow & { finished: string }>(tx, 'find_stream', { stream });
  return rows[0] && { ...toState(rows[0]), error: rows[0].error ?? undefined, finished: rows[0].finished === 'YES' };
}

/**
 * The stream, to be recorded; undefined while another worker lives that has it, or while it is stopped. Throws
 * MARK_INVALID when somebody changed its mark by hand.
 */
export async function claimStream(db: Db, stream: string, worker: string): Promise<StreamClaim | undefined> {
  const row = await take(db, { source: stream, target: 'CE', worker });
  if (row && row['agrees'] !== 'YES')
    throw new Fault('permanent', `the mark of ${stream} is ${row.mark}, and its position ${row.position}`, {
      code: 'MARK_INVALID',
      safe: 'nothing was written',
      hint: 'somebody changed wirekite_progress by hand: set the mark to the position again, cut after 64 characters',
    });
  return row && toClaim(row);
}

/** The lane, whose changes are to be applied; undefined while another worker lives that has it, or while it is stopped. */
export async function claimLane(db: Db, worker: string): Promise<StreamClaim | undefined> {
  const row = await take(db, { source: 'stream', target: 'changes', worker });
  return row && toClaim(row);
}

/** The row is locked first, passing over one that a session still holds, and looked at again: a worker may have come between. */
function take(db: Db, key: { source: string; target: string; worker: string }): Promise<StreamRow | undefined> {
  return db.transaction(async (tx) => {
    const { source, target } = key;
    if ((await ask(tx, 'next_stream', { source, target })).rows.length === 0) return undefined;
    return (await ask<StreamRow>(tx, 'take_stream', key)).rows[0];
  });
}

const toClaim = (row: StreamRow): StreamClaim => ({
  source: row.source,
  target: row.target,
  worker: row.worker,
  generation: row.generation,
  restarts: row.restarts,
  mark: row.mark ?? '',
  ...toState(row),
});

/**
 * Makes sealed files known and moves the stream behind them, at once. Returns the claim as it is then. Throws FENCED when
 * the stream is not this worker's any more.
 */
export async function sealChanges(
  db: Db,
  claim: StreamClaim,
  files: readonly SealedChanges[],
  to: Reached & StreamState,
): Promise<StreamClaim> {
  const rows = files.map((file) => ({
    name: file.source,
    number: file.number,
    first_seq: file.firstSeq,
    last_seq: file.lastSeq,
    row_count: file.changes,
    byte_count: file.rawBytes,
    checksum: file.checksum,
    position: file.position,
    log_bytes: file.bytes,
  }));
  return db.transaction(async (tx) => {
    const moved = await move(tx, claim, to);
    await ask(tx, 'insert_changes', { files: JSON.stringify(rows) });
    return moved;
  });
}

/** Nothing that concerns us is before that position. Returns the claim as it is then; throws FENCED as `sealChanges`. */
export const moveStream = (db: Db, claim: StreamClaim, to: Reached): Promise<StreamClaim> =>
  db.transaction((tx) => move(tx, claim, { ...to, lastSeq: claim.lastSeq, lastNumber: claim.lastNumber }));

async function move(tx: Tx, claim: StreamClaim, to: Reached & StreamState): Promise<StreamClaim> {
  const { source, target, generation, worker } = claim;
  const { position, bytes, lastSeq, lastNumber } = to;
  const from = { from_position: claim.position, from_seq: claim.lastSeq };
  const reached = { position, bytes, last_seq: lastSeq, last_number: lastNumber };
  const { rows } = await ask(tx, 'move_stream', { source, target, generation, worker, ...from, ...reached });
  if (rows.length !== 1) throw fenced('the change stream', {});
  return { ...claim, mark: position.slice(0, 64), position, lastSeq, lastNumber };
}

/** Nobody takes the stream again until a new run has reopened it. */
export async function failStream(db: Db, stream: string, error: string): Promise<void> {
  await ask(db, 'fail_stream', { source: stream, target: 'CE', error });
}

/** A stream or lane that was stopped is tried once more. For the start of a run. */
export async function reopenStreams(db: Db): Promise<void> {
  await ask(db, 'reopen_streams');
}

/** Why stream or lane were stopped, a paragraph each. */
export async function streamErrors(tx: Tx): Promise<string[]> {
  const { rows } = await ask<{ source: string; target: string; error: string }>(tx, 'stream_errors');
  return rows.map(({ source, target, error }) =>
    target === 'CE' ? `STOPPED the change stream ${source}\n${error}` : `STOPPED applying changes\n${error}`,
  );
}
