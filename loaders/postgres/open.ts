import type { OpenOptions, Tuning } from '../../src/connector/connector.js';
import type { Loader } from '../../src/connector/loader.js';
import { connect } from '../../src/db/postgres/connect.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import { PgLoader } from './loader.js';
import { sqlFile } from './sql-file.js';

interface Facts extends Record<string, unknown> {
  readonly major: number;
  readonly geometry: string | null;
}

const LOCK_SECONDS = 10;

const settings = ({ workMemory, lockSeconds }: Tuning): Record<string, string> => ({
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  lock_timeout: `${lockSeconds ?? LOCK_SECONDS}s`,
  check_function_bodies: 'off', // a body may name what is made later
  ...(workMemory === undefined ? {} : { maintenance_work_mem: `${Math.floor(workMemory / 1024)}kB` }),
});

const patience = ({ deadlineSeconds: deadline }: Tuning) => (deadline === undefined ? {} : { deadline });

export async function open(url: URL, { name, controlSchema, tuning = {} }: OpenOptions): Promise<Loader> {
  const searchPath = `${quoteIdentifier(controlSchema)}, pg_temp`;
  const db = await connect(url, { name, searchPath, settings: settings(tuning), ...patience(tuning) });
  const { rows } = await db.query<Facts>(sqlFile('version'));
  const [{ major, geometry }] = rows as [Facts];
  return new PgLoader(db, major, geometry ?? undefined);
}
