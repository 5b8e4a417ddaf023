/** What tests need of real servers. */
import { basename } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, expect, inject } from 'vitest';
import type { Major } from '../../extractors/postgres/server.js';
import { connect } from '../../src/db/postgres/connect.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';

export { fileOfData, only, runDump } from './dump.js';
export { startServer, type Major, type Server } from '../../extractors/postgres/server.js';

const made: { major: Major; url: URL }[] = [];

/** The superuser's URL of the server that the whole run shares: create nothing in it that others could see. */
export async function sharedServer(major: Major = 18): Promise<URL> {
  const answer = await fetch(`${inject('servers')}/${major}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return new URL(text);
}

/** An empty database. Dropped after the test file; if that failed, it lives as long as the server (in watch mode). */
export async function freshDatabase(major: Major = 18): Promise<URL> {
  const server = await sharedServer(major);
  const file = basename(expect.getState().testPath ?? 'test', '.test.ts').replace(/\W/g, '_');
  const name = `${file}_${randomBytes(4).toString('hex')}`;
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
