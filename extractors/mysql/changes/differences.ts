import { createHash } from 'node:crypto';
import type { CatalogDifference } from '../../../src/connector/extractor.js';
import type { Tx } from '../../../src/db/db.js';
import { tableName, type Column, type Table } from '../../../src/model/schema.js';

/** Of the session's database, all that `compareTables` looks at. */
const FINGERPRINTS = [
  `SELECT TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_TYPE, COLLATION_NAME, COLUMN_DEFAULT, IS_NULLABLE, EXTRA,
          GENERATION_EXPRESSION
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1, 3`,
  `SELECT TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, SUB_PART
     FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1, 2, 3`,
  `SELECT TABLE_NAME, CONSTRAINT_NAME, UNIQUE_CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE, REFERENCED_TABLE_NAME
     FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() ORDER BY 1, 2`,
];

export async function catalogFingerprint(tx: Tx): Promise<string> {
  const hash = createHash('sha256');
  for (const sql of FINGERPRINTS) hash.update(JSON.stringify((await tx.query(sql)).rows));
  return hash.digest('hex');
}

/** `now`: the source's tables as its catalogs have them now. */
export function findDifferences(tables: readonly Table[], now: readonly Table[]): CatalogDifference[] {
  const byName = new Map(now.map((table) => [tableName(table), table]));
  const names = new Set(tables.map(tableName));
  const others = now.filter((table) => !names.has(tableName(table)));
  return [
    ...tables.flatMap((table) => compareTables(table, byName.get(tableName(table)))),
    ...others.map((table) => ({
      table: undefined,
      concernsRows: false,
      found: `table ${tableName(table)} is not followed`,
    })),
  ];
}

function compareTables(was: Table, is: Table | undefined): CatalogDifference[] {
  const table = tableName(was);
  if (is === undefined)
    return [{ table, concernsRows: true, found: 'the table is not there any more: dropped, renamed or moved' }];
  const tell = (concernsRows: boolean) => (found: string) => ({ table, concernsRows, found });
  return [...rowMatters(was, is).map(tell(true)), ...otherMatters(was, is).map(tell(false))];
}

function rowMatters(was: Table, is: Table): string[] {
  const columns = compareByName('column', was.columns.map(stored), is.columns.map(stored));
  const order = (table: Table) => table.columns.map(({ name }) => name).join(', ');
  const moved = columns.length === 0 ? differs('order of columns', order(was), order(is)) : [];
  return [...columns, ...moved, ...differs('primary key', primary(was), primary(is))];
}

const stored = ({ name, type, generated }: Column): Defined => ({
  name,
  definition: generated === undefined ? type : `${type} generated as ${generated.expression}`,
});

const primary = ({ constraints }: Table): string | undefined =>
  constraints.find(({ kind }) => kind === 'primary key')?.columns.join(', ');

const otherMatters = (was: Table, is: Table): string[] => [
  ...compareByName('default of column', defaults(was), defaults(is)),
  ...compareByName('constraint', others(was), others(is)),
  ...compareByName('index', was.indexes, is.indexes),
];

const defaults = ({ columns }: Table): Defined[] =>
  columns.map(({ name, nullable, default: given }) => ({
    name,
    definition: `${given?.definition ?? 'none'}, ${nullable ? 'NULL' : 'NOT NULL'}`,
  }));

const others = ({ constraints }: Table): Defined[] => constraints.filter(({ kind }) => kind !== 'primary key');

interface Defined {
  readonly name: string;
  readonly definition: string;
}

function compareByName(kind: string, was: readonly Defined[], is: readonly Defined[]): string[] {
  const names = [...new Set([...was, ...is].map(({ name }) => name))];
  const definition = (list: readonly Defined[], name: string) => list.find((one) => one.name === name)?.definition;
  return names.flatMap((name) => differs(`${kind} ${name}`, definition(was, name), definition(is, name)));
}

function differs(what: string, was: string | undefined, is: string | undefined): string[] {
  if (was === is) return [];
  if (was === undefined) return [`${what} is new: ${is}`];
  return [is === undefined ? `${what} is gone: ${was}` : `${what} was ${was}, is ${is}`];
}
