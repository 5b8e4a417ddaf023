import type { Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';

/** What a column becomes, as it is planned. */
export interface PlannedColumn {
  readonly table: TableName;
  readonly column: string;
  readonly sourceType: string;
  readonly targetType: string;
  readonly refuses: string | undefined;
  readonly loses: string | undefined;
  readonly expression: string | undefined;
}

/** Writes down what is not there yet; what a person has said since stays. */
export async function insertColumns(tx: Tx, columns: readonly PlannedColumn[]): Promise<void> {
  const rows = columns.map((one) => ({
    table_name: one.table,
    column_name: one.column,
    source_type: one.sourceType,
    target_type: one.targetType,
    refuses: one.refuses ?? null,
    loses: one.loses ?? null,
    expression: one.expression ?? null,
  }));
  await ask(tx, 'insert_columns', { columns: JSON.stringify(rows) });
}

/** The expressions that are wanted now, by table and column. */
export async function readExpressions(tx: Tx): Promise<ReadonlyMap<TableName, ReadonlyMap<string, string>>> {
  const { rows } = await ask<Record<string, string>>(tx, 'read_expressions');
  const found = new Map<TableName, Map<string, string>>();
  for (const row of rows) {
    const columns = found.get(row['table_name'] ?? '') ?? new Map<string, string>();
    found.set(row['table_name'] ?? '', columns.set(row['column_name'] ?? '', row['expression'] ?? ''));
  }
  return found;
}
