import type { Grant } from '../../src/connector/connector.js';
import type { Db } from '../../src/db/db.js';
import { quoteAccount, quotePlace } from '../../src/db/mysql/quote.js';
import { databasesOf, definerRight, needed, otherDefiners } from './privileges.js';
import type { Moved } from './targets.js';

/** The least that an account needs to make and fill this. CREATE on a database lets it make that database, too. */
export async function targetGrants(db: Db, moved: Moved, login: string | undefined): Promise<Grant[]> {
  const { rows } = await db.query<{ account: string }>('SELECT CURRENT_USER() AS account');
  const account = quoteAccount(login ?? rows[0]?.account ?? '');
  const inEach = databasesOf(moved).map((database) => ({
    statement: `GRANT ${needed(moved).join(', ')} ON ${quotePlace(database)} TO ${account}`,
    why: 'what is moved is made, filled and kept in step there; temporary tables, by which changes are applied in sets',
  }));
  const locks = {
    statement: `GRANT PROCESS ON *.* TO ${account}`,
    why: 'to say who holds the lock that somebody waits for',
  };
  return [...inEach, locks, ...forDefiners(moved, account)];
}

function forDefiners(moved: Moved, account: string): Grant[] {
  const others = otherDefiners(moved, account);
  if (others.length === 0) return [];
  const why = `${others.join(', ')} defined some of it, and shall be its definer there too`;
  return [{ statement: `GRANT ${definerRight(moved)} ON *.* TO ${account}`, why }];
}
