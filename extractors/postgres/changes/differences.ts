import type { CatalogDifference } from '../../../src/connector/extractor.js';
import type { PgDb } from '../../../src/db/postgres/pg-db.js';
import { tableName, type Column, type SchemaObject, type Table, type TableName } from '../../../src/model/schema.js';
import { Names } from '../catalog/names.js';
import { readNoun } from '../catalog/read-objects.js';
import { readTables } from '../catalog/read-tables.js';
import { sqlFile } from '../sql-file.js';
import { standings } from './provision.js';

export async function catalogFingerprint(db: PgDb, stream: string): Promise<string> {
  const { rows } = await db.query<{ fingerprint: string }>(sqlFile('changes/fingerprint'), { stream });
  return rows[0]?.fingerprint ?? '';
}

/** Compares what is known of the source with its catalogs as they are now. */
export async function findDifferences(
  db: PgDb,
  stream: string,
  tables: readonly Table[],
  objects: readonly SchemaObject[],
): Promise<CatalogDifference[]> {
  const { now, enums } = await db.transaction(async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const names = await Names.read(tx);
    return { now: await readTables(tx, names), enums: await readNoun(tx, 'enums', names) };
  });
  const byName = new Map(now.map((table) => [tableName(table), table]));
  return [
    ...tables.flatMap((table) => compareTables(table, byName.get(tableName(table)))),
    ...unfollowed(tables, now),
    ...tables.flatMap((table) => compareLabels(table, objects, enums)),
    ...(await lostChanges(db, stream, tables)),
  ];
}

/** Of one table: first what concerns its rows. */
function compareTables(was: Table, is: Table | undefined): CatalogDifference[] {
  const table = tableName(was);
  if (is === undefined)
    return [{ table, concernsRows: true, found: 'the table is not there any more: dropped, renamed or moved' }];
  const tell = (concernsRows: boolean) => (found: string) => ({ table, concernsRows, found });
  return [...rowMatters(was, is).map(tell(true)), ...otherMatters(was, is).map(tell(false))];
}

const rowMatters = (was: Table, is: Table): string[] => [
  ...compareColumns(was, is),
  ...differs('partition of', partitionOf(was), partitionOf(is)),
  ...differs('primary key', keyOf(was), keyOf(is)),
  ...differs('unlogged', String(was.options.unlogged), String(is.options.unlogged)),
];

const otherMatters = (was: Table, is: Table): string[] => [
  ...is.columns.flatMap((column) =>
    compareDetails(
      was.columns.find(({ name }) => name === column.name),
      column,
    ),
  ),
  ...differs('inherits', was.inherits.join(', '), is.inherits.join(', ')),
  ...compareByName('constraint', was.constraints, is.constraints),
  ...compareByName('index', was.indexes, is.indexes),
];

/** The columns with values of their own, in their order: as the log brings them. */
function compareColumns(was: Table, is: Table): string[] {
  const [before, after] = [was.columns.map(stored), is.columns.map(stored)];
  const gone = was.columns.filter(({ name }) => !is.columns.some((column) => column.name === name));
  const added = is.columns.filter(({ name }) => !was.columns.some((column) => column.name === name));
  const kept = was.columns.filter((column) => !gone.includes(column));
  const found = [
    ...gone.map((column) => `column ${column.name} (${stored(column)}) is gone`),
    ...added.map((column) => `column ${column.name} (${stored(column)}) is new`),
    ...kept.flatMap((column) => {
      const other = is.columns.find(({ name }) => name === column.name)!;
      return differs(`column ${column.name}`, stored(column), stored(other));
    }),
  ];
  const names = (table: Table) => table.columns.map(({ name }) => name).join(', ');
  const moved =
    found.length === 0 && before.length === after.length ? differs('order of columns', names(was), names(is)) : [];
  return [...found, ...moved];
}

const stored = ({ type, generated }: Column): string =>
  generated === undefined ? type : `${type} generated as ${generated.expression}`;

function compareDetails(was: Column | undefined, is: Column): string[] {
  if (was === undefined) return [];
  return [
    ...differs(`default of column ${is.name}`, was.default?.definition, is.default?.definition),
    ...differs(`NULL in column ${is.name}`, was.nullable ? 'allowed' : 'refused', is.nullable ? 'allowed' : 'refused'),
  ];
}

interface Defined {
  readonly name: string;
  readonly definition: string;
}

function compareByName(kind: string, was: readonly Defined[], is: readonly Defined[]): string[] {
  const names = [...new Set([...was, ...is].map(({ name }) => name))];
  const definition = (list: readonly Defined[], name: string) => list.find((one) => one.name === name)?.definition;
  return names.flatMap((name) => differs(`${kind} ${name}`, definition(was, name), definition(is, name)));
}

const partitionOf = ({ partition }: Table): string | undefined =>
  partition?.of && `${partition.of.parent} ${partition.of.bound}`;

const keyOf = ({ constraints }: Table): string | undefined =>
  constraints.find(({ kind }) => kind === 'primary key')?.columns.join(', ');

function differs(what: string, was: string | undefined, is: string | undefined): string[] {
  if (was === is) return [];
  return [
    was === undefined
      ? `${what} is new: ${is}`
      : is === undefined
        ? `${what} is gone: ${was}`
        : `${what} was ${was}, is ${is}`,
  ];
}

/** A new partition's rows are its root's: they are lost to it. Any other table is only told. */
function unfollowed(tables: readonly Table[], now: readonly Table[]): CatalogDifference[] {
  const names = new Set(tables.map(tableName));
  const byId = new Map(tables.map((table) => [table.id, table]));
  const schemas = new Set(tables.map(({ schema }) => schema));
  const others = now.filter((table) => !names.has(tableName(table)) && schemas.has(table.schema));
  const partitions = now.filter((table) => !names.has(tableName(table)) && table.partition?.of !== undefined);
  const roots = new Map(partitions.map((table) => [table, byId.get(`table ${table.partition?.of?.parent}`)]));
  return [...new Set([...others, ...partitions])].map((table) => {
    const root = roots.get(table);
    if (root === undefined)
      return { table: undefined, concernsRows: false, found: `table ${tableName(table)} is not followed` };
    const found = `its partition ${tableName(table)} (${table.partition?.of?.bound}) is not followed`;
    return { table: tableName(root), concernsRows: true, found };
  });
}

/** Values with a label that the target does not know would not fit. */
function compareLabels(table: Table, was: readonly SchemaObject[], is: readonly SchemaObject[]): CatalogDifference[] {
  const types = new Set(table.columns.map(({ type }) => `type ${type.replace(/(\[\])+$/, '')}`));
  const definition = (list: readonly SchemaObject[], id: string) =>
    list.find((one) => one.id === id)?.statements.join('; ');
  return was
    .filter(({ id }) => types.has(id) && is.some((other) => other.id === id))
    .flatMap(({ id }) => differs(`${id} of its columns`, definition(was, id), definition(is, id)))
    .map((found) => ({ table: tableName(table), concernsRows: true, found }));
}

async function lostChanges(db: PgDb, stream: string, tables: readonly Table[]): Promise<CatalogDifference[]> {
  const all = await standings(db, stream, tables);
  const lost = (table: TableName, found: string) => ({ table, concernsRows: true, found });
  return all.flatMap(({ table, unlogged, usable, whole, inserts }) => {
    const name = tableName(table);
    if (!unlogged && !whole && !inserts)
      return [lost(name, `it was in the publication of ${stream}, and is in none now: its changes are lost`)];
    if (whole && !usable)
      return [lost(name, 'its rows had a replica identity, and have none now: the source refuses its updates')];
    return [];
  });
}
