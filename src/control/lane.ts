import { Fault } from '../base/fault.js';
import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';
import { fenced } from './fenced.js';
import { lockRow, parseCount, type HeldRow } from './lock.js';

const THE_LANE = 'the lane of changes';
const MEND = 'set the mark of stream, changes to the last change that every table in step has; else openkite reset';

export interface LockedLane {
  /** The last change that is applied to all tables in step. */
  readonly mark: number;
  /** Tables that the lane leaves out. None joins or leaves it while the lane is locked. */
  readonly behind: ReadonlySet<TableName>;
  /** Of these, tables that have left the migration: their changes are counted. */
  readonly skipped: ReadonlySet<TableName>;
  /** It must not go beyond this transaction. */
  readonly limit: number;
}

/**
 * Locks the lane for the data transaction. Throws FENCED when it is not this worker's any more, LOCKED with the session
 * that holds it, MARK_INVALID when its mark is not a sequence number.
 */
export async function lockLane(tx: Tx, claim: HeldRow): Promise<LockedLane> {
  const mark = parseCount(await lockRow(tx, claim, THE_LANE, {}), 'sequence number', {}, MEND);
  const { rows } = await ask<{ table_name: string; skipped: string }>(tx, 'behind_names');
  const { rows: limits } = await ask<{ value: string }>(tx, 'lane_limit');
  return {
    mark,
    behind: new Set(rows.map((row) => row.table_name)),
    skipped: new Set(rows.filter(({ skipped }) => skipped === 'YES').map((row) => row.table_name)),
    limit: limits[0] === undefined ? Infinity : Number(limits[0].value),
  };
}

/** Moves the lane in the transaction that applied the changes, and with it the rows of their files. Throws FENCED as `advance`. */
export async function advanceLane(tx: Tx, claim: HeldRow, from: number, to: number): Promise<void> {
  if (from === to) return;
  const { source, target, generation, worker } = claim;
  const params = { source, target, generation, worker, from: String(from), to: String(to), finished: 'NO' };
  if ((await ask(tx, 'advance_mark', params)).count !== 1) throw fenced(THE_LANE, {});
  await ask(tx, 'pass_files', { from, to });
}

/** The last change that is applied to all tables in step. Throws LANE_LOST when somebody deleted its row. */
export async function laneMark(tx: Tx): Promise<number> {
  const { rows } = await ask<{ mark: string | null }>(tx, 'lane_mark');
  if (rows[0]) return parseCount(rows[0].mark, 'sequence number', {}, MEND);
  throw new Fault('permanent', 'the row stream, changes of wirekite_progress was deleted', {
    code: 'LANE_LOST',
    safe: 'nothing was written',
    hint: 'nothing says any more which changes are applied: openkite reset, and begin anew',
  });
}

/** Nobody applies changes until a new run has reopened the lane. */
export async function failLane(db: Db, error: string): Promise<void> {
  await ask(db, 'fail_stream', { source: 'stream', target: 'changes', error });
}
