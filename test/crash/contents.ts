/** What stands in a database, told by nothing but SQL: this knows nothing of chunks and marks. */
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { quoteIdentifier, quoteLiteral } from '../../src/db/postgres/quote.js';

/** Of each table, by `schema.name`: how many rows, and the sum of their hashes, which tells any two multisets apart. */
export type Contents = Readonly<Record<string, string>>;

const TABLES = `
  SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'wirekite') ORDER BY 1, 2`;

/** Of all tables but the control tables, in one snapshot. */
export async function contentsOf(url: URL): Promise<Contents> {
  return withSession(url, async (db) => {
    const { rows } = await db.query<{ schema: string; name: string }>(TABLES);
    if (rows.length === 0) return {};
    const counts = await db.query<{ name: string; contents: string }>(rows.map(summary).join(' UNION ALL '));
    return Object.fromEntries(counts.rows.map((row) => [row.name, row.contents]));
  });
}

const half = (from: number): string => `coalesce(sum(('x' || substr(h, ${from}, 16))::bit(64)::bigint::numeric), 0)`;

const summary = ({ schema, name }: { schema: string; name: string }): string => `
  SELECT ${quoteLiteral(`${schema}.${name}`)} AS name, concat(count(*), ' rows, ', ${half(1)}, ' ', ${half(17)}) AS contents
  FROM (SELECT md5(t::text) AS h FROM ONLY ${quoteIdentifier(schema)}.${quoteIdentifier(name)} AS t) AS hashed`;

/** Each row of a table, told by its beginning and its hash, and how often it is there. None where there is no such table. */
export async function rowHashes(db: PgDb, table: string): Promise<{ row: string; copies: number }[]> {
  const { rows } = await db.query<{ schema: string; name: string }>(TABLES);
  const found = rows.find(({ schema, name }) => `${schema}.${name}` === table);
  if (!found) return [];
  const sql = `SELECT left(t::text, 120) || ' #' || left(md5(t::text), 12) AS row, count(*)::int AS copies
    FROM ONLY ${quoteIdentifier(found.schema)}.${quoteIdentifier(found.name)} AS t GROUP BY 1`;
  return (await db.query<{ row: string; copies: number }>(sql)).rows;
}

/** Rows that a table has, as `contentsOf` found them. */
export const rowsIn = (contents: string | undefined): number => Number(contents?.split(' ')[0]);

export async function withSession<T>(url: URL, work: (db: PgDb) => Promise<T>, searchPath = 'public'): Promise<T> {
  const db = await connect(url, { name: 'openkite:test:look', searchPath });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
