import type { Grant } from '../../src/connector/connector.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import { quoteAccount, quoteIdentifier, quotePlace } from '../../src/db/mysql/quote.js';
import type { Schema } from '../../src/model/schema.js';
import { readServer, type Server } from './server.js';
import { qualified } from './slices.js';

/** The least that an account needs to read these tables, and what is made with them. */
export async function sourceGrants(db: MyDb, { tables, objects }: Schema, login: string | undefined): Promise<Grant[]> {
  const server = await readServer(db);
  const account = quoteAccount(login ?? server.user);
  const grant = (what: string, on: string, why: string): Grant => ({
    statement: `GRANT ${what} ON ${on} TO ${account}`,
    why,
  });
  const here = quotePlace(server.database);
  const readable = objects.filter(({ kind }) => kind === 'view' || kind === 'sequence');
  const routines = objects.some(({ kind }) => ROUTINES.has(kind)) ? routineRight(server) : undefined;
  return [
    ...tables.map((table) => grant('SELECT', qualified(table), 'its rows')),
    ...readable.map(({ kind, name }) =>
      grant(
        'SELECT',
        `${quoteIdentifier(server.database)}.${quoteIdentifier(name)}`,
        `a ${kind} tells nobody else of itself`,
      ),
    ),
    grant(
      'SHOW VIEW, TRIGGER, EVENT',
      here,
      'what an account may not see it is not told of: it would be left out in silence',
    ),
    ...(routines === undefined ? [] : [grant(routines.what, routines.on(here), 'bodies of routines')]),
    ...(await snapshotRight(db, server)).map((what) =>
      grant(what, '*.*', 'a lock of some milliseconds, for one moment of all sessions'),
    ),
  ];
}

const ROUTINES = new Set(['function', 'procedure', 'package', 'package body']);

/** Whoever may see the body of what others have made. */
function routineRight({ mariadb, version }: Server): { what: string; on: (here: string) => string } {
  if (mariadb && version >= 110_301) return { what: 'SHOW CREATE ROUTINE', on: (here) => here };
  if (!mariadb && version >= 80_020) return { what: 'SHOW_ROUTINE', on: () => '*.*' };
  if (!mariadb && version >= 80_000) return { what: 'SELECT', on: () => '*.*' };
  return { what: 'SELECT', on: () => `${quoteIdentifier('mysql')}.${quoteIdentifier('proc')}` };
}

/** MariaDB's log tells each session where its snapshot is: no lock is needed there. */
async function snapshotRight(db: MyDb, { mariadb, version }: Server): Promise<string[]> {
  const { rows } = await db.query<{ logs: number | string }>('SELECT @@GLOBAL.log_bin AS logs');
  if (mariadb && Number(rows[0]?.logs) === 1) return [];
  return [!mariadb && version >= 80_023 ? 'FLUSH_TABLES' : 'RELOAD'];
}

/** The least that an account needs to read the log. */
export async function logGrants(db: MyDb, login: string | undefined): Promise<Grant[]> {
  const { mariadb, version, user } = await readServer(db);
  const monitor = mariadb && version >= 100_502 ? 'BINLOG MONITOR' : 'REPLICATION CLIENT';
  const statement = `GRANT REPLICATION SLAVE, ${monitor} ON *.* TO ${quoteAccount(login ?? user)}`;
  return [{ statement, why: 'the log, which is one for the whole server, and where it ends' }];
}
