import type { Finding } from '../../../src/connector/connector.js';
import type { PgDb } from '../../../src/db/postgres/pg-db.js';
import { quoteIdentifier } from '../../../src/db/postgres/quote.js';
import type { Table } from '../../../src/model/schema.js';
import { sqlFile } from '../sql-file.js';

interface Facts extends Record<string, unknown> {
  readonly wal_level: string;
  readonly version_num: number;
  readonly slots: number;
  readonly senders: number;
  readonly replicates: boolean;
  readonly creates: boolean;
  readonly keeps: string;
  readonly synchronous: string;
  readonly role: string;
  readonly database: string;
}

/** One slot to follow, one for the time in which a snapshot is taken. */
const NEEDED = 2;

/** What following changes needs of the source besides a load. `provided`: the publications are there, nobody need make them. */
export async function checkChanges(db: PgDb, tables: readonly Table[], provided: boolean): Promise<Finding[]> {
  const facts = (await db.query<Facts>(sqlFile('changes/facts'))).rows[0] as Facts;
  const making = provided ? [] : [publishing(facts), ...(await owned(db, tables, facts.role))];
  return [...settings(facts), replicating(facts), ...limits(facts), ...making];
}

const finding = (
  what: string,
  found: string,
  mend: string | false,
  level: 'failure' | 'warning' = 'failure',
): Finding => ({
  what,
  level: mend === false ? 'ok' : level,
  found,
  ...(mend === false ? {} : { mend }),
});

const settings = ({ wal_level: level, slots, senders }: Facts): Finding[] => [
  finding(
    'source logs for decoding',
    `wal_level = ${level}`,
    level !== 'logical' && 'ALTER SYSTEM SET wal_level = logical; then restart the source',
  ),
  finding(
    'source replication slots',
    `${slots} free, ${NEEDED} are needed`,
    slots < NEEDED &&
      'drop one that nobody needs, or ALTER SYSTEM SET max_replication_slots = …; then restart the source',
  ),
  finding(
    'source replication connections',
    `${senders} free, ${NEEDED} are needed`,
    senders < NEEDED && 'ALTER SYSTEM SET max_wal_senders = …; then restart the source',
  ),
];

const replicating = ({ replicates, role }: Facts): Finding =>
  finding(
    'source role may replicate',
    replicates ? 'it may' : `${role} lacks REPLICATION`,
    !replicates && `ALTER ROLE ${quoteIdentifier(role)} REPLICATION;`,
  );

const publishing = ({ creates, role, database }: Facts): Finding =>
  finding(
    'source role may create publications',
    creates ? 'it may' : `${role} lacks CREATE on the database`,
    !creates && `GRANT CREATE ON DATABASE ${quoteIdentifier(database)} TO ${quoteIdentifier(role)};`,
  );

const limits = ({ keeps, version_num: version, synchronous }: Facts): Finding[] => [
  finding(
    'source keeps its log for us',
    keeps === '-1'
      ? 'without limit: watch its disk while the migration is paused'
      : `max_slot_wal_keep_size = ${keeps}`,
    keeps !== '-1' &&
      'ALTER SYSTEM SET max_slot_wal_keep_size = -1; SELECT pg_reload_conf(); or a long PAUSE ends in a new load',
    'warning',
  ),
  ...(version < 110_000
    ? [
        finding(
          'source logs TRUNCATE',
          'not before version 11',
          'truncate no table while its changes are followed',
          'warning',
        ),
      ]
    : []),
  ...(synchronous.includes('*')
    ? [
        finding(
          'source waits for standbys',
          `synchronous_standby_names = ${synchronous}`,
          'name the standbys: with * our stream counts as one, and commits wait for what it confirms',
          'warning',
        ),
      ]
    : []),
];

async function owned(db: PgDb, tables: readonly Table[], role: string): Promise<Finding[]> {
  const names = tables.filter((t) => t.hasRows).map((t) => `${quoteIdentifier(t.schema)}.${quoteIdentifier(t.name)}`);
  const { rows } = await db.query<{ name: string; owner: string }>(sqlFile('changes/not-owned'), { names });
  if (rows.length === 0) return [finding('source tables can be published', `${names.length} tables`, false)];
  return rows.map(({ name, owner }) =>
    finding(
      `publish ${name}`,
      `it belongs to ${owner}`,
      `GRANT ${quoteIdentifier(owner)} TO ${quoteIdentifier(role)};`,
    ),
  );
}
