import type { Grant } from '../../src/connector/connector.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import type { Table } from '../../src/model/schema.js';
import { sqlFile } from './sql-file.js';

/** The least that a login needs here, and nothing more. */
export async function sourceGrants(
  db: PgDb,
  tables: readonly Table[],
  login: string,
  changes: boolean,
): Promise<Grant[]> {
  const names = tables.map(({ schema, name }) => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`);
  const params = { names, login, changes: changes ? 'YES' : 'NO' };
  return (await db.query<Grant & Record<string, unknown>>(sqlFile('grants'), params)).rows;
}
