import type { Finding } from '../../src/connector/connector.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import { tableName, type Table } from '../../src/model/schema.js';
import type { Variables } from './check.js';
import type { Privileges } from './privileges.js';
import { isRefused, type Server } from './server.js';
import { keyOf } from './slices.js';

/** What following changes needs of the source's log. */
export async function logFindings(
  db: MyDb,
  server: Server,
  variables: Variables,
  privileges: Privileges,
  tables: readonly Table[],
): Promise<Finding[]> {
  return [
    ...SETTINGS.filter((setting) => setting.of?.(server) ?? true).map((setting) => judge(setting, variables)),
    ...(variables.has('binlog_row_metadata') ? [] : [withoutNames]),
    retention(variables),
    gtids(server, variables),
    replication(server, privileges),
    ...(await filters(db, server)),
    unlogged(tables),
    keyless(tables),
  ];
}

interface Setting {
  readonly name: string;
  readonly wanted: RegExp;
  readonly level: 'warning' | 'failure';
  readonly mend: string;
  readonly of?: (server: Server) => boolean;
}

const RESTART = 'in the server’s configuration, under [mysqld]; then restart the source';
const SETTINGS: readonly Setting[] = [
  { name: 'log_bin', wanted: /^ON$/, level: 'failure', mend: `log_bin ${RESTART}` },
  { name: 'server_id', wanted: /^[1-9]/, level: 'failure', mend: `server_id = 1 ${RESTART}` },
  { name: 'binlog_format', wanted: /^ROW$/, level: 'failure', mend: `SET GLOBAL binlog_format = 'ROW';` },
  {
    name: 'binlog_row_image',
    wanted: /^FULL/,
    level: 'warning',
    mend: `SET GLOBAL binlog_row_image = 'FULL'; else an old row that is needed may not be there`,
  },
  {
    name: 'binlog_row_metadata',
    wanted: /^FULL$/,
    level: 'failure',
    mend: `SET GLOBAL binlog_row_metadata = 'FULL';`,
    of: ({ mariadb, version }) => mariadb || version >= 80_001,
  },
  {
    name: 'binlog_row_value_options',
    wanted: /^$/,
    level: 'failure',
    mend: `SET GLOBAL binlog_row_value_options = '';`,
    of: ({ mariadb, version }) => !mariadb && version >= 80_003,
  },
];

function judge({ name, wanted, level, mend }: Setting, variables: Variables): Finding {
  const what = `source ${name}`;
  const found = variables.get(name) ?? 'not there';
  return wanted.test(found) ? { what, level: 'ok', found } : { what, level, found, mend };
}

const withoutNames: Finding = {
  what: 'source binlog_row_metadata',
  level: 'warning',
  found: 'this version does not write names of columns into its log: any DDL on a table stops it',
  mend: 'alter no table while changes are followed',
};

const DAY = 86_400;

/** By seconds, or by days where there are none. 0 keeps everything. */
function retention(variables: Variables): Finding {
  const days = Number(variables.get('expire_logs_days') ?? 0) * DAY;
  const seconds = Number(variables.get('binlog_expire_logs_seconds') ?? 0) || days;
  const what = 'source keeps its log';
  if (seconds === 0) return { what, level: 'ok', found: 'for good' };
  const found = `for ${Math.round(seconds / 3600)} h`;
  if (seconds >= 3 * DAY) return { what, level: 'ok', found };
  const mend = `SET GLOBAL ${days ? 'expire_logs_days = 7' : `binlog_expire_logs_seconds = ${7 * DAY}`};`;
  return { what, level: 'warning', found: `${found}: a longer load or PAUSE ends in a new load`, mend };
}

function gtids({ mariadb }: Server, variables: Variables): Finding {
  const mode = mariadb ? 'ON' : (variables.get('gtid_mode') ?? 'OFF');
  const what = 'source GTIDs';
  if (mode === 'ON') return { what, level: 'ok', found: mariadb ? 'always there' : 'gtid_mode = ON' };
  const mend = 'SET GLOBAL gtid_mode = … step by step to ON, if another server is to take over';
  return { what, level: 'warning', found: `gtid_mode = ${mode}: only this very server can be followed`, mend };
}

/** MariaDB has cut one privilege into several, and takes the old words for some of them. */
function replication({ mariadb, version }: Server, privileges: Privileges): Finding {
  const monitor = mariadb && version >= 100_502 ? ['BINLOG MONITOR', 'REPLICATION CLIENT'] : ['REPLICATION CLIENT'];
  const ways = [['REPLICATION SLAVE', 'REPLICATION REPLICA'], monitor];
  const missing = ways.filter((names) => !names.some((name) => privileges.hasOnAll(name))).map(([name]) => name);
  const what = 'source log can be read';
  if (missing.length === 0) return { what, level: 'ok', found: ways.map(([name]) => name).join(', ') };
  const mend = privileges.grant(missing.join(', '), '*.*');
  return { what, level: 'failure', found: `the account lacks ${missing.join(', ')}`, mend };
}

/** Databases that are not written to the log at all. */
async function filters(db: MyDb, { mariadb, version, database }: Server): Promise<Finding[]> {
  const sql = !mariadb && version >= 80_200 ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS';
  const { rows } = await db.query<Record<string, string>>(sql).catch((error: unknown) => {
    if (isRefused(error)) return { rows: [] };
    throw error;
  });
  const named = (column: string) => (rows[0]?.[column] ?? '').split(',').filter((name) => name !== '');
  const [only, never] = [named('Binlog_Do_DB'), named('Binlog_Ignore_DB')];
  if (!never.includes(database) && (only.length === 0 || only.includes(database))) return [];
  const found = `binlog_do_db = ${only.join()}, binlog_ignore_db = ${never.join()}`;
  return [{ what: `source log has ${database}`, level: 'failure', found, mend: `mend them ${RESTART}` }];
}

/** It is done by whoever applies changes. */
function unlogged(tables: readonly Table[]): Finding {
  const keys = tables.flatMap((table) =>
    table.constraints.filter(({ references }) => references?.unlogged).map(({ name }) => `${tableName(table)} ${name}`),
  );
  const found =
    keys.length === 0 ? 'none' : `not in the log, so done anew on the target for ${keys.length}: ${keys.join(', ')}`;
  return { what: 'source foreign keys that change rows', level: 'ok', found };
}

function keyless(tables: readonly Table[]): Finding {
  const names = tables.filter((table) => keyOf(table) === undefined).map(tableName);
  const what = 'source tables have keys';
  if (names.length === 0) return { what, level: 'ok', found: `${tables.length} tables` };
  const found = `${names.join(', ')} have none: their rows are found by all their columns`;
  return { what, level: 'warning', found, mend: 'ALTER TABLE … ADD PRIMARY KEY (…);' };
}
