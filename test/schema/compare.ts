/** What two databases hold, compared by means of its own: nothing here knows the reader that is tested. */
import { readFileSync } from 'node:fs';
import type { PgDb } from '../../src/db/postgres/pg-db.js';

const catalog = readFileSync(new URL('./catalog.sql', import.meta.url), 'utf8');
const sequences = `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE relkind = 'S' AND relpersistence <> 't' ORDER BY 1`;
const relations = `
  SELECT c.oid::regclass::text AS name, string_agg(quote_ident(attname), ', ' ORDER BY attname) AS columns
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = relnamespace
  JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
  WHERE (relkind = 'r' OR relkind = 'm' AND relispopulated) AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  GROUP BY c.oid ORDER BY 1`;

/** One line per object. The session's search_path must be empty. */
export async function catalogLines(db: PgDb): Promise<string[]> {
  return (await db.query<{ line: string }>(catalog)).rows.map((row) => row.line);
}

/** One line per table, materialized view and sequence: its rows' number and hash, or where it stands. */
export async function contentLines(db: PgDb): Promise<string[]> {
  const lines: string[] = [];
  for (const { name, columns } of (await db.query<{ name: string; columns: string }>(relations)).rows) {
    const { rows } = await db.query<{ line: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")), '') AS line
       FROM (SELECT ROW(${columns}) AS t FROM ONLY ${name}) AS t`,
    );
    lines.push(`${name}: ${rows[0]?.line}`);
  }
  for (const { name } of (await db.query<{ name: string }>(sequences)).rows) {
    const { rows } = await db.query<{ line: string }>(`SELECT last_value || ' ' || is_called AS line FROM ${name}`);
    lines.push(`${name}: ${rows[0]?.line}`);
  }
  return lines;
}
