import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';
import { rewind, withhold, type IsDone } from './rewind.js';
import { unskipTasks } from './skip.js';
import { emptyForReload } from './table.js';

/**
 * Has tables read anew while all others go on: they leave the lane of changes, what was made on their rows is taken back,
 * and they are emptied and forgotten together. Interrupted, it leaves tables that say RELOAD_NEEDED, and is repeated; so
 * it is where somebody is still making something on their rows. Returns those tasks; none: it is done.
 * `empty` empties the target tables within the transaction.
 */
export async function reload(
  db: Db,
  tables: readonly TableName[],
  why: string,
  empty: (tx: Tx) => Promise<void>,
  isDone?: IsDone,
): Promise<string[]> {
  const atWork = await leave(db, tables, why);
  if (atWork.length > 0) return atWork;
  for (const table of tables) await rewind(db, { table, isDone });
  await db.transaction(async (tx) => {
    for (const table of tables) await emptyForReload(tx, table, why);
    await empty(tx);
  });
  return [];
}

/** Under the lane's lock: its loader is between two transactions then, and passes over them from the next one on. */
function leave(db: Db, tables: readonly TableName[], why: string): Promise<string[]> {
  return db.transaction(async (tx) => {
    await ask(tx, 'hold_lane');
    const atWork = new Set<string>();
    for (const table of tables) {
      await unskipTasks(tx, table);
      await ask(tx, 'leave_for_reload', { table, why });
      for (const task of await withhold(tx, table)) atWork.add(task);
    }
    return [...atWork];
  });
}
