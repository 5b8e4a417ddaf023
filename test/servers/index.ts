/** What tests need of real servers and real data. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { afterAll, expect, inject } from 'vitest';
import type { Major } from '../../extractors/postgres/server.js';
import { connect } from '../../src/db/postgres/connect.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';

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

/** Path of a file of the shared sample data, or undefined, aloud, where they are not beside the checkout. */
export function fileOfData(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: no sample data ${name} beside this checkout`);
  return undefined;
}

/** Runs a dump, plain or gzipped, with its `COPY … FROM stdin` blocks, as psql would. */
export async function runDump(url: URL, path: string): Promise<void> {
  const bytes = readFileSync(path);
  const script = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const db = await connect(url, { name: 'openkite:test:dump', searchPath: 'public', settings: { row_security: 'on' } });
  try {
    for (const { sql, rows } of partsOf(script)) {
      if (rows === undefined) await db.query(sql);
      else await db.load(sql, only(Buffer.from(rows)));
    }
  } finally {
    await db.close();
  }
}

function* partsOf(script: string): Generator<{ sql: string; rows?: string }> {
  let at = 0;
  for (const match of script.matchAll(/^(COPY [^;]* FROM stdin);\n([\s\S]*?)^\\\.$/gm)) {
    yield { sql: script.slice(at, match.index) };
    yield { sql: match[1] ?? '', rows: match[2] ?? '' };
    at = match.index + match[0].length;
  }
  yield { sql: script.slice(at) };
}

/** An iterable of these pieces, as `Db.load` takes them. */
export async function* only(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* pieces;
}
