/** Schemas of a dialect that no loader knows, as an extractor would describe them. */
import type { Column, Constraint, Index, Schema, Table } from '../../src/model/schema.js';
import type { ValueType } from '../../src/model/type.js';

export const column = (name: string, value: ValueType, more: Partial<Column> = {}): Column => ({
  name,
  type: `foreign ${value.kind}`,
  value,
  numbered: false,
  nullable: true,
  options: [],
  local: true,
  ...more,
});

export const int = (name: string, more: Partial<Column> = {}): Column =>
  column(name, { kind: 'integer', bits: 32, unsigned: false }, { nullable: false, ...more });

export const text = (name: string, length?: number, more: Partial<Column> = {}): Column =>
  column(
    name,
    {
      kind: 'text',
      ...(length === undefined ? {} : { length }),
      fixed: false,
      compares: { exact: true, padded: false },
    },
    more,
  );

export const withDefault = (column: Column, plain?: NonNullable<Column['default']>['plain']): Column => ({
  ...column,
  default: { id: `default of ${column.name}`, definition: 'f(x)', needs: [], ...(plain ? { plain } : {}) },
});

export const constraint = (
  table: string,
  kind: Constraint['kind'],
  columns: readonly string[],
  more: Partial<Constraint> = {},
): Constraint => {
  const name = more.name ?? `${table} ${kind} ${columns.join(' ')}`.slice(0, 63);
  return {
    id: `table constraint ${name} on public.${table}`,
    definition: `${kind} in its own words`,
    needs: ['type public.unknown'],
    kind,
    columns,
    inherited: false,
    deferrable: false,
    validated: true,
    name,
    ...more,
  };
};

export const index = (table: string, name: string, columns: readonly string[], more: Partial<Index> = {}): Index => ({
  id: `index public.${name}`,
  definition: `CREATE INDEX ${name} ON ${table} in its own words`,
  needs: [],
  name,
  unique: false,
  columns,
  index: { name },
  plain: { method: 'ordered', parts: columns.map((of) => ({ column: of, descending: false })) },
  ...more,
});

export const table = (name: string, columns: readonly Column[], more: Partial<Table> = {}): Table => ({
  id: `table public.${name}`,
  schema: 'public',
  name,
  columns,
  hasRows: true,
  inherits: [],
  constraints: [],
  indexes: [],
  options: { unlogged: false, parameters: [] },
  needs: [],
  rowsEstimated: 0,
  bytesEstimated: 0,
  encodings: ['text'],
  ...more,
});

export const schema = (tables: readonly Table[], more: Partial<Schema> = {}): Schema => ({
  dialect: 'foreign',
  serverVersion: '1',
  home: 'public',
  tables,
  objects: [],
  notMoved: [],
  ...more,
});
