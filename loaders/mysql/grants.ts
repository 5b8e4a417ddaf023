import type { Grant } from '../../src/connector/connector.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import { MORE, NEEDED } from './privileges.js';
import type { Moved } from './targets.js';

/** What only the control tables need: their routines. */
const CONTROL = ['CREATE ROUTINE', 'ALTER ROUTINE', 'EXECUTE', 'SHOW VIEW'];

/** The least that an account needs here. Where `init --sql` made the control tables, the role of daemons is enough for them. */
export function targetGrants(moved: Moved, control: string, account: string): Grant[] {
  const databases = new Set([moved.home, ...moved.schema.tables.map(({ schema }) => moved.database(schema))]);
  const on = (names: readonly string[], database: string) =>
    `GRANT ${names.join(', ')} ON ${quoteIdentifier(database)}.* TO ${account}`;
  return [
    ...[...databases].map((database) => ({
      statement: on([...NEEDED, ...MORE], database),
      why: 'to make tables, load them and apply changes',
    })),
    { statement: on([...NEEDED, ...MORE, ...CONTROL], control), why: 'to make the control tables, and write them' },
    { statement: `GRANT PROCESS ON *.* TO ${account}`, why: 'to say who holds the lock that somebody waits for' },
  ];
}
