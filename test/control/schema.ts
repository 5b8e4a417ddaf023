/** A control schema in an empty database, and small makers of what stands in it. */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach } from 'vitest';
import { openSnapshot } from '../../src/control/snapshot.js';
import { planChunks } from '../../src/control/progress.js';
import { setUp } from '../../src/control/set-up.js';
import { insertTables, takeChunkNumbers } from '../../src/control/table.js';
import { insertTasks, makeReady } from '../../src/control/task.js';
import { newWorkerId, registerWorkers } from '../../src/control/worker.js';
import { connect as connectMariaDb } from '../../src/db/mysql/connect.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { Db, Tx } from '../../src/db/db.js';
import { rowsOf } from '../../src/model/step.js';
import { freshDatabase, freshMariaDb, type Major } from '../servers/index.js';

/** Whose tables hold the control plane: a major version of PostgreSQL, MariaDB, or the MySQL of `OPENKITE_MYSQL_URL`. */
export type Target = Major | 'MariaDB' | 'MySQL';

const GIVEN = process.env['OPENKITE_MYSQL_URL'];
export const TARGETS: readonly Target[] = GIVEN === undefined ? [18, 'MariaDB'] : ['MySQL'];

const SHOP = { migration: 'shop', source: 'source-1', target: 'target-1' };

export interface Control {
  readonly url: URL;
  readonly db: Db;
  /** The control schema. */
  readonly schema: string;
  /** Another session that finds the control tables by their names alone, closed after the test. */
  open(as?: URL): Promise<Db>;
  /** A statement as the manual prints it, with the name that the schema has here. */
  typed(sql: string): string;
  /** Another session that does not: an operator's client. */
  operator(settings?: Record<string, string>): Promise<Db>;
}

const opened: Db[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.close().catch(() => undefined)));
});

async function kept(opening: Promise<Db>): Promise<Db> {
  const db = await opening;
  opened.push(db);
  return db;
}

const NAME = 'openkite:test:control';

/** A database whose control schema is not made yet. */
export async function bareDatabase(target: Target): Promise<Control> {
  if (target === 'MariaDB') return bareOfFamily(await freshMariaDb());
  if (target === 'MySQL') return bareOfFamily(await freshMySql());
  return barePostgres(target);
}

async function barePostgres(major: Major): Promise<Control> {
  const url = await freshDatabase(major);
  const session = (searchPath: string, settings: Record<string, string> = {}, as = url) =>
    kept(connect(as, { name: NAME, searchPath, settings }));
  const open = (as?: URL) => session('wirekite, pg_temp', {}, as);
  const typed = (sql: string) => sql;
  return {
    url,
    db: await open(),
    schema: 'wirekite',
    open,
    typed,
    operator: (settings) => session('public', settings),
  };
}

/** The control schema is a database: of its own name in every test, for they share the server. */
async function bareOfFamily(url: URL): Promise<Control> {
  const schema = url.pathname.slice(1);
  const open = (as = url) => kept(connectMariaDb(as, { name: NAME, home: schema }));
  const operator = (settings?: Record<string, string>) =>
    kept(connectMariaDb(url, { name: NAME, database: '', ...(settings ? { settings } : {}) }));
  const typed = (sql: string) => sql.replaceAll('wirekite.', `${schema}.`);
  return { url, db: await open(), schema, open, typed, operator };
}

/** What must go again from a server that is not ours. */
const given: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const remove of given.splice(0)) await remove();
});

async function freshMySql(): Promise<URL> {
  const url = new URL(GIVEN ?? '');
  url.pathname = `/control_${randomBytes(4).toString('hex')}`;
  const admin = await connectMariaDb(url, { name: NAME, database: '' });
  await admin.query(`CREATE DATABASE ${url.pathname.slice(1)} CHARACTER SET utf8mb4`);
  given.push(async () => {
    await admin.query(`DROP DATABASE IF EXISTS ${url.pathname.slice(1)}`);
    await admin.close();
  });
  return url;
}

/** Returns what the database does not guard. */
export const setUpShop = (
  { db, schema }: Pick<Control, 'db' | 'schema'>,
  other: Partial<typeof SHOP> = {},
): Promise<string[]> => setUp(db, { schema, ...SHOP, ...other });

/** For tables that somebody made by hand before us. */
export async function makeSchema({ db }: Control): Promise<void> {
  if (db.dialect === 'postgres') await db.query('CREATE SCHEMA wirekite');
}

/** Another login, which may do this in the control schema. Dropped with the server. */
export async function login({ url, db, schema }: Control, grant: string): Promise<URL> {
  const name = `u_${randomBytes(4).toString('hex')}`;
  await db.query(`CREATE USER ${name} IDENTIFIED BY 'secret'; GRANT ${grant.replace('{schema}', schema)} TO ${name}`);
  return Object.assign(new URL(url), { username: name, password: 'secret' });
}

export async function freshControl(target: Target): Promise<Control> {
  const control = await bareDatabase(target);
  await setUpShop(control);
  return control;
}

export const isPostgres = (target: Target): boolean => typeof target === 'number';

/** The numbers from 1 to `count`, at most a million, as a table `name` with a column `n`. */
export const numbers = (count: number, name = 's'): string =>
  `(WITH RECURSIVE d (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM d WHERE i < 99)
    SELECT 1 + x.i + 100 * y.i + 10000 * z.i AS n FROM d x, d y, d z
    WHERE z.i <= ${Math.floor((count - 1) / 10_000)} AND 1 + x.i + 100 * y.i + 10000 * z.i <= ${count}) ${name}`;

/** So that the server plans by what has just been inserted. */
export async function analyze(db: Db, ...tables: string[]): Promise<void> {
  for (const table of tables) await db.query(`ANALYZE ${db.dialect === 'postgres' ? '' : 'TABLE '}${table}`);
}

/** Waits until that session waits for somebody's lock. */
export async function untilBlocked(db: Tx, session: string): Promise<void> {
  const waiting =
    db.dialect === 'postgres'
      ? 'SELECT 1 FROM pg_locks WHERE pid = :session::int AND NOT granted'
      : `SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id = :session AND trx_state = 'LOCK WAIT'
         UNION ALL SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = :session AND STATE LIKE 'Waiting for%'`;
  while ((await db.query(waiting, { session })).rows.length === 0) if (db.dialect !== 'postgres') await setTimeout(150); // who asks more often is always told the same
}

/** A living worker. */
export async function worker(db: Db, role = 'load'): Promise<string> {
  const id = newWorkerId(role, 1);
  await registerWorkers(db, [{ worker: id, role, version: 'test', targetSession: db.session }]);
  return id;
}

export const endLease = (db: Db, id: string) =>
  db.query(`UPDATE wirekite_worker SET lease_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND WHERE worker = :id`, {
    id,
  });

export interface Planned {
  readonly table: string;
  readonly snapshotId: string;
  readonly names: string[];
}

/** Target tables stand beside the control tables: not every server has a schema `public`. */
export const inControl = (table: string): string => table.slice(table.indexOf('.') + 1);

/** A table with so many chunks planned under a held snapshot, whose rows may be loaded. */
export async function planned(db: Db, chunks: number, table = 'public.items', priority = 0): Promise<Planned> {
  await insertTables(db, [{ table, target: inControl(table), priority, rowsEstimated: 100, bytesEstimated: 1000 }]);
  await insertTasks(db, [{ id: rowsOf(table), kind: 'event', table, statements: [], needs: [], bytes: 0 }]);
  await makeReady(db);
  const keeper = await worker(db, 'keep');
  const snapshotId = await openSnapshot(db, { position: '0/1', ticket: 'ticket', worker: keeper });
  const names = await plan(db, table, 1, snapshotId, chunks);
  return { table, snapshotId, names };
}

export function plan(db: Db, table: string, generation: number, snapshotId: string, chunks: number): Promise<string[]> {
  return db.transaction(async (tx) => {
    const first = await takeChunkNumbers(tx, table, chunks);
    const slices = Array.from({ length: chunks }, (_, i) => ({
      name: `${table}.${first + i}.dkt`,
      number: first + i,
      bounds: `${i}`,
    }));
    const copy = { table, generation, snapshotId, position: '0/1', encoding: 'text' } as const;
    await planChunks(tx, copy, slices);
    return slices.map((slice) => slice.name);
  });
}
