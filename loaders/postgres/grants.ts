import type { Grant } from '../../src/connector/connector.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import type { Schema } from '../../src/model/schema.js';
import { sqlFile } from './sql-file.js';

/** The least that a login needs here. Where `init --sql` made the control tables, the role of daemons stands for `CREATE`. */
export async function targetGrants(db: PgDb, { tables }: Schema, login: string): Promise<Grant[]> {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return (await db.query<Grant & Record<string, unknown>>(sqlFile('grants'), { schemas, login })).rows;
}
