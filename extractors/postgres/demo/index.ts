import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Demo, DemoServers, DemoTable } from '../../../src/connector/connector.js';
import { address } from '../../../src/db/postgres/address.js';
import { connect } from '../../../src/db/postgres/connect.js';
import type { PgDb } from '../../../src/db/postgres/pg-db.js';
import { quoteIdentifier } from '../../../src/db/postgres/quote.js';
import { startServer } from '../server.js';
import { statements } from './statements.js';
import { writer } from './writer.js';

/** Two servers beside the daemons, on whatever machine: little memory each. */
const SETTINGS = { shared_buffers: '64MB', max_connections: '60' };
/** What changes can be followed from. The log is limited for the story's sake: there is a budget to be seen. */
const FOLLOWED = { ...SETTINGS, wal_level: 'logical', max_slot_wal_keep_size: '4GB' };

export const demo: Demo = {
  schema: 'shop',
  start,
  fill: (database) => within(database, (db) => db.query(sql('shop'))).then(() => undefined),
  write: async (database) => writer(await session(database), sql('traffic')),
  query: (database, statement) => within(database, async (db) => (await db.query(statement)).rows),
  statements,
  compare: (database) => within(database, async (db) => (await db.query<TableRow>(sql('compare'))).rows),
  existing: (database, schemas) =>
    within(database, async (db) => {
      const found = await db.query<{ name: string }>(
        'SELECT nspname::text AS name FROM pg_namespace WHERE nspname = ANY (:schemas::text[])',
        { schemas },
      );
      return found.rows.map((row) => row.name);
    }),
  remove: (database, schemas) =>
    within(database, async (db) => {
      const names = schemas.map(quoteIdentifier).join(', ');
      await db.query(`DROP SCHEMA IF EXISTS ${names} CASCADE`);
    }),
  shell,
};

type TableRow = DemoTable & Record<string, unknown>;

async function start(): Promise<DemoServers> {
  const started = await Promise.allSettled([startServer({ settings: FOLLOWED }), startServer({ settings: SETTINGS })]);
  const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async () => void (await Promise.all(servers.map((server) => server.stop('immediate'))));
  const [source, target] = servers;
  if (source && target) return { source: source.url(), target: target.url(), stop };
  await stop();
  throw started.find((one) => one.status === 'rejected')?.reason;
}

function shell(database: URL, folder: string): string {
  const { host, port, user, database: name } = address(database);
  const command = ['psql', '-h', host, '-p', String(port), '-U', user, name].map(quoted).join(' ');
  if (database.password === '') return command;
  const file = join(folder, 'passwords');
  const fields = [host, String(port), name, user, decodeURIComponent(database.password)];
  appendFileSync(file, `${fields.map((field) => field.replace(/[\\:]/g, '\\$&')).join(':')}\n`, { mode: 0o600 });
  return `PGPASSFILE=${quoted(file)} ${command}`;
}

const quoted = (word: string): string => (/^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

const sql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');

const session = (database: URL): Promise<PgDb> => connect(database, { name: 'openkite:demo:shop', searchPath: '' });

async function within<T>(database: URL, work: (db: PgDb) => Promise<T>): Promise<T> {
  const db = await session(database);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
