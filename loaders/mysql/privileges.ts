import type { Finding } from '../../src/connector/connector.js';
import type { Db } from '../../src/db/db.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import { sqlFile } from './sql-file.js';
import type { Moved } from './targets.js';

interface Privilege extends Record<string, unknown> {
  readonly account: string;
  /** Null: everywhere. A pattern of LIKE. */
  readonly place: string | null;
  readonly may: string;
}

const NEEDED = 'SELECT INSERT UPDATE DELETE CREATE DROP ALTER INDEX REFERENCES'.split(' ');
const MORE = ['CREATE VIEW', 'CREATE TEMPORARY TABLES', 'TRIGGER'];

/** Per database. What a role lends is not seen here, so this is no failure. `guarded`: only SUPER makes triggers. */
export async function checkPrivileges(db: Db, moved: Moved, guarded: boolean): Promise<Finding[]> {
  const { rows } = await db.query<Privilege>(sqlFile('privileges'));
  const account = (rows[0]?.account ?? '').split('@').map(quoteIdentifier).join('@');
  const databases = new Set([moved.home, ...moved.schema.tables.map(({ schema }) => moved.database(schema))]);
  const inEach = [...databases].map((database): Finding => {
    const missing = [...NEEDED, ...MORE].filter((may) => !rows.some((row) => row.may === may && covers(row, database)));
    const what = `target lets us work in ${database}`;
    if (missing.length === 0) return { what, level: 'ok', found: 'yes' };
    const mend = `GRANT ${missing.join(', ')} ON ${quoteIdentifier(database)}.* TO ${account};`;
    return { what, level: 'warning', found: `${account} has no ${missing.join(', ')}, unless by a role`, mend };
  });
  return [...inEach, guards(rows, guarded), ...definers(moved, rows, account)];
}

function guards(rows: readonly Privilege[], guarded: boolean): Finding {
  const what = 'target lets us make triggers';
  if (!guarded || rows.some((row) => row.place === null && row.may === 'SUPER'))
    return { what, level: 'ok', found: 'yes' };
  const mend = 'SET GLOBAL log_bin_trust_function_creators = 1;';
  return { what, level: 'warning', found: 'only with SUPER: nothing guards the control tables', mend };
}

/** Each of these lets an account make what another one is then said to have made. */
const FOR_OTHERS = ['SUPER', 'SET USER', 'SET_USER_ID', 'SET_ANY_DEFINER'];

function definers(moved: Moved, rows: readonly Privilege[], account: string): Finding[] {
  const others = new Set(
    moved.schema.objects.flatMap(({ role }) => (role === undefined || role === account ? [] : [role])),
  );
  if (!moved.ofFamily || others.size === 0) return [];
  const may = rows.some((row) => row.place === null && FOR_OTHERS.includes(row.may));
  const what = 'target keeps definers';
  if (may) return [{ what, level: 'ok', found: 'yes' }];
  const right = moved.server.mariadb ? 'SET USER' : 'SET_USER_ID';
  const found = `${account} may not make what ${[...others].join(', ')} defined`;
  return [{ what, level: 'failure', found, mend: `GRANT ${right} ON *.* TO ${account};` }];
}

function covers({ place }: Privilege, database: string): boolean {
  if (place === null) return true;
  const pattern = place.replace(/\\([\s\S])|[.*+?^${}()|[\]\\]|[%_]/g, (found, escaped: string | undefined) => {
    if (found === '%') return '.*';
    if (found === '_') return '.';
    return `\\${escaped ?? found}`;
  });
  return new RegExp(`^${pattern}$`, 's').test(database);
}
