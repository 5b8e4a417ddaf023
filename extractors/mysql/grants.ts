import type { Grant } from '../../src/connector/connector.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import type { Server } from './server.js';

/** MariaDB has cut the right to see where the log stands out of REPLICATION CLIENT. */
const MONITOR_SINCE = 100_502;

/** The least that an account needs here: rights to tables alone would not show views, triggers and events. */
export function sourceGrants({ database, mariadb, version }: Server, account: string, changes: boolean): Grant[] {
  const here = `ON ${quoteIdentifier(database)}.* TO ${account}`;
  const monitor = mariadb && version >= MONITOR_SINCE ? 'BINLOG MONITOR' : 'REPLICATION CLIENT';
  const follow = {
    statement: `GRANT REPLICATION SLAVE, ${monitor} ON *.* TO ${account}`,
    why: 'to read the binary log, and where it ends',
  };
  return [
    { statement: `GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ${here}`, why: 'to read rows and definitions' },
    {
      statement: `GRANT RELOAD ON *.* TO ${account}`,
      why: 'so that all sessions begin at one moment, in milliseconds',
    },
    ...(changes ? [follow] : []),
  ];
}
