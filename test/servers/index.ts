/** What tests need of real servers. */
import { basename } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, expect, inject } from 'vitest';
import type { Major } from '../../extractors/postgres/server.js';
import { connect as connectMariaDb } from '../../src/db/mysql/connect.js';
import { connect } from '../../src/db/postgres/connect.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';

export { MariaDb } from './mariadb.js';
export { fileOfData, only, runDump, runMariaDump } from './dump.js';
export { startServer, type Major, type Server } from '../../extractors/postgres/server.js';

const made: { major: Major; url: URL }[] = [];
const madeInMariaDb: URL[] = [];

/** The superuser's URL of the server that the whole run shares: create nothing in it that others could see. */
export async function sharedServer(major: Major | 'mariadb' = 18): Promise<URL> {
  const answer = await fetch(`${inject('servers')}/${major}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return new URL(text);
}

function freshName(): string {
  const file = basename(expect.getState().testPath ?? 'test', '.test.ts').replace(/\W/g, '_');
  return `${file}_${randomBytes(4).toString('hex')}`;
}

/** An empty database of the shared MariaDB, as `freshDatabase`. */
export async function freshMariaDb(): Promise<URL> {
  const url = await sharedServer('mariadb');
  url.pathname = `/${freshName()}`;
  await inMariaDb(`CREATE DATABASE ${url.pathname.slice(1)} CHARACTER SET utf8mb4`);
  madeInMariaDb.push(url);
  return url;
}

/** An empty database of the server that `OPENKITE_MYSQL_URL` names; undefined, aloud, where it names none. */
export async function freshMySql(): Promise<URL | undefined> {
  const given = process.env['OPENKITE_MYSQL_URL'];
  if (given === undefined) return void console.warn('SKIPPED on MySQL itself: OPENKITE_MYSQL_URL names no server');
  const url = new URL(given);
  url.pathname = `/${freshName()}`;
  const db = await connectMariaDb(new URL(given), { name: 'openkite:test:admin' });
  await db.query(`CREATE DATABASE ${url.pathname.slice(1)} CHARACTER SET utf8mb4`);
  await db.close();
  return url;
}

async function inMariaDb(sql: string): Promise<void> {
  const db = await connectMariaDb(await sharedServer('mariadb'), { name: 'openkite:test:admin' });
  await db.query(sql);
  await db.close();
}

/** An empty database. Dropped after the test file; if that failed, it lives as long as the server (in watch mode). */
export async function freshDatabase(major: Major = 18): Promise<URL> {
  const server = await sharedServer(major);
  const name = freshName();
  await asAdmin(server, (db) =>
    db.query(`CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0 ENCODING 'UTF8'`),
  );
  const url = new URL(server);
  url.pathname = `/${name}`;
  made.push({ major, url });
  return url;
}

// Vitest reads the first pattern to know which fixtures are wanted.
afterAll(async ({}, file) => {
  const failed = file.tasks.some((task) => task.result?.state === 'fail');
  for (const { major, url } of made.splice(0)) {
    const name = quoteIdentifier(url.pathname.slice(1));
    if (failed) console.error(`kept for a look: ${url.href}`);
    else await asAdmin(await sharedServer(major), (db) => drop(db, major, name));
  }
  for (const url of madeInMariaDb.splice(0))
    if (failed) console.error(`kept for a look: ${url.href}`);
    else await inMariaDb(`DROP DATABASE IF EXISTS ${url.pathname.slice(1)}`);
});

async function drop(db: PgDb, major: Major, name: string): Promise<void> {
  await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE quote_ident(datname) = :name`, { name });
  await db.query(`DROP DATABASE ${name}${major >= 13 ? ' WITH (FORCE)' : ''}`);
}

async function asAdmin(server: URL, work: (db: PgDb) => Promise<unknown>): Promise<void> {
  const db = await connect(server, { name: 'openkite:test:admin', searchPath: '' });
  try {
    await work(db);
  } finally {
    await db.close();
  }
}
