import { reload } from '../control/reload.js';
import type { Tx } from '../db/db.js';
import { tableName, type Table } from '../model/schema.js';
import type { DaemonContext } from './daemon.js';

/**
 * Empties a table of a running migration, and its kin, and has them read again under a new snapshot. All others go on.
 * `also`: within the same transaction. Returns what is still being made on their rows: then it is to be repeated.
 */
export async function reloadTable(
  context: Pick<DaemonContext, 'openLoader' | 'kin' | 'table'>,
  table: Table,
  why: string,
  also: (tx: Tx) => Promise<void> = async () => undefined,
): Promise<string[]> {
  const names = [...context.kin.of(tableName(table))];
  const loader = await context.openLoader('reload');
  try {
    const there = new Set(await loader.existing(names.map((name) => context.table(name))));
    const layouts = names.filter((name) => there.has(name)).map((name) => loader.layout(context.table(name), 'text'));
    const empty = async (tx: Tx): Promise<void> => {
      if (layouts.length > 0) await loader.empty(tx, layouts);
      await also(tx);
    };
    return await reload(loader.db, names, why, empty, loader.isDone);
  } finally {
    await loader.close();
  }
}
