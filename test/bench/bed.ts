import { readFileSync } from 'node:fs';
import { monotonic, sleep } from '../../src/base/clock.js';
import { startServer, type Server } from '../../extractors/postgres/server.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';

/** Two servers with what a DBA would set for a load, durable as they come. 15: Debian's own client tools are of that version. */
export interface Bed {
  readonly source: URL;
  /** An empty database, new at every call. */
  target(): Promise<URL>;
  stop(): Promise<void>;
}

const DEADLINE_SECONDS = 300;
const SETTINGS = { wal_level: 'logical', shared_buffers: '512MB', max_wal_size: '4GB', max_connections: '200' };

export async function makeBed(sql: string): Promise<Bed> {
  const servers = await Promise.all([1, 2].map(() => startServer({ major: 15, settings: SETTINGS })));
  const [from, to] = servers as [Server, Server];
  await at(from.url(), (db) => db.query('CREATE DATABASE bench TEMPLATE template0'));
  await at(from.url('bench'), (db) => db.query(sql));
  return {
    source: from.url('bench'),
    target: async () => {
      await at(to.url(), async (db) => {
        await db.query('DROP DATABASE IF EXISTS bench WITH (FORCE)');
        await db.query('CREATE DATABASE bench TEMPLATE template0');
        await db.query('CHECKPOINT');
      });
      return to.url('bench');
    },
    stop: async () => void (await Promise.all(servers.map((server) => server.stop('immediate')))),
  };
}

export const benchSql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');

export async function at<T>(url: URL, work: (db: PgDb) => Promise<T>, searchPath = 'public'): Promise<T> {
  const db = await connect(url, { name: 'bench', searchPath });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** The first value of the first row. */
export async function one(db: PgDb, sql: string): Promise<string> {
  const { rows } = await db.query(sql);
  return String(Object.values(rows[0] ?? {})[0]);
}

/** Looks again and again, for five minutes at most. */
export async function until(what: string, ready: () => Promise<boolean>): Promise<void> {
  for (const end = monotonic() + DEADLINE_SECONDS; !(await ready()); await sleep(20))
    if (monotonic() > end) throw new Error(`not within ${DEADLINE_SECONDS} s: ${what}`);
}
