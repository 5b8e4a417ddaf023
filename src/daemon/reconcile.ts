import { explain, Fault } from '../base/fault.js';
import { loadedMarks } from '../control/progress.js';
import { failTable } from '../control/table.js';
import type { Db } from '../db/db.js';
import { tableName, type Table, type TableName } from '../model/schema.js';
import type { DaemonContext } from './daemon.js';

/**
 * Stops tables that were interrupted while they were loaded and hold other rows than their marks say. Only of those
 * without any key: of others a row that comes twice is found when the key is made. Who loads meanwhile is left alone.
 */
export async function reconcile(context: DaemonContext, control: Db): Promise<void> {
  const before = await loadedMarks(control);
  const tables = context.tables.filter((table) => before.has(tableName(table)) && !hasKey(table));
  if (tables.length === 0) return;
  const found = await count(context, tables);
  const after = await loadedMarks(control);
  for (const [table, rows] of found) {
    const marked = before.get(table);
    if (marked === rows || marked !== after.get(table)) continue;
    const fault = differs(table, marked ?? 0, rows);
    context.log.error(explain(fault));
    await failTable(control, table, explain(fault));
  }
}

const hasKey = ({ constraints, indexes }: Table): boolean =>
  constraints.some(({ kind }) => kind === 'primary key' || kind === 'unique') || indexes.some(({ unique }) => unique);

async function count(context: DaemonContext, tables: readonly Table[]): Promise<Map<TableName, number>> {
  const loader = await context.openLoader('reconcile');
  try {
    const found = new Map<TableName, number>();
    for (const table of tables) {
      const rows = await loader.countRows(loader.layout(table, 'text'));
      if (rows !== undefined) found.set(tableName(table), rows);
    }
    return found;
  } finally {
    await loader.close();
  }
}

const differs = (table: TableName, marked: number, rows: number): Fault =>
  new Fault('permanent', `by the marks ${marked} rows were loaded, and the target has ${rows}`, {
    code: 'ROWS_DIFFER',
    place: { table },
    safe: 'nothing more is loaded into this table: without a key a row that comes twice would stay twice',
    hint: "INSERT INTO wirekite_command (action, scope) VALUES ('RELOAD', the table), then RETRY",
  });
