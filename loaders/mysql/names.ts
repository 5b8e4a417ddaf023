import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import { tableName, type Constraint, type Index, type Table } from '../../src/model/schema.js';
import type { Moved } from './targets.js';

/** Databases that are the server's own. */
const RESERVED = ['mysql', 'information_schema', 'performance_schema', 'sys'];

/** Characters of a name. */
const LONGEST = 64;

/** Names that cannot be there as they are, or that would be one there, a sentence each. */
export const refusedNames = (moved: Moved): string[] => [
  ...refusedDatabases(moved),
  ...refusedTables(moved),
  ...moved.schema.tables.flatMap(refusedColumns),
];

function refusedDatabases(moved: Moved): string[] {
  const schemas = [...new Set(moved.schema.tables.map(({ schema }) => schema))];
  return schemas.flatMap((schema) => {
    const database = moved.database(schema);
    const why = RESERVED.includes(database.toLowerCase()) ? 'belongs to the server itself' : flaw(database);
    return why === undefined ? [] : [`schema ${schema}: a database there named ${database} ${why}`];
  });
}

function refusedTables(moved: Moved): string[] {
  const places = new Map<string, Table>();
  return moved.schema.tables.flatMap((table) => {
    const place = moved.nameOf(table);
    const same = places.get(folded(place, moved));
    places.set(folded(place, moved), table);
    if (same !== undefined) return [`tables ${tableName(same)} and ${tableName(table)} would both be ${place} there`];
    const why = flaw(table.name);
    return why === undefined ? [] : [`table ${tableName(table)}: its name ${why}`];
  });
}

const folded = (name: string, { server }: Moved): string => (server.foldsNames ? name.toLowerCase() : name);

/** Names of columns are never told apart by case. */
function refusedColumns(table: Table): string[] {
  const names = new Map<string, string>();
  return table.columns.flatMap(({ name }) => {
    const same = names.get(name.toLowerCase());
    names.set(name.toLowerCase(), name);
    const of = `of table ${tableName(table)}`;
    if (same !== undefined) return [`columns ${same} and ${name} ${of}: there, case does not tell them apart`];
    const why = flaw(name);
    return why === undefined ? [] : [`column ${name} ${of}: its name ${why}`];
  });
}

function flaw(name: string): string | undefined {
  if (name.length > LONGEST) return `has ${name.length} characters, and there may be ${LONGEST}`;
  if (name.endsWith(' ')) return 'ends with a space';
  if (/[\u{10000}-\u{10ffff}]/u.test(name)) return 'has a character of four bytes';
  return name === '' ? 'is empty' : undefined;
}

/**
 * Names of a table's keys, quoted. There neither case nor kind tells them apart, and one whose name is taken would pass
 * for made.
 */
export function keyNames({
  constraints,
  indexes,
}: Pick<Table, 'constraints' | 'indexes'>): ReadonlyMap<Constraint | Index, string> {
  const taken = new Set(['primary']);
  const names = new Map<Constraint | Index, string>();
  const named = constraints.filter(({ kind }) => kind === 'unique' || kind === 'foreign key');
  for (const key of [...named, ...indexes]) {
    const wanted = key.name
      .replace(/[\u{10000}-\u{10ffff}]/gu, '_')
      .slice(0, LONGEST)
      .trimEnd();
    let name = wanted;
    for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${wanted.slice(0, LONGEST - 4)}_${n}`;
    taken.add(name.toLowerCase());
    names.set(key, quoteIdentifier(name));
  }
  return names;
}
