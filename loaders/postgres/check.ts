import { Fault } from '../../src/base/fault.js';
import type { Finding } from '../../src/connector/connector.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import { tableName, type Schema } from '../../src/model/schema.js';
import { sqlFile } from './sql-file.js';

interface Facts extends Record<string, unknown> {
  readonly version: string;
  readonly version_num: number;
  readonly encoding: string;
  readonly standby: boolean;
  readonly safe: boolean;
  readonly may_create: boolean;
  readonly may_stage: boolean;
  readonly free_connections: number;
  readonly role: string;
  readonly database: string;
}

/** What a load needs of its target, each failure with the statement that mends it. */
export async function checkTarget(db: PgDb, schema: Schema, geometry?: string): Promise<Finding[]> {
  const facts = (await db.query<Facts>(sqlFile('target-facts'))).rows[0] as Facts;
  const to = quoteIdentifier(facts.role);
  return [
    finding(
      'target version',
      facts.version,
      facts.version_num >= 100_000,
      'failure',
      'upgrade the target: PostgreSQL 10 and later can be loaded',
    ),
    finding(
      'target encoding',
      facts.encoding,
      facts.encoding === 'UTF8',
      'warning',
      'texts outside of this encoding will be refused: CREATE DATABASE … ENCODING UTF8 TEMPLATE template0',
    ),
    finding(
      'target takes writes',
      facts.standby ? 'it is a standby' : 'yes',
      !facts.standby,
      'failure',
      'SELECT pg_promote(); or name the primary in the URL',
    ),
    finding(
      'target keeps what it confirms',
      facts.safe ? 'yes' : 'fsync or full_page_writes is off',
      facts.safe,
      'warning',
      'ALTER SYSTEM SET fsync = on; ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf();',
    ),
    finding(
      'target may create',
      facts.may_create ? 'yes' : `role ${facts.role} may not create schemas`,
      facts.may_create,
      'failure',
      `GRANT CREATE ON DATABASE ${quoteIdentifier(facts.database)} TO ${to};`,
    ),
    finding(
      'target connections',
      `${facts.free_connections} free`,
      facts.free_connections >= 12,
      'warning',
      'lower settings.load_connections, or ALTER SYSTEM SET max_connections = …; then restart',
    ),
    ...shapes(schema, geometry),
    ...(await stillness(db, facts)),
    ...(await missing(db, schema)),
  ];
}

/** Only a schema of another dialect has geometry that is not a type of the target's own. */
function shapes(schema: Schema, geometry: string | undefined): Finding[] {
  const columns = schema.tables.flatMap((table) =>
    table.columns
      .filter(({ value, type }) => value.kind === 'geometry' && type === 'text')
      .map(({ name }) => `${tableName(table)}.${name}`),
  );
  if (columns.length === 0 || geometry !== undefined) return [];
  const found = `PostGIS is not installed: ${columns.join(', ')} will be text`;
  return [finding('target knows geometry', found, false, 'warning', 'CREATE EXTENSION postgis;')];
}

/** Only what follows changes needs it. The server is asked by doing it: before 15 there is no other way. */
async function stillness(
  db: PgDb,
  { role, version_num: version, may_stage: mayStage, database }: Facts,
): Promise<Finding[]> {
  const may = await db
    .transaction((tx) => tx.query('SET LOCAL session_replication_role = replica'))
    .then(() => true, isDenied);
  const to = quoteIdentifier(role);
  const grant =
    version >= 150_000 ? `GRANT SET ON PARAMETER session_replication_role TO ${to};` : `ALTER ROLE ${to} SUPERUSER;`;
  return [
    finding(
      'target keeps its own keys still',
      may
        ? 'yes'
        : `role ${role} may not set session_replication_role: foreign keys and triggers fire on applied changes`,
      may,
      'warning',
      `${grant} or make foreign keys DEFERRABLE: changes that one objects to are applied one by one, which is slow`,
    ),
    finding(
      'target may stage changes',
      mayStage ? 'yes' : `role ${role} may not create temporary tables`,
      mayStage,
      'warning',
      `GRANT TEMPORARY ON DATABASE ${quoteIdentifier(database)} TO ${to};`,
    ),
  ];
}

function isDenied(error: unknown): false {
  if (error instanceof Fault && error.code === '42501') return false;
  throw error;
}

const finding = (what: string, found: string, good: boolean, level: 'warning' | 'failure', mend: string): Finding =>
  good ? { what, level: 'ok', found } : { what, level, found, mend };

/** Syntax error: in some extension's control file, when the server lists what it has. */
const BROKEN_CONTROL_FILE = '42601';

/** Without an extension its types fail; without a role its grants and ownership are left out, and said so. */
async function missing(db: PgDb, schema: Schema): Promise<Finding[]> {
  const extensions = schema.objects.filter((o) => o.kind === 'extension').map((o) => o.name);
  const look = (names: readonly string[]) =>
    db.query<{ part: string; name: string }>(sqlFile('missing-parts'), { extensions: names, roles: rolesOf(schema) });
  const found = await look(extensions).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.code !== BROKEN_CONTROL_FILE) throw error;
    return look([]); // one broken file hides them all; those that are missing fail by themselves
  });
  return found.rows.map(({ part, name }) =>
    part === 'extension'
      ? finding(
          `extension ${name}`,
          'not available on the target',
          false,
          'failure',
          `install the package that brings ${name} on the target's host`,
        )
      : finding(
          `role ${name}`,
          'does not exist on the target',
          false,
          'warning',
          `CREATE ROLE ${quoteIdentifier(name)}; or its grants and ownership are left out`,
        ),
  );
}

const rolesOf = (schema: Schema): string[] => [
  ...new Set(schema.objects.flatMap((object) => (object.role === undefined ? [] : [object.role]))),
];
