import { Fault } from '../../src/base/fault.js';
import type { OpenOptions, Tuning } from '../../src/connector/connector.js';
import type { Loader } from '../../src/connector/loader.js';
import { address } from '../../src/db/mysql/address.js';
import { connect } from '../../src/db/mysql/connect.js';
import type { Db } from '../../src/db/db.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import { MyLoader } from './loader.js';
import { Settled } from './settled.js';
import { sqlFile } from './sql-file.js';
import { serverOf, type Server } from './server.js';

const LOOK = sqlFile('target-server');
const LOCK_SECONDS = 10;

/** Keys are checked when they are made, whatever the server's own setting. */
const settings = ({ lockSeconds = LOCK_SECONDS }: Tuning): Record<string, number> => ({
  lock_wait_timeout: lockSeconds,
  innodb_lock_wait_timeout: lockSeconds,
  foreign_key_checks: 1,
  unique_checks: 1,
});

const patience = ({ deadlineSeconds: deadline }: Tuning) => (deadline === undefined ? {} : { deadline });

/** What the server is; also looks whether the database is there, into which we do not connect. */
async function look(db: Db, database: string): Promise<Server> {
  const { rows } = await db.query<{ version: string; folds: string | number; there: string }>(LOOK, { database });
  const { version = '', folds, there } = rows[0] ?? {};
  if (there === '0')
    throw new Fault('operator', `the target has no database ${database}`, {
      code: '1049',
      hint: `CREATE DATABASE ${quoteIdentifier(database)}, or name another at the end of the URL.`,
    });
  const server = serverOf(version, Number(folds));
  if (server.mariadb) await db.query('SET max_statement_time = 0, idle_transaction_timeout = 0');
  return server;
}

export async function open(url: URL, { name, controlSchema, tuning = {} }: OpenOptions): Promise<Loader> {
  const { database } = address(url);
  if (database === '')
    throw new Fault('operator', 'the target’s URL names no database', { hint: 'Write its name after the last /.' });
  const session = await connect(url, { name, home: controlSchema, settings: settings(tuning), ...patience(tuning) });
  const db = new Settled(session, quoteIdentifier(controlSchema));
  try {
    return new MyLoader(db, database, await look(db, database));
  } catch (error) {
    await db.close();
    throw error;
  }
}
