import { Fault } from '../base/fault.js';
import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import type { Placement, Step } from '../model/step.js';
import { ask } from './ask.js';
import { fenced } from './fenced.js';

export type TaskState =
  'WAITING' | 'READY' | 'RUNNING' | 'DONE' | 'SKIPPED' | 'FAILED' | 'BLOCKED' | 'HELD' | 'ABORTED';

export interface Task {
  readonly id: string;
  readonly kind: string;
  readonly table: TableName | undefined;
  /** All statements of the step, to be run as one. A person may have mended it. */
  readonly statement: string;
  readonly bytes: number;
  /** From 1. */
  readonly attempt: number;
  readonly optional: boolean;
}

export interface OpenTask {
  readonly id: string;
  readonly kind: string;
  readonly table: TableName | undefined;
  readonly state: TaskState;
  readonly attempt: number;
  readonly worker: string | undefined;
  readonly reason: string | undefined;
  /** The failed task without which it cannot be done. */
  readonly blockedBy: string | undefined;
}

export interface Planned {
  readonly batchRun?: string;
  /** By task; one that has none is in phase 1, of priority 0 and without an estimate. */
  readonly placements?: ReadonlyMap<string, Placement>;
}

/**
 * Adds the steps that are not there yet, with what they need. An event is a step of kind `event` without statements;
 * that of a table's rows carries the table and needs what the rows need, for its chunks are loaded only when it is READY.
 * No task stays in an earlier phase than one that it needs: it would wait for ever where phases are waves.
 */
export async function insertTasks(
  tx: Tx,
  steps: readonly Step[],
  { batchRun, placements }: Planned = {},
): Promise<void> {
  const tasks = steps.map((s) => ({
    task_id: s.id,
    phase: placements?.get(s.id)?.phase ?? 1,
    priority: placements?.get(s.id)?.priority ?? 0,
    estimate_seconds: placements?.get(s.id)?.seconds ?? null,
    kind: s.kind,
    table_name: s.table,
    statement: s.statements.join(';\n'),
    undo: (s.undo ?? []).join(';\n'),
    byte_count: Math.round(s.bytes),
    is_optional: s.optional ? 'YES' : 'NO',
    is_repeated: s.repeats ? 'YES' : 'NO',
  }));
  const dependencies = steps.flatMap((s) => [...new Set(s.needs)].map((need) => ({ task_id: s.id, depends_on: need })));
  await ask(tx, 'insert_tasks', { run: batchRun ?? null, tasks: JSON.stringify(tasks) });
  await ask(tx, 'insert_dependencies', { dependencies: JSON.stringify(dependencies) });
  for (let moved = 1; moved > 0;) moved = (await ask(tx, 'raise_phases')).count;
}

/** WAITING tasks become READY where all that they need is DONE or SKIPPED, BLOCKED where some of it has FAILED. */
export async function makeReady(db: Db): Promise<number> {
  await ask(db, 'block_tasks');
  await ask(db, 'take_back_events');
  return (await ask(db, 'make_ready')).count;
}

/** The most urgent READY task, or one that a dead worker left; of these kinds only, if given, and of no table that is held. */
export async function claimTask(
  db: Db,
  worker: string,
  { kinds, held }: { readonly kinds?: readonly string[]; readonly held?: string | undefined } = {},
): Promise<Task | undefined> {
  const params = { kinds: kinds === undefined ? null : JSON.stringify(kinds), held: held ?? null };
  for (;;) {
    const taken = await db.transaction(async (tx) => {
      const { rows } = await ask<{ task_id: string }>(tx, 'next_task', params);
      return rows[0] === undefined ? 'none' : (await ask(tx, 'take_task', { task: rows[0].task_id, worker })).rows[0];
    });
    if (taken === 'none') return undefined;
    if (taken !== undefined) return toTask(taken);
  }
}

const toTask = (row: Record<string, unknown>): Task => ({
  id: String(row['task_id']),
  kind: String(row['kind']),
  table: (row['table_name'] ?? undefined) as TableName | undefined,
  statement: String(row['statement']),
  bytes: Number(row['byte_count']),
  attempt: Number(row['attempt_no']),
  optional: row['is_optional'] === 'YES',
});

/** DONE, in the transaction that did it where the server can roll that back. Throws FENCED when the claim is lost. */
export const finishTask = (tx: Tx, id: string, worker: string, outcome = 'success'): Promise<void> =>
  settle(tx, id, worker, { state: 'DONE', outcome, reason: null });

/** FAILED; or HELD for a person; or READY again, to be retried; or SKIPPED, for a step that may fail. The reason stands in the row. */
export async function failTask(
  tx: Tx,
  id: string,
  worker: string,
  reason: string,
  then: 'FAILED' | 'HELD' | 'READY' | 'SKIPPED' = 'FAILED',
): Promise<void> {
  await settle(tx, id, worker, { state: then, outcome: 'error', reason });
  if (then === 'FAILED' || then === 'HELD') await ask(tx, 'count_escalated', { id });
}

async function settle(
  tx: Tx,
  id: string,
  worker: string,
  to: { state: TaskState; outcome: string; reason: string | null },
) {
  const { count } = await ask(tx, 'finish_task', { task: id, worker, ...to });
  if (count !== 1) throw fenced(`the task ${id}`, {});
}

/** Events after rows that are to come again wait for them, and what is read anew then, like counters, is read again. */
export async function reopenAfter(tx: Tx): Promise<void> {
  await ask(tx, 'reopen_after');
}

/** The run stops early: what was not begun becomes ABORTED. */
export async function abortTasks(db: Db): Promise<void> {
  await ask(db, 'abort_tasks');
}

/** Tables without which the migration has failed, and that have failed for good, with their errors. */
export async function failedCritical(tx: Tx): Promise<{ table: TableName; error: string }[]> {
  const { rows } = await ask<{ table_name: string; error: string | null }>(tx, 'failed_critical');
  return rows.map((row) => ({ table: row.table_name, error: row.error ?? '' }));
}

/** `load <table>` becomes DONE, and its table LOADED, where every chunk is written and loaded. Returns these tables. */
export async function closeEvents(db: Db): Promise<TableName[]> {
  const { rows } = await ask<{ table_name: string }>(db, 'close_events');
  return rows.map((row) => row.table_name);
}

/** Events that only join others become DONE. */
export async function closeJoints(db: Db): Promise<void> {
  await ask(db, 'close_joints');
}

export interface TaskCounts {
  readonly total: number;
  /** May still end by themselves. */
  readonly open: number;
  readonly failed: number;
  /** Wait for failed ones. */
  readonly blocked: number;
  /** Were not begun any more, because the run stopped early. */
  readonly aborted: number;
  /** Of the event after which sequences are set, triggers made; null before there is a plan. */
  readonly cutover: TaskState | null;
  /** Of the event "every table is in step"; null where no changes are followed. */
  readonly inStep: TaskState | null;
  /** Being done, or free to be. */
  readonly moving: number;
}

export async function countTasks(tx: Tx): Promise<TaskCounts> {
  const { rows } = await ask<Record<string, string | number | null>>(tx, 'count_tasks');
  const { total, open, failed, blocked, aborted, cutover, in_step: inStep, moving } = rows[0] ?? {};
  return {
    total: Number(total),
    open: Number(open),
    failed: Number(failed),
    blocked: Number(blocked),
    aborted: Number(aborted),
    cutover: cutover as TaskState | null,
    inStep: inStep as TaskState | null,
    moving: Number(moving),
  };
}

/** An event that the coordinator itself decides on (`cutover`). It must be READY; a table that is to be read anew takes that back. */
export async function finishEvent(tx: Tx, id: string): Promise<void> {
  if ((await ask(tx, 'finish_event', { task: id })).count !== 1)
    throw new Fault('transient', `the event ${id} is not READY: something that it needs is not done`);
}

/** What everybody waits for waits again: there is more to do before. */
export async function reopenEvents(tx: Tx): Promise<void> {
  await ask(tx, 'reopen_events');
}

/** FAILED, BLOCKED, HELD and ABORTED tasks, or those of one table, wait again. */
export async function reopenTasks(db: Db, table?: TableName): Promise<string[]> {
  const { rows } = await ask<{ task_id: string }>(db, 'reopen_tasks', { table: table ?? null });
  return rows.map((row) => row.task_id);
}

export interface Troubled {
  readonly id: string;
  readonly state: 'FAILED' | 'SKIPPED';
  readonly reason: string;
}

/** What failed, and what may fail and was left out. */
export async function troubledTasks(tx: Tx): Promise<Troubled[]> {
  const { rows } = await ask<Record<string, string | null>>(tx, 'troubled_tasks');
  return rows.map((row) => ({
    id: row['task_id'] ?? '',
    state: row['state'] as Troubled['state'],
    reason: row['status_reason'] ?? '',
  }));
}

/** All that is neither DONE nor SKIPPED. */
export async function openTasks(tx: Tx): Promise<OpenTask[]> {
  const { rows } = await ask<Record<string, string | null>>(tx, 'open_tasks');
  return rows.map((row) => ({
    id: row['task_id'] ?? '',
    kind: row['kind'] ?? '',
    table: row['table_name'] ?? undefined,
    state: row['state'] as TaskState,
    attempt: Number(row['attempt_no']),
    worker: row['worker'] ?? undefined,
    reason: row['status_reason'] ?? undefined,
    blockedBy: row['blocked_by'] ?? undefined,
  }));
}
