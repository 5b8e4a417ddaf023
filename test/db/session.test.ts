import { createServer, connect as dial, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { beforeAll, afterEach, describe, expect, test } from 'vitest';
import { Fault } from '../../src/base/fault.js';
import { connect, type ConnectOptions } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { freshDatabase } from '../servers/index.js';

let url: URL;
const open: PgDb[] = [];

beforeAll(async () => {
  url = await freshDatabase();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((db) => db.close().catch(() => undefined)));
});

async function session(options: Partial<ConnectOptions> = {}, at = url): Promise<PgDb> {
  const db = await connect(at, { name: 'openkite:test', searchPath: 'public', ...options });
  open.push(db);
  return db;
}

async function fault(work: Promise<unknown>): Promise<Fault> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Fault);
  return error as Fault;
}

async function one(db: PgDb, sql: string): Promise<unknown> {
  const { rows } = await db.query(sql);
  return Object.values(rows[0] ?? {})[0];
}

describe('a session', () => {
  test('is pinned against whatever the database says', async () => {
    const admin = await session();
    await admin.query(`
      ALTER DATABASE ${String(await one(admin, 'SELECT quote_ident(current_database())'))} SET datestyle = 'SQL,DMY';
      ALTER ROLE postgres IN DATABASE ${String(await one(admin, 'SELECT quote_ident(current_database())'))} SET bytea_output = 'escape'`);
    const db = await session({ name: 'openkite:extract:a b', searchPath: '"My Schema", public', readOnly: true });
    const { rows } = await db.query(`SELECT '2024-03-04 05:06:07.1Z'::timestamptz AS at, '\\x0001ff'::bytea AS bytes,
      current_setting('search_path') AS path, current_setting('application_name') AS name, 0.1::float8 + 0.2 AS sum,
      current_setting('transaction_read_only') AS read_only, 5::int4 AS small, 9007199254740993 AS big, true AS yes`);
    expect(rows).toEqual([
      {
        at: '2024-03-04 05:06:07.1+00',
        bytes: '\\x0001ff',
        path: '"My Schema", public',
        name: 'openkite:extract:a b',
        sum: '0.30000000000000004',
        read_only: 'on',
        small: 5,
        big: '9007199254740993',
        yes: true,
      },
    ]);
  });

  test('queues calls and keeps them out of a transaction', async () => {
    const db = await session();
    await db.query('CREATE TABLE queue (n int)');
    const body = db.transaction(async (tx) => {
      await Promise.all([1, 2, 3].map((n) => tx.query('INSERT INTO queue VALUES (:n)', { n })));
      throw new Error('changed my mind');
    });
    const after = db.query('INSERT INTO queue VALUES (4)');
    await expect(body).rejects.toThrow('changed my mind');
    await after;
    expect(await one(db, 'SELECT array_agg(n) FROM queue')).toBe('{4}');
  });

  test('counts the rows that a statement matched, the last one of several', async () => {
    const db = await session();
    const { count } = await db.query('CREATE TABLE three AS SELECT generate_series(1, 3) AS n; UPDATE three SET n = n');
    expect(count).toBe(3);
  });

  test('refuses a transaction that had failed unnoticed, and one that is over', async () => {
    const db = await session();
    const swallowed = db.transaction(async (tx) => {
      await tx.query('SELECT 1/0').catch(() => undefined);
    });
    expect((await fault(swallowed)).message).toContain('rolled back');
    const kept = await db.transaction((tx) => Promise.resolve(tx));
    expect((await fault(kept.query('SELECT 1'))).message).toContain('over');
  });

  test('applies migrations beside those of an application', async () => {
    const db = await session();
    await db.query('CREATE TABLE public.migrations (id int, whose text)');
    const control = await session({ searchPath: '"Control"' });
    const directory = new URL('./migrations/', import.meta.url);
    await control.migrate(directory);
    await control.migrate(directory);
    expect(await one(db, 'SELECT count(*) FROM public.migrations')).toBe('0');
    expect(await one(db, 'SELECT string_agg(name, $$,$$ ORDER BY id) FROM "Control".migrations')).toContain('things');
    expect(await one(db, 'SELECT count(*) FROM "Control".thing')).toBe('1');
  });

  test('wakes its listener on a notice, also after the connection was lost', async () => {
    const db = await session();
    const wakes: (() => void)[] = [];
    const woken = () => new Promise<void>((resolve) => wakes.push(resolve));
    const first = woken();
    const listener = await db.listen('Change it', () => wakes.splice(0).forEach((wake) => wake()));
    await first; // connected
    const noticed = woken();
    await db.query('NOTIFY "Change it", $$no json$$');
    await noticed;
    const again = woken();
    await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'LISTEN%' AND application_name = 'openkite:test'`);
    await again;
    await listener.close();
  });
});

describe('a failure', () => {
  test('names table, column and row, but not the value', async () => {
    const db = await session();
    await db.query('CREATE TABLE strict (id int PRIMARY KEY, n int)');
    const { kind, code, place } = await fault(db.load('COPY strict FROM STDIN', lines('1\t1\n2\tsecret\n')));
    expect({ kind, code, place }).toEqual({
      kind: 'data',
      code: '22P02',
      place: { table: 'strict', row: 2, column: 'n' },
    });
    const twice = await fault(db.query('INSERT INTO strict VALUES (1, 1), (1, 2)'));
    expect([twice.kind, twice.place]).toEqual(['data', { table: 'public.strict' }]);
  });

  test.each([
    ['a wrong password', { password: 'canary' }, '28P01', 'ALTER ROLE "postgres"'],
    ['a missing database', { pathname: '/nowhere' }, '3D000', 'CREATE DATABASE "nowhere"'],
    ['a closed port', { port: '1' }, 'ECONNREFUSED', 'host and port'],
    ['an unknown host', { hostname: 'no.such.host.invalid' }, /ENOTFOUND|EAI_AGAIN/, ''],
    ['an unknown parameter', { search: '?sslmoed=require' }, undefined, ''],
    ['an unknown sslmode', { search: '?sslmode=maybe' }, undefined, ''],
    ['TLS that the server has not', { search: '?sslmode=require' }, 'NO_TLS', 'sslmode=disable'],
  ])('of the operator, %s, says what to do', async (_, change, code, hint) => {
    const wrong: URL = Object.assign(new URL(url), change);
    const said = await fault(session({}, wrong));
    if (said.code !== 'EAI_AGAIN') expect(said.kind).toBe('operator');
    if (code !== undefined) expect(said.code).toMatch(code);
    expect(said.hint ?? '').toContain(hint);
    expect(JSON.stringify([said.message, said.hint, String(said.cause)])).not.toContain(wrong.password);
  });

  test('of a privilege names the object', async () => {
    const db = await session();
    await db.query(`CREATE TABLE mine (n int); CREATE ROLE ${stranger} LOGIN PASSWORD 'x'`);
    const other = await session({}, Object.assign(new URL(url), { username: stranger, password: 'x' }));
    const { kind, hint } = await fault(other.query('SELECT * FROM mine'));
    expect([kind, hint]).toEqual(['operator', expect.stringContaining('ON table mine')]);
    await other.close();
    await db.query(`DROP ROLE ${stranger}`);
  });

  test('of the connection spares the process, and is transient for this call and later ones', async () => {
    const db = await session();
    const other = await session();
    const sleeping = db.query('SELECT pg_sleep(60)');
    await busy(other, db);
    await other.query('SELECT pg_terminate_backend(:pid)', { pid: db.session });
    expect((await fault(sleeping)).kind).toBe('transient');
    expect((await fault(db.query('SELECT 1'))).kind).toBe('transient');
    expect((await fault(db.load('COPY x FROM STDIN', lines('1\n')))).kind).toBe('transient');
  });

  test('to answer within the deadline is one, and so is a cancel', async () => {
    const patient = await session();
    const sleeping = patient.query('SELECT pg_sleep(60)');
    await busy(await session(), patient);
    await patient.cancel();
    expect((await fault(sleeping)).code).toBe('57014');
    const hasty = await session({ deadline: 0.2 });
    expect((await fault(hasty.query('SELECT pg_sleep(60)'))).code).toBe('NO_ANSWER');
  });

  test('to hear of a COMMIT is told as such, and the rows are there', async () => {
    const db = await session();
    await db.query('CREATE TABLE lost (n int)');
    const proxy = await cuttingProxy(Number(url.port), 'COMMIT\0');
    const cut = await session({}, Object.assign(new URL(url), { port: String(proxy.port) }));
    const { code, kind } = await fault(cut.transaction((tx) => tx.query('INSERT INTO lost VALUES (1)')));
    expect([code, kind]).toEqual(['COMMIT_UNKNOWN', 'transient']);
    await proxy.committed;
    expect(await one(db, 'SELECT count(*) FROM lost')).toBe('1');
    proxy.close();
  });

  test('of a deferred constraint at COMMIT is no doubt', async () => {
    const db = await session();
    await db.query('CREATE TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    expect((await fault(db.transaction((tx) => tx.query('INSERT INTO late VALUES (1), (1)')))).code).toBe('23505');
    expect(await one(db, 'SELECT count(*) FROM late')).toBe('0');
  });
});

const stranger = `stranger_${process.pid}`;

/** Until the server says that `db` sleeps. */
async function busy(observer: PgDb, db: PgDb): Promise<void> {
  const asleep = `SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = ${db.session}`;
  while ((await one(observer, asleep)) !== true);
}

async function* lines(text: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield Buffer.from(text);
}

/** Passes everything on until the client has said `word`; the answer to that never arrives. */
async function cuttingProxy(port: number, word: string) {
  let answered = () => {};
  const committed = new Promise<void>((resolve) => (answered = resolve));
  const server = createServer((client: Socket) => {
    const backend = dial(port, '127.0.0.1');
    let cut = false;
    client
      .on('error', () => undefined)
      .on('data', (bytes) => {
        cut ||= bytes.includes(word);
        backend.write(bytes);
      });
    backend.on('data', (bytes) => {
      if (!cut) return client.write(bytes);
      answered();
      return client.resetAndDestroy();
    });
    client.on('close', () => backend.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, committed, close: () => server.close() };
}
