import { Fault } from '../base/fault.js';
import type { Db } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';

interface LateTask extends Record<string, unknown> {
  readonly task_id: string;
  readonly state: string;
  readonly undo: string;
  readonly is_repeated: string;
  readonly needs: string;
}

/** Where DDL commits by itself: this failure says that what is to be dropped is gone. */
export type IsDone = (fault: Fault) => boolean;

/**
 * Takes back what came after the rows, the last first, so that emptied tables can be loaded as bare ones again: foreign
 * keys would refuse rows that come before those they refer to, triggers would fire, indexes would slow. What other
 * things depend on stays as it is. Can be interrupted and repeated. With a table: only what is made on its rows, foreign
 * keys that refer to them included.
 */
export async function rewind(
  db: Db,
  { table, isDone }: { readonly table?: TableName; readonly isDone?: IsDone | undefined } = {},
): Promise<void> {
  const { rows } = await ask<LateTask>(db, 'tasks_to_rewind', { table: table ?? null });
  for (const task of lastFirst(rows)) {
    const done = task.state === 'DONE' || task.state === 'SKIPPED';
    if (done && (task.undo !== '' || task.is_repeated === 'YES')) await takeBack(db, task, isDone);
  }
  if (table === undefined) await ask(db, 'rewind_events');
}

async function takeBack(db: Db, { task_id: task, undo }: LateTask, isDone?: IsDone): Promise<void> {
  try {
    await db.transaction(async (tx) => {
      if (undo !== '') await tx.query(undo);
      await ask(tx, 'rewind_task', { task });
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (isDone?.(error)) await ask(db, 'rewind_task', { task });
    else if (error.kind === 'transient' || error.kind === 'resource') throw error;
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
