import { tableName, type Constraint, type Schema, type SchemaObject, type Table } from './schema.js';

/**
 * The part of a schema that configuration selects. What hangs on a table that is left out (its triggers, a view
 * over it, a partition of it, a foreign key to it) is left out too, and named in `notMoved`.
 */
export function restrict(schema: Schema, selects: (schema: string, table: string) => boolean): Schema {
  const unselected = new Set(schema.tables.filter((t) => !selects(t.schema, t.name)).map((t) => t.id));
  if (unselected.size === 0) return schema;
  const out = withDependents(schema, unselected);
  const outNames = new Set(schema.tables.filter((t) => out.has(t.id)).map(tableName));
  const kept = schema.tables.filter((t) => !out.has(t.id));
  const severed = (c: Constraint) => c.references !== undefined && outNames.has(c.references.table);
  const orphans = [...schema.tables, ...schema.objects].filter((p) => out.has(p.id) && !unselected.has(p.id));
  return {
    ...schema,
    tables: kept.map((t) => ({ ...t, constraints: t.constraints.filter((c) => !severed(c)) })),
    objects: schema.objects.filter((o) => !out.has(o.id)),
    notMoved: [
      ...schema.notMoved,
      ...orphans.map((part) => `${part.id}: it hangs on a table that the configuration leaves out`),
      ...kept
        .flatMap((t) => t.constraints.filter(severed))
        .map((c) => `${c.id}: it refers to a table that is left out`),
    ],
  };
}

/** The ids, and those of everything that needs one of them, however far away. */
function withDependents(schema: Schema, ids: ReadonlySet<string>): Set<string> {
  const out = new Set(ids);
  const names = new Set(schema.tables.filter((t) => out.has(t.id)).map(tableName));
  const hangs = (part: Table | SchemaObject) =>
    !out.has(part.id) &&
    (part.needs.some((need) => out.has(need)) ||
      ('table' in part && part.table !== undefined && names.has(part.table)));
  const parts = [...schema.tables, ...schema.objects];
  for (let found = parts.filter(hangs); found.length > 0; found = parts.filter(hangs))
    for (const part of found) {
      out.add(part.id);
      if ('columns' in part) names.add(tableName(part));
    }
  return out;
}
