import { tableName, type Definition, type Schema, type SchemaObject, type Table } from './schema.js';

type Selects = (schema: string, table: string) => boolean;

/**
 * The same schema with these tables only, and without what hangs on others or needs them: that is listed in
 * `notMoved`. Things that belong to no table stay. Whoever leaves out a partitioned root leaves out its partitions.
 */
export function selectTables(schema: Schema, selects: Selects): Schema {
  const selected = (table: Table): boolean => selects(table.schema, table.name);
  const tables = schema.tables.filter(selected);
  const left = new Set(schema.tables.filter((table) => !selected(table)).map(tableName));
  const objects = schema.objects.filter((object) => object.table === undefined || !left.has(object.table));
  return withoutOrphans({ ...schema, tables, objects });
}

/** Takes away, again and again, what needs something that is not there. */
function withoutOrphans(schema: Schema): Schema {
  const ids = new Set(partsOf(schema).map((part) => part.id));
  const orphans = partsOf(schema).filter((part) => part.needs.some((need) => !ids.has(need)));
  if (orphans.length === 0) return schema;
  const sentences = orphans.map((orphan) => {
    const missing = orphan.needs.filter((need) => !ids.has(need));
    return `${orphan.id}: it needs ${missing.join(', ')}, which is not moved`;
  });
  return withoutOrphans({ ...without(schema, new Set(orphans)), notMoved: [...schema.notMoved, ...sentences] });
}

type Part = Pick<Definition, 'id' | 'needs'>;

const partsOf = (schema: Schema): Part[] => [...schema.tables.flatMap(tableParts), ...schema.objects];

const tableParts = (table: Table): Part[] => [
  table,
  ...table.constraints,
  ...table.indexes,
  ...table.columns.flatMap((column) => column.default ?? []),
];

function without(schema: Schema, gone: ReadonlySet<Part>): Schema {
  const stays = (part: Part): boolean => !gone.has(part);
  return {
    ...schema,
    tables: schema.tables.filter(stays).map((table) => ({
      ...table,
      constraints: table.constraints.filter(stays),
      indexes: table.indexes.filter(stays),
      columns: table.columns.map(({ default: value, ...column }) =>
        value !== undefined && stays(value) ? { ...column, default: value } : column,
      ),
    })),
    objects: schema.objects.filter((object: SchemaObject) => stays(object)),
  };
}
