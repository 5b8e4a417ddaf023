import { reload } from '../control/reload.js';
import { tableName, type Table } from '../model/schema.js';
import type { DaemonContext } from './daemon.js';

/** Empties a table of a running migration, and its kin, and has them read again under a new snapshot. All others go on. */
export async function reloadTable(
  context: Pick<DaemonContext, 'openLoader' | 'kin' | 'table'>,
  table: Table,
  why: string,
): Promise<void> {
  const names = [...context.kin.of(tableName(table))];
  const loader = await context.openLoader('reload');
  try {
    const layouts = names.map((name) => loader.layout(context.table(name), 'text'));
    await reload(loader.db, names, why, (tx) => loader.empty(tx, layouts), loader.isDone);
  } finally {
    await loader.close();
  }
}
