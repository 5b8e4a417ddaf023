import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';

/**
 * A table leaves the migration: nobody reads, loads or changes it any more, and what is there stays. Under the lane's lock:
 * its loader passes over it from its next transaction on.
 */
export async function skipTable(db: Db, table: TableName, why: string): Promise<void> {
  await db.transaction(async (tx) => {
    await ask(tx, 'hold_lane');
    await ask(tx, 'lock_table', { table });
    await ask(tx, 'skip_tasks', { table, why });
    await ask(tx, 'unblock_tasks');
    await ask(tx, 'skip_chunks', { table });
    await ask(tx, 'skip_table', { table, why });
  });
}

/** What was not done to it because it was left out is to be done. */
export async function unskipTasks(tx: Tx, table: TableName): Promise<void> {
  await ask(tx, 'unskip_tasks', { table });
}

/** Changes of tables that were left out, in the transaction that passed over them. */
export async function countSkipped(tx: Tx, found: ReadonlyMap<TableName, number>): Promise<void> {
  if (found.size === 0) return;
  const tables = [...found].map(([table, n]) => ({ table_name: table, found: n }));
  await ask(tx, 'count_skipped', { tables: JSON.stringify(tables) });
}

/** Transactions that somebody has left out, for all tables or one. */
export class SkippedTransactions {
  private readonly places: ReadonlySet<string>;

  constructor(rows: readonly { readonly scope: string; readonly seq: number }[]) {
    this.places = new Set(rows.map(({ scope, seq }) => `${seq} ${scope}`));
  }

  static async read(tx: Tx): Promise<SkippedTransactions> {
    const { rows } = await ask<{ scope: string; value: string }>(tx, 'skipped_transactions');
    return new SkippedTransactions(rows.map(({ scope, value }) => ({ scope, seq: Number(value) })));
  }

  has(table: TableName, seq: number): boolean {
    return this.places.size > 0 && (this.places.has(`${seq} *`) || this.places.has(`${seq} ${table}`));
  }

  /** Another set of transactions needs another reading of the files. */
  get key(): string {
    return [...this.places].sort().join();
  }
}
