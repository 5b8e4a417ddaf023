/**
 * One engine into another: real databases with a writer from before the start, every daemon killed on the way, and in the
 * end the same contents on both sides. Skips, aloud, where the sample data are not beside the checkout.
 */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import type { Act } from '../crash/acts.js';
import { leave, SMALL } from '../crash/following.js';
import { fillPagila } from '../crash/fill.js';
import { printedSeed } from '../crash/lots.js';
import { Migration } from '../crash/migration.js';
import { PAGILA } from '../crash/pagila-acts.js';
import { until } from '../crash/run.js';
import { SAKILA } from '../crash/sakila-acts.js';
import { Writer } from '../crash/writer.js';
import { fileOfData, freshDatabase, freshMariaDb, freshMySql, runMariaDump } from '../servers/index.js';
import { onDatabase } from '../servers/session.js';
import { held, schemaOf } from './both.js';

const LONG = { timeout: 240_000 };

async function fillSakila(url: URL): Promise<boolean> {
  const files = ['sakila_mysql/sakila-mv-schema.sql', 'sakila_mysql/sakila-mv-data.sql.gz'].map(fileOfData);
  if (files.includes(undefined)) return false;
  for (const file of files) runMariaDump(url, file ?? '', 'sakila');
  return true;
}

async function expectSame(source: URL, target: URL, tables: (name: string) => boolean = () => true): Promise<void> {
  const schema = await schemaOf(source);
  const like = schema.tables.filter(({ name, hasRows }) => hasRows && tables(name));
  const [there, here] = [await held(target, like), await held(source, like)];
  expect(Object.keys(there).sort()).toEqual(Object.keys(here).sort());
  for (const [table, rows] of Object.entries(here)) expect(there[table], table).toEqual(rows);
}

/** Where somebody is struck: once each, while tables are loaded, and then while they are followed. */
const ROUNDS = ['S8,X8:2,L4:2,L6:3,T1:2,T2:4,A7', 'C2:200,C4:2,C5:2,A2:200,A4:2,L6:2'];

/** With a writer from before the start, kills in every daemon, and a PAUSE. */
async function followed(source: URL, target: URL, acts: readonly Act[]): Promise<Migration> {
  const migration = await Migration.create({ source, target, changes: true, settings: SMALL });
  const writer = Writer.start(source, { seed: printedSeed(), acts, sessions: 2, largest: 500, rest: 300 });
  for (const points of ROUNDS) {
    const run = migration.follow('stopped', points);
    const names = points.split(',').map((point) => point.split(':')[0]!);
    await until(`struck at ${points}`, () => migration.struck.length === names.length, 90).catch(() => undefined);
    expect(migration.struck.sort(), run.said).toEqual(names.sort());
    await migration.row(`SELECT 1 AS yes FROM wirekite_task WHERE task_id = 'in step' AND state = 'DONE'`, 90);
    await leave(run);
  }
  const run = migration.follow('stopped');
  await pauseAndGoOn(migration, writer);
  console.log(await writer.stop());
  await leave(run);
  expect(await migration.follow().code()).toBe(0);
  expect(await migration.ask('SELECT queue, row_key, cause FROM wirekite_error LIMIT 5')).toEqual([]);
  return migration;
}

async function pauseAndGoOn(migration: Migration, writer: Writer): Promise<void> {
  await migration.row(`SELECT 1 AS yes FROM wirekite_worker WHERE role = 'follow' AND state = 'RUNNING'`, 30);
  await migration.say('PAUSE');
  await migration.row(`SELECT 1 AS yes FROM wirekite_worker WHERE role = 'follow' AND state = 'PAUSED'`, 30);
  const { transactions } = writer.written;
  await until('the writer goes on', () => writer.written.transactions > transactions + 5);
  await migration.say('RUN');
}

it('Sakila, MariaDB to PostgreSQL', LONG, async () => {
  const [source, target] = [await freshMariaDb(), await freshDatabase(18)];
  if (!(await fillSakila(source))) return;
  await followed(source, target, SAKILA);
  await expectSame(source, target);
});

it('Pagila, PostgreSQL to MariaDB', LONG, async () => {
  const [source, target] = [await freshDatabase(15), await freshMariaDb()];
  if (!(await fillPagila(source))) return;
  await followed(source, target, PAGILA);
  await expectSame(source, target);
});

it('Sakila, MariaDB to MariaDB', LONG, async () => {
  const [source, target] = [await freshMariaDb(), await freshMariaDb()];
  if (!(await fillSakila(source))) return;
  await followed(source, target, SAKILA);
  await expectSame(source, target);
});

it('Sakila, MySQL to PostgreSQL', LONG, async () => {
  const [source, target] = [await freshMySql(), await freshDatabase(18)];
  if (!source || !(await fillSakila(source))) return;
  await followed(source, target, SAKILA);
  await expectSame(source, target);
});

it('Pagila, PostgreSQL to MySQL', LONG, async () => {
  const [source, target] = [await freshDatabase(15), await freshMySql()];
  if (!target || !(await fillPagila(source))) return;
  await followed(source, target, PAGILA);
  await expectSame(source, target);
});

it('a DBA pauses a MariaDB target with its own client', LONG, async () => {
  const [source, target] = [await freshDatabase(18), await freshMariaDb()];
  await onDatabase(source, (db) =>
    db.query('CREATE TABLE t AS SELECT i AS id, md5(i::text) AS v FROM generate_series(1, 300000) AS i'),
  );
  const migration = await Migration.create({ source, target, settings: { slice_bytes: 1 << 20 } });
  const client = (sql: string): string => {
    const at = [`--host=${target.hostname}`, `--port=${target.port}`, `--user=${target.username}`];
    const env = { ...process.env, MYSQL_PWD: target.password };
    return execFileSync('mariadb', [...at, '--batch', '--skip-column-names', migration.control], {
      input: sql,
      env,
    }).toString();
  };
  const run = migration.run();
  await migration.row(`SELECT 1 AS yes FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NOT NULL`, 60);
  client(`UPDATE wirekite_action SET action = 'pause'`);
  await until(
    'all are paused',
    () => client(`SELECT COUNT(*) FROM wirekite_worker WHERE role = 'load' AND state <> 'PAUSED'`) === '0\n',
    30,
  );
  const before = client('SELECT SUM(mark) FROM wirekite_progress WHERE operation = "D"');
  expect(client('SELECT action FROM wirekite_action')).toBe('PAUSE\n');
  expect(client('SELECT SUM(mark) FROM wirekite_progress WHERE operation = "D"')).toBe(before);
  client(`UPDATE wirekite_action SET action = 'RUN'`);
  expect(await run.code()).toBe(0);
  await expectSame(source, target);
});
