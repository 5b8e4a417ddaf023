/**
 * The same row by snapshot and by stream is byte-identical on the target, for every type that a table can have: as the
 * server prints it and as it sends it.
 */
import { describe, expect, test } from 'vitest';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { withSession } from '../crash/contents.js';
import { differencesOf } from '../crash/differences.js';
import { Migration } from '../crash/migration.js';
import { freshDatabase, type Major } from '../servers/index.js';
import { makeTypedTables, type TypedTable } from './typed-tables.js';

const PAIRS: readonly (readonly [Major, Major])[] = [
  [10, 10],
  [13, 18],
  [18, 18],
];

/** Ids of the same row, by how it came to the target: what is at `MOVED` and `UPDATED` was there, otherwise, before. */
const WAYS = { snapshot: 0, inserted: 1000, updated: 2000, moved: 4000 };

describe.each(PAIRS)('PostgreSQL %i into %i', (from, to) => {
  test('every type, by snapshot and by stream', async () => {
    const [source, target] = [await freshDatabase(from), await freshDatabase(to)];
    const tables = await withSession(source, async (db) => {
      const made = await makeTypedTables(db, from === to);
      for (const table of made) await db.query(beforehand(table));
      return made;
    });
    const migration = await Migration.create({ source, target, changes: true, fullIdentity: ['public.*_keyless'] });
    expect(await migration.follow().code(120)).toBe(0);
    await withSession(source, async (db) => {
      for (const table of tables) await db.query(afterwards(table));
    });
    expect(await migration.follow().code(120)).toBe(0);
    for (const table of tables) await expectSame(source, target, table);
    expect(await differencesOf(source, target)).toEqual([]);
  });
});

const names = ({ columns }: TypedTable): string => columns.map(({ name }) => name).join(', ');

function beforehand(table: TypedTable): string {
  const { name, rows } = table;
  return `INSERT INTO ${name} (id) SELECT ${WAYS.updated} + i FROM generate_series(1, ${rows}) AS i;
    INSERT INTO ${name} (id, ${names(table)}) SELECT 3000 + id, ${names(table)} FROM ${name} WHERE id <= ${rows}`;
}

function afterwards(table: TypedTable): string {
  const { name, rows } = table;
  const set = table.columns.map(({ name }) => `${name} = s.${name}`).join(', ');
  return `INSERT INTO ${name} SELECT ${WAYS.inserted} + id, ${names(table)} FROM ${name} WHERE id <= ${rows};
    UPDATE ${name} AS t SET ${set} FROM ${name} AS s WHERE t.id = ${WAYS.updated} + s.id AND s.id <= ${rows};
    UPDATE ${name} SET id = id + 1000 WHERE id BETWEEN 3000 AND 3999;
    UPDATE ${name}_keyless SET id = id + 100 WHERE id % 3 = 0;
    DELETE FROM ${name}_keyless WHERE ctid IN (SELECT min(ctid) FROM ${name}_keyless WHERE id % 3 = 1 GROUP BY id);
    INSERT INTO ${name}_keyless SELECT * FROM ${name}_keyless WHERE id % 3 = 2`;
}

/** What a column of a table holds: by row, then by way. */
async function expectSame(source: URL, target: URL, table: TypedTable): Promise<void> {
  const [wanted, found] = await Promise.all(
    [source, target].map((url) => withSession(url, (db) => valuesOf(db, table))),
  );
  for (const [at, ways] of found!) {
    const { text } = wanted!.get(at)!.get('snapshot')!;
    for (const way of Object.keys(WAYS)) {
      expect(ways.get(way)?.text, `${table.name}, ${at}, ${way}`).toBe(text);
      expect(ways.get(way)?.sent, `${table.name}, ${at}, ${way}, as it is sent`).toBe(ways.get('snapshot')?.sent);
    }
  }
  expect([...found!.keys()]).toEqual([...wanted!.keys()]);
}

interface Value {
  readonly text: string | null;
  /** Null: it is null, or its type cannot be sent. */
  readonly sent: string | null;
}

/** By column, type and row, then by way. */
async function valuesOf(db: PgDb, table: TypedTable): Promise<Map<string, Map<string, Value>>> {
  const found = new Map<string, Map<string, Value>>();
  const way = `CASE id / 1000 ${Object.entries(WAYS)
    .map(([way, from]) => `WHEN ${from / 1000} THEN '${way}'`)
    .join(' ')} END`;
  for (const { name, type } of table.columns) {
    const sent = (await sends(db, table.name, name)) ? `encode(record_send(ROW(${name})), 'hex')` : 'NULL';
    // By the type's output function: a cast shows how xml is stored, which no client is ever sent.
    const text = `CASE num_nulls(${name}) WHEN 0 THEN format('%s', ${name}) END`;
    const { rows } = await db.query<Value & { id: number; way: string; [column: string]: unknown }>(
      `SELECT id % 1000 AS id, ${way} AS way, ${text} AS text, ${sent} AS sent FROM ${table.name} ORDER BY id`,
    );
    for (const row of rows) {
      const at = `${name} ${type}, row ${row.id}`;
      found.set(at, (found.get(at) ?? new Map<string, Value>()).set(row.way, { text: row.text, sent: row.sent }));
    }
  }
  return found;
}

/** Few types have no binary form. */
const sends = (db: PgDb, table: string, column: string): Promise<boolean> =>
  db.query(`SELECT max(length(record_send(ROW(${column})))) FROM ${table}`).then(
    () => true,
    () => false,
  );
