import { Fault } from '../../src/base/fault.js';
import type { Db } from '../../src/db/db.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import { tableName, type Table } from '../../src/model/schema.js';
import { sqlFile } from './sql-file.js';
import type { Moved } from './targets.js';

const TABLES = sqlFile('tables');

/** Which of these tables are there, or something else of their name. */
export async function existingTables(db: Db, moved: Moved, tables: readonly Table[]): Promise<string[]> {
  const there = new Set<string>();
  const fold = (name: string) => (moved.server.foldsNames ? name.toLowerCase() : name);
  for (const database of new Set(tables.map(({ schema }) => moved.database(schema)))) {
    const { rows } = await db.query<{ name: string }>(TABLES, { database });
    for (const { name } of rows) there.add(fold(`${quoteIdentifier(database)}.${quoteIdentifier(name)}`));
  }
  return tables.filter((table) => there.has(fold(moved.nameOf(table)))).map(tableName);
}

const NOT_THERE = ['1146', '1049'];

/** `name`: as a statement writes it. */
export async function rowCount(db: Db, name: string): Promise<number | undefined> {
  try {
    const { rows } = await db.query<{ count: string }>(`SELECT COUNT(*) AS count FROM ${name}`);
    return Number(rows[0]?.count);
  } catch (error) {
    if (error instanceof Fault && NOT_THERE.includes(error.code ?? '')) return undefined;
    throw error;
  }
}
