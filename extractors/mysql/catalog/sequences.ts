import type { MyDb } from '../../../src/db/mysql/my-db.js';
import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import type { SequenceValue } from '../../../src/model/schema.js';
import { readServer } from '../server.js';
import { inDatabase, type ColumnRow, type TableRow } from './raw.js';

/** Where every AUTO_INCREMENT and every sequence stands: `last` is what the next row gets. */
export async function readSequences(db: MyDb): Promise<SequenceValue[]> {
  const { database } = await readServer(db);
  const tables = await inDatabase<TableRow>(db, 'TABLES', 'TABLE_SCHEMA', database);
  const columns = await inDatabase<ColumnRow>(db, 'COLUMNS', 'TABLE_SCHEMA', database);
  const next = new Map(tables.map((row) => [row.TABLE_NAME, row.AUTO_INCREMENT]));
  const counting = columns.filter((row) => /auto_increment/i.test(row.EXTRA)).map((row) => counted(row, next));
  const sequences = tables.filter((row) => row.TABLE_TYPE === 'SEQUENCE').map((row) => row.TABLE_NAME);
  return [...counting.filter((value) => value !== undefined), ...(await standing(db, database, sequences))];
}

function counted(
  { TABLE_SCHEMA: schema, TABLE_NAME: table, COLUMN_NAME: name, DATA_TYPE: type, COLUMN_TYPE: whole }: ColumnRow,
  next: ReadonlyMap<string, string | null>,
): SequenceValue | undefined {
  const last = next.get(table);
  if (last == null) return undefined;
  const bits = BITS[type.toLowerCase()];
  const limit = bits === undefined ? undefined : 2n ** (bits - (/unsigned/i.test(whole) ? 0n : 1n)) - 1n;
  const column = { table: `${schema}.${table}`, name };
  const room = limit === undefined ? {} : { limit: limit.toString() };
  return { sequence: `${schema}.${table}.${name}`, last, called: false, column, ...room };
}

const BITS: Readonly<Record<string, bigint>> = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n };

/** Beyond what the server has set aside: numbers in between are never given. */
async function standing(db: MyDb, schema: string, names: readonly string[]): Promise<SequenceValue[]> {
  if (names.length === 0) return [];
  const selects = names.map(
    (name) => `SELECT CAST(next_not_cached_value AS CHAR) AS last FROM ${quoteIdentifier(name)}`,
  );
  const found = await db.each(selects.join(';\n'));
  return names.map((name, i) => ({
    sequence: `${schema}.${name}`,
    last: String(found[i]?.[0]?.['last']),
    called: false,
  }));
}
