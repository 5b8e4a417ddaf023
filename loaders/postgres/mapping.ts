import type { ColumnMapping, Mapping } from '../../src/connector/loader.js';
import { storedColumns, tableName, type Column, type Schema } from '../../src/model/schema.js';
import { qualified } from './create-table.js';

/** Of a schema in the target's own words: everything is as it was, but what the operator wants otherwise. */
export function sameMapping(schema: Schema): Mapping {
  const tables = schema.tables.map((table) => ({
    table: tableName(table),
    target: qualified(table),
    columns: storedColumns(table).map(sameColumn),
  }));
  return { tables, notMade: schema.notMoved, refused: [] };
}

const sameColumn = ({ name, type, override }: Column): ColumnMapping => ({
  column: name,
  type,
  targetType: override?.type ?? type,
});
