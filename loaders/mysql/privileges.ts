import type { Finding } from '../../src/connector/connector.js';
import type { Db } from '../../src/db/db.js';
import { quoteAccount, quoteIdentifier } from '../../src/db/mysql/quote.js';
import { sqlFile } from './sql-file.js';
import type { Moved } from './targets.js';

interface Privilege extends Record<string, unknown> {
  readonly account: string;
  /** Null: everywhere. A pattern of LIKE. */
  readonly place: string | null;
  readonly may: string;
}

const ALWAYS = [
  ...'SELECT INSERT UPDATE DELETE CREATE DROP ALTER INDEX REFERENCES'.split(' '),
  'CREATE TEMPORARY TABLES',
];
const ROUTINES = ['CREATE ROUTINE', 'ALTER ROUTINE', 'EXECUTE'];
const FOR_KIND: Readonly<Record<string, readonly string[]>> = {
  view: ['CREATE VIEW', 'SHOW VIEW'],
  trigger: ['TRIGGER'],
  event: ['EVENT'],
  function: ROUTINES,
  procedure: ROUTINES,
  package: ROUTINES,
  'package body': ROUTINES,
};

/** In each database: what rows, changes and foreign keys need, and what is made besides tables. */
export function needed({ schema, ofFamily }: Moved): string[] {
  const kinds = ofFamily ? schema.objects.map(({ kind }) => kind) : [];
  return [...new Set([...ALWAYS, ...kinds.flatMap((kind) => FOR_KIND[kind] ?? [])])];
}

/** Those that hold what is moved. */
export const databasesOf = (moved: Moved): string[] => [
  ...new Set([moved.home, ...moved.schema.tables.map(({ schema }) => moved.database(schema))]),
];

/** Per database. What a role lends is not seen here, so this is no failure. `guarded`: only SUPER makes triggers. */
export async function checkPrivileges(db: Db, moved: Moved, guarded: boolean): Promise<Finding[]> {
  const { rows } = await db.query<Privilege>(sqlFile('privileges'));
  const account = quoteAccount(rows[0]?.account ?? '');
  const inEach = databasesOf(moved).map((database): Finding => {
    const missing = needed(moved).filter((may) => !rows.some((row) => row.may === may && covers(row, database)));
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

/** Accounts that have defined something which is moved. */
export function otherDefiners({ schema, ofFamily }: Moved, account: string): string[] {
  if (!ofFamily) return [];
  return [...new Set(schema.objects.flatMap(({ role }) => (role === undefined || role === account ? [] : [role])))];
}

/** By which an account may make what others are then said to have made. */
export const definerRight = ({ server }: Moved): string => (server.mariadb ? 'SET USER' : 'SET_USER_ID');

function definers(moved: Moved, rows: readonly Privilege[], account: string): Finding[] {
  const others = otherDefiners(moved, account);
  if (others.length === 0) return [];
  const may = rows.some((row) => row.place === null && FOR_OTHERS.includes(row.may));
  const what = 'target keeps definers';
  if (may) return [{ what, level: 'ok', found: 'yes' }];
  const found = `${account} may not make what ${others.join(', ')} defined`;
  return [{ what, level: 'failure', found, mend: `GRANT ${definerRight(moved)} ON *.* TO ${account};` }];
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
