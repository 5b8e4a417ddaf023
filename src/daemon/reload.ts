import { reload } from '../control/reload.js';
import { tableName, type Table } from '../model/schema.js';
import type { Context } from './context.js';

/** Empties a table of a running migration and has it read again under a new snapshot. All others go on. */
export async function reloadTable(context: Context, table: Table, why: string): Promise<void> {
  const loader = await context.openLoader('reload');
  try {
    const layout = loader.layout(table, 'text');
    await reload(loader.db, tableName(table), why, (tx) => loader.empty(tx, [layout]));
  } finally {
    await loader.close();
  }
}
