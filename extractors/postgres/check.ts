import type { Finding } from '../../src/connector/connector.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import type { Table } from '../../src/model/schema.js';
import { sqlFile } from './sql-file.js';

interface Facts extends Record<string, unknown> {
  readonly version: string;
  readonly version_num: number;
  readonly encoding: string;
  readonly standby: boolean;
  readonly locks: number;
  readonly free_connections: number;
  readonly old_snapshot_threshold: string;
  readonly role: string;
}

/** What a load needs of its source, each failure with the statement that mends it. */
export async function checkSource(db: PgDb, tables: readonly Table[]): Promise<Finding[]> {
  const facts = (await db.query<Facts>(sqlFile('source-facts'))).rows[0] as Facts;
  return [...settings(facts, tables.length), ...(await readable(db, tables, facts.role))];
}

function settings(facts: Facts, tables: number): Finding[] {
  const old = facts.version_num < 100_000;
  const locks = tables > facts.locks * 0.8;
  const few = facts.free_connections < 8;
  return [
    {
      what: 'source version',
      level: old ? 'failure' : 'ok',
      found: facts.version,
      ...(old ? { mend: 'openkite reads PostgreSQL 10 and later: upgrade the source first' } : {}),
    },
    {
      what: 'source encoding',
      level: facts.encoding === 'SQL_ASCII' ? 'warning' : 'ok',
      found: facts.encoding,
      ...(facts.encoding === 'SQL_ASCII'
        ? {
            mend: 'SQL_ASCII says nothing about the bytes of a text: those that are not UTF-8 will be refused by the target',
          }
        : {}),
    },
    {
      what: 'source locks for the snapshot',
      level: locks ? 'failure' : 'ok',
      found: `${tables} tables are locked at once, room for ${facts.locks}`,
      ...(locks
        ? { mend: `ALTER SYSTEM SET max_locks_per_transaction = ${Math.ceil(tables / 50)}; then restart the source` }
        : {}),
    },
    {
      what: 'source connections',
      level: few ? 'warning' : 'ok',
      found: `${facts.free_connections} free`,
      ...(few
        ? { mend: 'lower settings.extract_connections, or ALTER SYSTEM SET max_connections = …; then restart' }
        : {}),
    },
    {
      what: 'source keeps old snapshots',
      level: facts.old_snapshot_threshold === '-1' ? 'ok' : 'failure',
      found: `old_snapshot_threshold = ${facts.old_snapshot_threshold}`,
      ...(facts.old_snapshot_threshold === '-1'
        ? {}
        : { mend: 'ALTER SYSTEM SET old_snapshot_threshold = -1; then restart the source' }),
    },
    ...(facts.standby ? [standby] : []),
  ];
}

const standby: Finding = {
  what: 'source is a standby',
  level: 'warning',
  found: 'pg_is_in_recovery()',
  mend: 'ALTER SYSTEM SET max_standby_streaming_delay = -1; SELECT pg_reload_conf(); or the long snapshot may be cancelled',
};

async function readable(db: PgDb, tables: readonly Table[], role: string): Promise<Finding[]> {
  const names = tables.filter((t) => t.hasRows).map((t) => `${quoteIdentifier(t.schema)}.${quoteIdentifier(t.name)}`);
  const { rows } = await db.query<{ name: string; lacks: string }>(sqlFile('unreadable-tables'), { names });
  if (rows.length === 0) return [{ what: 'source tables can be read', level: 'ok', found: `${names.length} tables` }];
  const to = quoteIdentifier(role);
  return rows.map(({ name, lacks }) => ({
    what: `read ${name}`,
    level: 'failure',
    found: lacks === 'row security' ? 'row security hides rows from this role' : `the role lacks ${lacks}`,
    mend:
      lacks === 'row security'
        ? `ALTER ROLE ${to} BYPASSRLS;`
        : `GRANT USAGE ON SCHEMA ${name.split('.')[0] ?? ''} TO ${to}; GRANT SELECT ON ${name} TO ${to};`,
  }));
}
