import { readdirSync } from 'node:fs';
import type { Tx } from '../../../src/db/db.js';
import type { SchemaObject } from '../../../src/model/schema.js';
import type { Key, Names } from './names.js';
import { readRows } from './rows.js';

/** What every file of `sql/objects` returns: its README says it column by column. */
interface ObjectRow {
  readonly key: Key;
  readonly part: string | null;
  readonly on_table: string | null;
  readonly moment: SchemaObject['when'];
  readonly statements: readonly string[];
  readonly optional: boolean;
  readonly needs: readonly Key[];
  readonly after: readonly string[];
  readonly undo?: readonly string[];
  readonly role?: string | null;
  readonly shell?: string;
}

/** Everything that is no table, in the order of ids. */
export async function readObjects(tx: Tx, names: Names): Promise<SchemaObject[]> {
  const nouns = readdirSync(new URL('../sql/objects/', import.meta.url)).filter((file) => file.endsWith('.sql'));
  const found: SchemaObject[] = [];
  for (const noun of nouns.sort()) found.push(...(await readNoun(tx, noun.slice(0, -'.sql'.length), names)));
  return inOrderOfRefresh(merged(found)).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Those of one file of `sql/objects`. */
export async function readNoun(tx: Tx, noun: string, names: Names): Promise<SchemaObject[]> {
  const rows = await readRows<ObjectRow>(tx, `objects/${noun}`);
  return rows.flatMap((row) => objectOf(row, names) ?? []);
}

/** The functions that come with a range type have owners and grants of their own, under the type's id. */
function merged(objects: readonly SchemaObject[]): SchemaObject[] {
  const byId = new Map<string, SchemaObject>();
  for (const object of objects) {
    const other = byId.get(object.id);
    const statements = [...(other?.statements ?? []), ...object.statements];
    byId.set(object.id, { ...object, statements });
  }
  return [...byId.values()];
}

function objectOf(row: ObjectRow, names: Names): SchemaObject | undefined {
  const whole = names.get(row.key);
  if (whole === undefined || whole.inExtension || (whole.isPart && row.part === null)) return undefined;
  const id = row.part === null ? whole.id : `${row.part} of ${whole.id}`;
  return {
    id,
    kind: row.part?.split(' ')[0] ?? whole.kind,
    name: whole.name,
    statements: row.statements,
    needs: [...(row.part === null ? names.needs(whole.id) : [whole.id]), ...names.ids(row.needs)],
    after: row.after.flatMap((key) => resolve(key, names) ?? []),
    when: row.moment,
    optional: row.optional,
    ...(row.on_table === null ? {} : { table: row.on_table }),
    ...(row.undo ? { undo: row.undo } : {}),
    ...(row.role ? { role: row.role } : {}),
    ...(row.shell ? { shell: row.shell } : {}),
  };
}

/** `owner of 1259/16400` names a part of an object, `1259/16400` the object itself. */
function resolve(key: string, names: Names): string | undefined {
  const [, part = '', whole = ''] = /^(.+ of )?(\d+\/\d+)$/.exec(key) ?? [];
  const id = names.id(whole);
  return id === undefined ? undefined : part + id;
}

/** A materialized view reads others, perhaps through views: those are refreshed before. */
function inOrderOfRefresh(objects: readonly SchemaObject[]): SchemaObject[] {
  const needs = new Map(objects.map((object) => [object.id, object.needs]));
  const reads = (id: string, seen: Set<string>): Set<string> => {
    for (const need of needs.get(id) ?? []) if (!seen.has(need)) reads(need, seen.add(need));
    return seen;
  };
  return objects.map((object) => {
    if (object.kind !== 'refresh') return object;
    const [own = ''] = object.needs;
    const others = [...reads(own, new Set())].filter((id) => id !== own).map((id) => `refresh of ${id}`);
    return { ...object, after: others.filter((id) => needs.has(id)) };
  });
}
