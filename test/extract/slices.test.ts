import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import connector from '../../extractors/postgres/index.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import type { ByteSink } from '../../src/model/bytes.js';
import type { Extractor } from '../../src/connector/extractor.js';
import type { Table } from '../../src/model/schema.js';
import { freshDatabase, type Major } from '../servers/index.js';

/** Keys with a large gap, below zero, above 2^53; texts in an order of their own; a key that is no number at all. */
const TABLES = `
  CREATE TABLE numbers (id bigint PRIMARY KEY, body text);
  INSERT INTO numbers SELECT CASE WHEN i % 10 = 0 THEN 9007199254740993 + i WHEN i % 10 = 1 THEN -i ELSE i END, repeat('x', 90)
  FROM generate_series(1, 30000) AS i;
  CREATE TABLE words (word text PRIMARY KEY, n int);
  INSERT INTO words SELECT md5(i::text) || CASE i % 3 WHEN 0 THEN '''"\\' WHEN 1 THEN 'é' ELSE ' ' END, i FROM generate_series(1, 30000) AS i;
  CREATE TABLE keyless (a int, b text);
  INSERT INTO keyless SELECT 1, repeat('y', 80) FROM generate_series(1, 30000);
  CREATE TABLE nothing (id int PRIMARY KEY);
  ANALYZE;`;

/** Collects whole rows as text. */
class Rows implements ByteSink {
  readonly rows: string[] = [];
  private left = 0;
  row(length: number): void {
    this.left = length;
    this.rows.push('');
  }
  append(bytes: Uint8Array, start: number, end: number): void {
    this.left -= end - start;
    this.rows[this.rows.length - 1] += Buffer.from(bytes.subarray(start, end)).toString('latin1');
  }
  ready(): undefined {
    return undefined;
  }
}

describe.each([13, 18] as const)('slices on %i', (major: Major) => {
  let url: URL;
  let db: PgDb;
  let extractor: Extractor;
  let tables: readonly Table[];

  beforeAll(async () => {
    url = await freshDatabase(major);
    db = await connect(url, { name: 'test', searchPath: 'public' });
    await db.query(TABLES);
    extractor = await open();
    tables = (await extractor.schema()).tables;
  });
  afterAll(() => Promise.all([db.close(), extractor.close()]));

  const open = () => connector.open(url, { name: 'test', controlSchema: 'wirekite' });

  async function read(name: string, bytes: number, meanwhile = '') {
    const table = tables.find((t) => t.name === name) as Table;
    const [holder, reader] = [await open(), await open()];
    const held = await holder.snapshot([table], 1);
    const joined = await reader.join(held.ticket);
    const slices = await joined.slices(table, 'text', bytes);
    if (meanwhile !== '') await db.query(meanwhile);
    const sink = new Rows();
    for (const slice of slices) await joined.copy(slice, sink);
    await Promise.all([holder.close(), reader.close()]);
    return { slices, rows: sink.rows.sort() };
  }

  async function whole(name: string): Promise<string[]> {
    const sink = new Rows();
    await db.unload(`COPY ${name} TO STDOUT`, sink);
    return sink.rows.sort();
  }

  test.each(['numbers', 'words', 'keyless', 'nothing'])('%s: every row exactly once', async (name) => {
    const { slices, rows } = await read(name, 200_000);
    expect(rows).toEqual(await whole(name));
    const cut = name !== 'nothing' && !(name === 'keyless' && major < 14);
    expect(slices.length > 5).toBe(cut);
    expect(slices.every(({ bounds }) => (major < 14 ? !bounds.includes('pages') : !bounds.includes('key')))).toBe(true);
  });

  test('rows that are written after the snapshot are in no slice, those that move are in one', async () => {
    const before = await whole('numbers');
    const meanwhile = `UPDATE numbers SET body = 'moved' WHERE id % 10 = 3; INSERT INTO numbers VALUES (-1000000, 'new'), (9223372036854775807, 'new')`;
    expect((await read('numbers', 200_000, meanwhile)).rows).toEqual(before);
  });

  test.each([
    ['ALTER TYPE', 'ALTER TABLE keyless ALTER a TYPE bigint'],
    ['TRUNCATE', 'TRUNCATE keyless'],
    ['CLUSTER', 'CLUSTER keyless USING keyless_b'],
    ['nothing', ''],
  ])('a table rewritten by %s between export and lock is told, others are not', async (_, rewrite) => {
    await db.query('CREATE INDEX IF NOT EXISTS keyless_b ON keyless (b)');
    const [table, other] = ['keyless', 'words'].map((name) => tables.find((t) => t.name === name) as Table) as [
      Table,
      Table,
    ];
    const blocker = await connect(url, { name: 'test', searchPath: 'public' });
    const holder = await open();
    await blocker.query('BEGIN; LOCK TABLE keyless IN ACCESS EXCLUSIVE MODE');
    const opening = holder.snapshot([table, other], 1); // has exported, and waits for the lock
    await waiting(db, holder.session);
    await blocker.query(`${rewrite}; COMMIT`);
    expect((await opening).rewritten).toEqual(rewrite === '' ? [] : [table]);
    await Promise.all([holder.close(), blocker.close()]);
  });

  test('joining a snapshot whose holder is gone says so', async () => {
    const holder = await open();
    const { ticket } = await holder.snapshot(tables, 1);
    await holder.close();
    const reader = await open();
    await expect(reader.join(ticket)).rejects.toMatchObject({ code: 'SNAPSHOT_LOST', kind: 'transient' });
    await reader.close();
  });
});

/** Until the session waits for a lock. */
async function waiting(db: PgDb, session: string): Promise<void> {
  const sql = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE pid = ${Number(session)} AND wait_event_type = 'Lock'`;
  while ((await db.query(sql)).rows[0]?.['n'] === 0);
}
