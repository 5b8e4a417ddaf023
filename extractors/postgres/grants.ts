import type { Grant } from '../../src/connector/connector.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import type { Table } from '../../src/model/schema.js';
import { readRows } from './catalog/rows.js';
import { sqlFile } from './sql-file.js';

/** The least that a role needs to read these tables. Sequences are read all at once, those of other tables too. */
export async function sourceGrants(db: PgDb, tables: readonly Table[], login: string | undefined): Promise<Grant[]> {
  const read = tables.filter((table) => table.hasRows);
  const sequences = await readRows<{ sequence: string }>(db, 'sequence-names');
  const { rows } = await db.query<Grant & Record<string, string>>(sqlFile('source-grants'), {
    login: login ?? null,
    tables: read.map(({ schema, name }) => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`),
    sequences: sequences.map(({ sequence }) => sequence),
  });
  return rows;
}
