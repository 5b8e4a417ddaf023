import type { Grant } from '../../src/connector/connector.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import type { Schema } from '../../src/model/schema.js';
import { sqlFile } from './sql-file.js';

/** The least that a role needs to make and fill this. It owns what it makes. */
export async function targetGrants(db: PgDb, schema: Schema, login: string | undefined): Promise<Grant[]> {
  const made = schema.objects.filter(({ kind }) => kind === 'schema').map(({ name }) => name);
  const owners = schema.objects.filter(({ kind }) => kind === 'owner').map(({ role }) => role);
  const { rows } = await db.query<Grant & Record<string, string>>(sqlFile('target-grants'), {
    login: login ?? null,
    schemas: [...new Set([...schema.tables.map((table) => table.schema), ...made])],
    owners: [...new Set(owners.filter((role) => role !== undefined))],
  });
  return rows;
}
