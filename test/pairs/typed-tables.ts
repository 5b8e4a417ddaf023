/** Tables with a column of every type that a table can have, filled with what is easily changed on its way. */
import { readFileSync } from 'node:fs';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { quoteLiteral } from '../../src/db/postgres/quote.js';
import { MODIFIED, NULL_ONLY, VALUES } from './values.js';

const COLUMN_TYPES = readFileSync(new URL('column-types.sql', import.meta.url), 'utf8');
const PER_TABLE = 30;

export interface Column {
  readonly name: string;
  readonly type: string;
  /** SQL of its values. */
  readonly values: readonly string[];
}

export interface TypedTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** As many as it needs for every value of every column, and one of nulls. */
  readonly rows: number;
}

interface Found {
  readonly [column: string]: unknown;
  readonly name: string;
  readonly type: string;
  readonly kind: string;
  readonly element: string | null;
  readonly row_of_catalog: boolean | null;
  readonly fields: number;
}

/** Rows of the catalogs' own types are asked for where the target has the same catalogs. */
export async function makeTypedTables(db: PgDb, rowsOfCatalogs: boolean): Promise<TypedTable[]> {
  await db.query(readFileSync(new URL('types.sql', import.meta.url), 'utf8'));
  const { rows } = await db.query<Found>(COLUMN_TYPES);
  const types: Found[] = [];
  for (const type of rows)
    if ((rowsOfCatalogs || !type.row_of_catalog) && (await accepts(db, trial(type)))) types.push(type);
  const wanted = types.map((type) => ({ type: type.type, texts: textsOf(type), element: type.element }));
  const modified = Object.entries(MODIFIED).map(([type, texts]) => ({ type, texts, element: null }));
  const columns: Omit<Column, 'name'>[] = [];
  for (const one of [...wanted, ...modified]) columns.push(await column(db, one));
  const tables = cut(columns).map((some, i) => tableOf(`typed_${i}`, some));
  for (const table of tables) await make(db, table);
  return tables;
}

/** Input texts of a type, or of an array's elements. Throws where nobody has thought of any. */
function textsOf({ name, kind, element, row_of_catalog: ofCatalog, fields }: Found): readonly string[] {
  const scalar = element ?? name;
  if (NULL_ONLY.test(scalar)) return [];
  if (ofCatalog) return kind === 'c' ? [`(${','.repeat(fields - 1)})`] : [];
  const texts = VALUES[scalar];
  if (texts === undefined) throw new Error(`no values for the type ${scalar}: add some to values.ts`);
  return texts;
}

/** Not so for a row that has a column of any type, say. */
const trial = ({ type }: Found): string => `CREATE TEMPORARY TABLE trial (c ${type}); DROP TABLE trial`;

async function column(
  db: PgDb,
  { type, texts, element }: { type: string; texts: readonly string[]; element: string | null },
): Promise<Omit<Column, 'name'>> {
  const scalar = element === null ? type : type.replace(/\[\]$/, '');
  const literals = await accepted(
    db,
    texts.map((text) => `${quoteLiteral(text)}::${scalar}`),
  );
  if (literals.length === 0 && texts.length > 0) throw new Error(`no value of values.ts is a ${scalar} here`);
  return { type, values: element === null ? literals : await accepted(db, arrays(literals, type)) };
}

/** Those that this version of the server takes. */
async function accepted(db: PgDb, literals: readonly string[]): Promise<string[]> {
  const taken: string[] = [];
  for (const literal of literals) if (await accepts(db, `SELECT ${literal}`)) taken.push(literal);
  return taken;
}

const accepts = (db: PgDb, sql: string): Promise<boolean> =>
  db.query(sql).then(
    () => true,
    () => false,
  );

/** Empty, flat with nulls, nested, with another lower bound. */
function arrays(literals: readonly string[], type: string): readonly string[] {
  if (literals.length === 0) return [`'{NULL}'::${type}`];
  const flat = `ARRAY[${literals.join(', ')}, NULL]::${type}`;
  const nested = `ARRAY[[${literals[0]}], [NULL]]::${type}`;
  return [`'{}'::${type}`, flat, nested, `('[-3:${literals.length - 3}]=' || (${flat})::text)::${type}`];
}

function cut<T>(all: readonly T[]): T[][] {
  const pieces = Math.ceil(all.length / PER_TABLE);
  return Array.from({ length: pieces }, (_, i) => all.slice(i * PER_TABLE, (i + 1) * PER_TABLE));
}

function tableOf(name: string, some: readonly Omit<Column, 'name'>[]): TypedTable {
  const columns = some.map((column, i) => ({ name: `c${i}`, ...column }));
  return { name, columns, rows: 1 + Math.max(...columns.map(({ values }) => values.length)) };
}

/** One table with a key, and one without, whose rows are found by all their values. */
async function make(db: PgDb, { name, columns, rows }: TypedTable): Promise<void> {
  const declared = columns.map((column) => `${column.name} ${column.type}`).join(', ');
  await db.query(`CREATE TABLE ${name} (id integer PRIMARY KEY, ${declared})`);
  for (let row = 1; row < rows; row += 1) {
    const values = columns.map(({ values }) => values[(row - 1) % values.length] ?? 'NULL');
    await db.query(`INSERT INTO ${name} VALUES (${row}, ${values.join(', ')})`);
  }
  await db.query(`INSERT INTO ${name} (id) VALUES (${rows})`);
  await db.query(`CREATE TABLE ${name}_keyless AS TABLE ${name}; INSERT INTO ${name}_keyless TABLE ${name}`);
}
