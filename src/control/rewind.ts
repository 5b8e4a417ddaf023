import { Fault } from '../base/fault.js';
import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';

interface LateTask extends Record<string, unknown> {
  readonly task_id: string;
  readonly state: string;
  readonly undo: string;
  readonly is_repeated: string;
  readonly at_work: string;
  readonly needs: string;
}

/** Where DDL commits by itself: this failure says that what is to be dropped is gone. */
export type IsDone = (fault: Fault) => boolean;

/**
 * Takes back what came after the rows, the last first, so that emptied tables can be loaded as bare ones again: foreign
 * keys would refuse rows that come before those they refer to, triggers would fire, indexes would slow. What other
 * things depend on stays as it is. Can be interrupted and repeated. With a table: only what is made on its rows, foreign
 * keys that refer to them included. Nobody may be at work on any of it.
 */
export async function rewind(
  db: Db,
  { table, isDone }: { readonly table?: TableName; readonly isDone?: IsDone | undefined } = {},
): Promise<void> {
  for (const task of lastFirst(await lateTasks(db, table))) if (leavesTraces(task)) await takeBack(db, task, isDone);
  if (table === undefined) await ask(db, 'rewind_events');
}

/** What is ready to be made on a table's rows is not: nobody begins with it any more. Returns what somebody is making. */
export async function withhold(tx: Tx, table: TableName): Promise<string[]> {
  const late = await lateTasks(tx, table);
  for (const { task_id: task } of late.filter(({ state }) => state === 'READY'))
    await ask(tx, 'rewind_task', { task, state: 'READY' });
  return late.filter(({ at_work: atWork }) => atWork === 'YES').map(({ task_id: id }) => id);
}

const lateTasks = async (tx: Tx, table: TableName | undefined): Promise<readonly LateTask[]> =>
  (await ask<LateTask>(tx, 'tasks_to_rewind', { table: table ?? null })).rows;

const isMade = ({ state }: LateTask): boolean => state === 'DONE' || state === 'SKIPPED';

/** What was tried, too: whoever died over it may have made it. */
const leavesTraces = (task: LateTask): boolean =>
  isMade(task) ? task.undo !== '' || task.is_repeated === 'YES' : task.state !== 'WAITING';

async function takeBack(db: Db, task: LateTask, isDone?: IsDone): Promise<void> {
  const { task_id: id, state, undo } = task;
  try {
    await db.transaction(async (tx) => {
      if (undo !== '') await tx.query(undo);
      await ask(tx, 'rewind_task', { task: id, state });
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const isGone = isDone?.(error) === true;
    if (!isGone && (error.kind === 'transient' || error.kind === 'resource')) throw error;
    if (isGone || !isMade(task)) await ask(db, 'rewind_task', { task: id, state });
  }
}

/** Whatever needs another comes before it. */
function lastFirst(tasks: readonly LateTask[]): LateTask[] {
  const byId = new Map(tasks.map((task) => [task.task_id, task]));
  const ordered = new Set<LateTask>();
  const visit = (task: LateTask | undefined): void => {
    if (task === undefined || ordered.has(task)) return;
    for (const need of JSON.parse(task.needs) as string[]) visit(byId.get(need));
    ordered.add(task);
  };
  for (const task of tasks) visit(task);
  return [...ordered].reverse();
}
