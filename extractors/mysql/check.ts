import { Fault } from '../../src/base/fault.js';
import type { Finding } from '../../src/connector/connector.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import { tableName, type Table } from '../../src/model/schema.js';
import { isTransactional } from './catalog/engines.js';
import { logFindings } from './check-log.js';
import { Privileges } from './privileges.js';
import { isRefused, readServer, type Server } from './server.js';
import { qualified } from './slices.js';

/** The server's settings by name, in small letters. */
export type Variables = ReadonlyMap<string, string>;

/** What a load needs of its source, and `changes` of its log; each failure with the statement that mends it. */
export async function checkSource(db: MyDb, tables: readonly Table[], changes: boolean): Promise<Finding[]> {
  const server = await readServer(db);
  const variables = await readVariables(db);
  const privileges = await Privileges.read(db, server);
  return [
    version(server),
    snapshotLock(server, variables, privileges),
    ...(await readable(db, tables, privileges)),
    ...objectsSeen(privileges),
    ...tables.filter((table) => !isTransactional(engineOf(table))).map(noSnapshot),
    zeroDates(variables, tables),
    packets(variables),
    ...(changes ? await logFindings(db, server, variables, privileges, tables) : []),
  ];
}

async function readVariables(db: MyDb): Promise<Variables> {
  const { rows } = await db.query<{ Variable_name: string; Value: string }>('SHOW GLOBAL VARIABLES');
  return new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
}

function version({ text, mariadb, version: number }: Server): Finding {
  const what = 'source version';
  if (number >= (mariadb ? 100_500 : 50_700)) return { what, level: 'ok', found: text };
  const mend = 'openkite reads MariaDB 10.5, MySQL 5.7 and later: upgrade the source first';
  return { what, level: 'failure', found: text, mend };
}

/** The ways to one moment for many sessions, the best first. */
function snapshotLock({ mariadb }: Server, variables: Variables, privileges: Privileges): Finding {
  const what = 'source snapshot';
  const ok = (found: string): Finding => ({ what, level: 'ok', found });
  if (privileges.hasOnAll('RELOAD') || privileges.hasOnAll('FLUSH_TABLES'))
    return ok('under FLUSH TABLES WITH READ LOCK, for some milliseconds');
  if (mariadb && variables.get('log_bin') === 'ON')
    return ok('without a lock, by the place of each session in the log');
  const mend = privileges.grant('RELOAD', '*.*');
  if (privileges.has('LOCK TABLES'))
    return { what, level: 'warning', found: 'under LOCK TABLES: long transactions of writers are waited for', mend };
  return { what, level: 'failure', found: 'the account may lock nothing', mend };
}

async function readable(db: MyDb, tables: readonly Table[], privileges: Privileges): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const table of tables)
    await db.query(`SELECT 1 FROM ${qualified(table)} LIMIT 0`).catch((error: unknown) => {
      const found = error instanceof Fault ? error.message : String(error);
      const mend = isRefused(error) ? { mend: privileges.grant('SELECT', qualified(table)) } : {};
      findings.push({ what: `read ${tableName(table)}`, level: 'failure', found, ...mend });
    });
  if (findings.length > 0) return findings;
  return [{ what: 'source tables can be read', level: 'ok', found: `${tables.length} tables` }];
}

/** What the account may not see is not told of either: it would be left out in silence. */
function objectsSeen(privileges: Privileges): Finding[] {
  const wanted = ['SHOW VIEW', 'TRIGGER', 'EVENT'];
  const missing = wanted.filter((privilege) => !privileges.has(privilege));
  const what = 'source views, triggers and events can be read';
  if (missing.length === 0) return [{ what, level: 'ok', found: wanted.join(', ') }];
  const mend = privileges.grant(missing.join(', '));
  return [{ what, level: 'failure', found: `the account lacks ${missing.join(', ')}`, mend }];
}

function noSnapshot(table: Table): Finding {
  return {
    what: `snapshot of ${tableName(table)}`,
    level: 'warning',
    found: `${engineOf(table)} keeps no earlier rows: they are read as they are at that time`,
    mend: `ALTER TABLE ${qualified(table)} ENGINE = InnoDB; or let nobody write to it while it is read`,
  };
}

const engineOf = ({ options }: Table): string | null =>
  options.parameters.find((parameter) => parameter.startsWith('ENGINE='))?.slice('ENGINE='.length) ?? null;

const DATES = new Set(['date', 'timestamp', 'timestamptz']);

function zeroDates(variables: Variables, tables: readonly Table[]): Finding {
  const what = 'source zero dates';
  const mode = variables.get('sql_mode') ?? '';
  const columns = tables.flatMap(({ columns: all }) => all.filter(({ value }) => DATES.has(value.kind)));
  const refused = /NO_ZERO_DATE/.test(mode) && /NO_ZERO_IN_DATE/.test(mode) && /STRICT_/.test(mode);
  if (refused || columns.length === 0) return { what, level: 'ok', found: 'new ones are refused by sql_mode' };
  return {
    what,
    level: 'warning',
    found: `sql_mode lets dates such as 0000-00-00 into ${columns.length} columns; a target that has none refuses them`,
    mend: `UPDATE what is there, or write in tables.columns: an expression with nullif(:value, '0000-00-00')`,
  };
}

const ENOUGH = 64 << 20;

/** A row that is longer is not sent. */
function packets(variables: Variables): Finding {
  const what = 'source max_allowed_packet';
  const found = variables.get('max_allowed_packet') ?? '0';
  if (Number(found) >= ENOUGH) return { what, level: 'ok', found };
  return { what, level: 'warning', found, mend: 'SET GLOBAL max_allowed_packet = 1073741824;' };
}
