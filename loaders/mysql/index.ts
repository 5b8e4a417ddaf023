import type { Connector, Tuning } from '../../src/connector/connector.js';
import type { Loader } from '../../src/connector/loader.js';
import { Fault } from '../../src/base/fault.js';
import { address } from '../../src/db/mysql/address.js';
import { connect } from '../../src/db/mysql/connect.js';
import { classify } from '../../src/db/mysql/faults.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import { MyLoader } from './loader.js';
import { Settled } from './settled.js';
import { serverOf, type Server } from './server.js';

const LOCK_SECONDS = 10;

/** Keys are checked when they are made, whatever the server's own setting. */
const settings = ({ lockSeconds = LOCK_SECONDS }: Tuning): Record<string, number> => ({
  lock_wait_timeout: lockSeconds,
  innodb_lock_wait_timeout: lockSeconds,
  foreign_key_checks: 1,
  unique_checks: 1,
});

const patience = ({ deadlineSeconds: deadline }: Tuning) => (deadline === undefined ? {} : { deadline });

async function look(db: MyDb): Promise<Server> {
  const { rows } = await db.query<{ version: string; folds: string | number }>(
    'SELECT VERSION() AS version, @@lower_case_table_names AS folds',
  );
  const server = serverOf(String(rows[0]?.version), Number(rows[0]?.folds));
  if (server.mariadb) await db.query('SET max_statement_time = 0, idle_transaction_timeout = 0');
  return server;
}

const connector: Connector<Loader> = {
  schemes: ['mysql:', 'mariadb:'],
  open: async (url, { name, controlSchema, tuning = {} }) => {
    const { database } = address(url);
    if (database === '')
      throw new Fault('operator', 'the target’s URL names no database', { hint: 'Write its name after the last /.' });
    const db = await connect(url, { name, home: controlSchema, settings: settings(tuning), ...patience(tuning) });
    return new MyLoader(new Settled(db, quoteIdentifier(controlSchema)), database, await look(db));
  },
  classify,
};

export default connector;
