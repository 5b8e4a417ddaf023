import type { ColumnMapping, Mapping } from '../../src/connector/loader.js';
import { quoteLiteral } from '../../src/db/postgres/quote.js';
import { storedColumns, tableName, type Column, type Schema } from '../../src/model/schema.js';
import { qualified } from './create-table.js';

/** Of a schema in the target's own words: everything is as it was, but what the operator wants otherwise. */
export function sameMapping(schema: Schema): Mapping {
  const tables = schema.tables.map((table) => ({
    table: tableName(table),
    target: qualified(table),
    columns: storedColumns(table).map(sameColumn),
  }));
  return { tables, notMade: [], refused: [] };
}

const sameColumn = ({ name, type, override }: Column): ColumnMapping => ({
  column: name,
  type,
  targetType: override?.type ?? type,
});

/** The same schema with the types that the operator wants. */
export const withOverrides = (schema: Schema): Schema => ({
  ...schema,
  tables: schema.tables.map((table) => ({ ...table, columns: table.columns.map(overridden) })),
});

/** A constant is read anew by the new type. */
function overridden(column: Column): Column {
  const type = column.override?.type;
  if (type === undefined) return column;
  const { default: given } = column;
  const constant = given?.plain !== undefined && 'value' in given.plain ? quoteLiteral(given.plain.value) : undefined;
  return { ...column, type, ...(given ? { default: { ...given, definition: constant ?? given.definition } } : {}) };
}
