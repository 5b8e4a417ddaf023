import type { Finding } from '../../src/connector/connector.js';
import type { Db } from '../../src/db/db.js';
import { tableName } from '../../src/model/schema.js';
import { checkPrivileges } from './privileges.js';
import { sqlFile } from './sql-file.js';
import type { Moved } from './targets.js';

type Settings = ReadonlyMap<string, string>;

/** What a load needs of its target, each failure with the statement that mends it. */
export async function checkTarget(db: Db, moved: Moved): Promise<Finding[]> {
  const { rows } = await db.query<{ Variable_name: string; Value: string }>(sqlFile('target-settings'));
  const settings = new Map(rows.map((row) => [row.Variable_name, row.Value]));
  return [
    ...checkServer(moved, settings),
    ...checkLoading(settings),
    ...checkSafety(settings),
    ...checkKeyless(moved, settings),
    ...(await checkPrivileges(
      db,
      moved,
      isOn(settings, 'log_bin') && !isOn(settings, 'log_bin_trust_function_creators'),
    )),
  ];
}

const isOn = (settings: Settings, name: string): boolean => ['ON', '1', 'YES'].includes(settings.get(name) ?? '');

function checkServer({ server }: Moved, settings: Settings): Finding[] {
  const good = server.version >= (server.mariadb ? 100_600 : 80_016);
  const names = server.foldsNames
    ? 'names of tables are folded to small letters'
    : 'names of tables are told apart by case';
  const isReadOnly = isOn(settings, 'read_only') || isOn(settings, 'super_read_only');
  return [
    finding(
      'target version',
      settings.get('version') ?? '',
      good,
      'failure',
      'upgrade the target: MariaDB 10.6 and MySQL 8.0.16, and later, can be loaded',
    ),
    finding('target names', names, true, 'warning', ''),
    finding(
      'target takes writes',
      isReadOnly ? 'read_only is on' : 'yes',
      !isReadOnly,
      'failure',
      'SET GLOBAL read_only = 0; or name the primary in the URL',
    ),
  ];
}

const PACKET = 64 << 20;

function checkLoading(settings: Settings): Finding[] {
  const packet = Number(settings.get('max_allowed_packet'));
  const isByStatement = isOn(settings, 'log_bin') && settings.get('binlog_format') === 'STATEMENT';
  const mayLoad = isOn(settings, 'local_infile');
  return [
    finding(
      'target takes files',
      mayLoad ? 'yes' : 'local_infile is off',
      mayLoad,
      'failure',
      'SET GLOBAL local_infile = 1;',
    ),
    finding(
      'target takes long values',
      `max_allowed_packet = ${packet}`,
      packet >= PACKET,
      'warning',
      'SET GLOBAL max_allowed_packet = 1073741824; a longer value is refused',
    ),
    finding(
      'target logs rows',
      isByStatement ? 'binlog_format is STATEMENT' : 'yes',
      !isByStatement,
      'failure',
      "SET GLOBAL binlog_format = 'ROW';",
    ),
  ];
}

function checkSafety(settings: Settings): Finding[] {
  const safe = settings.get('innodb_flush_log_at_trx_commit') === '1';
  return [
    finding(
      'target keeps what it confirms',
      safe ? 'yes' : 'innodb_flush_log_at_trx_commit is not 1',
      safe,
      'warning',
      'SET GLOBAL innodb_flush_log_at_trx_commit = 1;',
    ),
  ];
}

function checkKeyless(moved: Moved, settings: Settings): Finding[] {
  const isStrict = isOn(settings, 'sql_require_primary_key') || isOn(settings, 'innodb_force_primary_key');
  const keyless = moved.schema.tables.filter(
    ({ hasRows, constraints }) => hasRows && constraints.every(({ kind }) => kind !== 'primary key'),
  );
  if (!isStrict || keyless.length === 0) return [];
  const found = `it wants a primary key, and there is none in ${keyless.map(tableName).join(', ')}`;
  return [
    finding(
      'target takes tables without a key',
      found,
      false,
      'failure',
      'SET GLOBAL sql_require_primary_key = 0; (innodb_force_primary_key = 0 on MariaDB), or give them keys',
    ),
  ];
}

export const finding = (
  what: string,
  found: string,
  good: boolean,
  level: 'warning' | 'failure',
  mend: string,
): Finding => (good ? { what, level: 'ok', found } : { what, level, found, mend });
