import { once } from 'node:events';
import { createServer, connect as dial, type AddressInfo } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { Fault } from '../../src/base/fault.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import type { ByteSink } from '../../src/model/bytes.js';
import { freshDatabase } from '../servers/index.js';

let url: URL;
const open: PgDb[] = [];

beforeAll(async () => {
  url = await freshDatabase();
  const db = await session();
  await db.query(`CREATE TABLE big AS SELECT n AS id, md5(n::text) AS name, repeat(E'a\\t\\\\\\n', n % 7) AS odd,
    CASE WHEN n % 3 > 0 THEN n / 7.0 END AS amount FROM generate_series(1, 50000) n`);
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((db) => db.close()));
});

async function session(at = url): Promise<PgDb> {
  const db = await connect(at, { name: 'openkite:test', searchPath: 'public', stall: 1 });
  open.push(db);
  return db;
}

/** Keeps rows apart, as announced, and now and then asks the sender to wait. */
class Rows implements ByteSink {
  readonly rows: Buffer[] = [];
  waits = 0;
  #row = Buffer.alloc(0);
  #at = 0;
  #asked = 0;

  row(length: number): void {
    expect(this.#at).toBe(this.#row.length);
    this.#row = Buffer.alloc(length);
    this.#at = 0;
    this.rows.push(this.#row);
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    this.#row.set(bytes.subarray(start, end), this.#at);
    this.#at += end - start;
  }

  ready(): Promise<void> | undefined {
    this.#asked += 1;
    if (this.#asked % 5 > 0) return undefined;
    this.waits += 1;
    return new Promise((resolve) => setImmediate(resolve));
  }
}

async function unload(db: PgDb, sql: string): Promise<Buffer[]> {
  const sink = new Rows();
  expect(await db.unload(sql, sink)).toBe(sink.rows.length);
  return sink.rows;
}

async function* pieces(rows: readonly Uint8Array[], bytes: number): AsyncGenerator<Uint8Array> {
  const all = Buffer.concat(rows);
  for (let at = 0; at < all.length; at += bytes) {
    await Promise.resolve();
    yield all.subarray(at, at + bytes);
  }
}

const same = (copy: string) => `SELECT (SELECT count(*) FROM ((TABLE big EXCEPT ALL TABLE ${copy}) UNION ALL
  (TABLE ${copy} EXCEPT ALL TABLE big)) x)::int AS differences`;

test.each([
  ['text', 'text', 3_000_000],
  ['binary', 'binary', 3_000_000],
  ['binary, a little at a time', 'binary', 4_099],
])('rows go out and in again: %s', async (name, format, size) => {
  const db = await session();
  const copy = `copy_${name.replace(/\W/g, '_')}`;
  await db.query(`CREATE TABLE ${copy} (LIKE big)`);
  const rows = await unload(db, `COPY big TO STDOUT (FORMAT ${format})`);
  expect(rows.length).toBe(50_000);
  expect(await db.load(`COPY ${copy} FROM STDIN (FORMAT ${format})`, pieces(rows, size))).toBe(50_000);
  expect((await db.query(same(copy))).rows).toEqual([{ differences: 0 }]);
});

test.each(['text', 'binary'])('no rows, rows without columns and short ones: %s', async (format) => {
  const db = await session();
  const as = `TO STDOUT (FORMAT ${format})`;
  expect(await unload(db, `COPY (SELECT 1 WHERE false) ${as}`)).toEqual([]);
  expect(await unload(db, `COPY (SELECT FROM generate_series(1, 3)) ${as}`)).toHaveLength(3);
  expect(await unload(db, `COPY (SELECT '' FROM generate_series(1, 3)) ${as}`)).toHaveLength(3);
});

test('packets may end anywhere', async () => {
  const proxy = await dribblingProxy(Number(url.port));
  const db = await session(Object.assign(new URL(url), { port: String(proxy.port) }));
  for (const format of ['text', 'binary']) {
    const sql = `COPY (SELECT * FROM big WHERE id <= 40 ORDER BY id) TO STDOUT (FORMAT ${format})`;
    expect(await unload(db, sql)).toEqual(await unload(await session(), sql));
  }
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  proxy.close();
});

test('the session goes on after an error on either way, and the error is told at once', async () => {
  const db = await session();
  const broken = 'COPY (SELECT 1 / (50000 - id) FROM big ORDER BY id) TO STDOUT';
  await expect(db.unload(broken, new Rows())).rejects.toMatchObject({ kind: 'data', code: '22012' });
  let closed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      while (!closed) {
        await new Promise((resolve) => setImmediate(resolve));
        yield Buffer.from('no number\n');
      }
    } finally {
      closed = true;
    }
  }
  await db.query('CREATE TABLE numbers (n int)');
  await expect(db.load('COPY numbers FROM STDIN', endless())).rejects.toMatchObject({ place: { row: 1, column: 'n' } });
  expect((await db.query('SELECT count(*)::int AS n FROM numbers')).rows).toEqual([{ n: 0 }]);
  expect(closed).toBe(true);
});

test('a source that throws leaves no row, and its own error is the one that is told', async () => {
  const db = await session();
  await db.query('CREATE TABLE half (n int)');
  async function* half(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('1\n');
    await Promise.resolve();
    throw new Error('the disk is gone');
  }
  await expect(db.load('COPY half FROM STDIN', half())).rejects.toThrow('the disk is gone');
  expect((await db.query('SELECT count(*)::int AS n FROM half')).rows).toEqual([{ n: 0 }]);
});

test.each(['row', 'append', 'ready'] as const)('a sink that fails in %s cancels the COPY', async (method) => {
  const db = await session();
  const sink = new Rows();
  sink[method] = () => {
    throw new Error('the disk is full');
  };
  await expect(db.unload('COPY (SELECT * FROM big, big b) TO STDOUT', sink)).rejects.toThrow('the disk is full');
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test('rows that nobody takes are given up', async () => {
  const db = await session();
  await db.query(`CREATE TABLE slow (n int);
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN new; END';
    CREATE TRIGGER dawdle BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION dawdle()`);
  const waiting = db.load('COPY slow FROM STDIN', pieces([Buffer.from('1\n')], 2));
  await expect(Promise.race([waiting, hangs()])).rejects.toMatchObject({ code: 'NO_ANSWER', kind: 'transient' });
});

test('a lost connection ends a COPY on either way', async () => {
  for (const start of [
    (db: PgDb) => db.unload('COPY (SELECT pg_sleep(60)) TO STDOUT', new Rows()),
    (db: PgDb) => db.load('COPY big FROM STDIN', never()),
  ]) {
    const db = await session();
    const running = start(db);
    const observer = await session();
    const kill = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :pid AND query LIKE $$COPY%$$';
    while ((await observer.query(kill, { pid: db.session })).rows.length === 0);
    await expect(running).rejects.toMatchObject({ kind: 'transient' });
  }
});

async function* never(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('');
  await new Promise(() => undefined);
}

function hangs(): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Fault('unknown', 'it hangs')), 10_000).unref());
}

/** Passes the server's answers on in packets of 1, 2, 3 … 7 bytes. */
async function dribblingProxy(port: number) {
  const server = createServer({ noDelay: true }, (client) => {
    const backend = dial(port, '127.0.0.1');
    client.pipe(backend);
    client.on('error', () => undefined);
    let passed: Promise<void> = Promise.resolve();
    let size = 0;
    backend.on('data', (bytes) => {
      passed = passed.then(async () => {
        for (let at = 0; at < bytes.length; at += size) {
          size = (size % 7) + 1;
          client.write(bytes.subarray(at, at + size));
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
