import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';
import { rewind } from './rewind.js';
import { emptyForReload } from './table.js';

/**
 * Has one table read anew while all others go on: it leaves the lane of changes, what was made on its rows is taken back,
 * and it is emptied and forgotten together. Interrupted, it leaves a table that says RELOAD_NEEDED, and is repeated.
 * `empty` empties the target table within the transaction.
 */
export async function reload(db: Db, table: TableName, why: string, empty: (tx: Tx) => Promise<void>): Promise<void> {
  await leave(db, table, why);
  await rewind(db, table);
  await db.transaction(async (tx) => {
    await emptyForReload(tx, table, why);
    await empty(tx);
  });
}

/** Under the lane's lock: its loader is between two transactions then, and passes over the table from the next one on. */
async function leave(db: Db, table: TableName, why: string): Promise<void> {
  await db.transaction(async (tx) => {
    await ask(tx, 'hold_lane');
    await ask(tx, 'leave_for_reload', { table, why });
  });
}
