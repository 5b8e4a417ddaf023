import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';
import { rewind, type IsDone } from './rewind.js';
import { emptyForReload } from './table.js';

/**
 * Has tables read anew while all others go on: they leave the lane of changes, what was made on their rows is taken back,
 * and they are emptied and forgotten together. Interrupted, it leaves tables that say RELOAD_NEEDED, and is repeated.
 * `empty` empties the target tables within the transaction.
 */
export async function reload(
  db: Db,
  tables: readonly TableName[],
  why: string,
  empty: (tx: Tx) => Promise<void>,
  isDone?: IsDone,
): Promise<void> {
  await leave(db, tables, why);
  for (const table of tables) await rewind(db, { table, isDone });
  await db.transaction(async (tx) => {
    for (const table of tables) await emptyForReload(tx, table, why);
    await empty(tx);
  });
}

/** Under the lane's lock: its loader is between two transactions then, and passes over them from the next one on. */
async function leave(db: Db, tables: readonly TableName[], why: string): Promise<void> {
  await db.transaction(async (tx) => {
    await ask(tx, 'hold_lane');
    for (const table of tables) await ask(tx, 'leave_for_reload', { table, why });
  });
}
