import type { Grant } from '../../../src/connector/connector.js';
import type { Provision } from '../../../src/connector/extractor.js';
import type { PgDb } from '../../../src/db/postgres/pg-db.js';
import { quoteIdentifier } from '../../../src/db/postgres/quote.js';
import { publicationsOf } from './provision.js';

/**
 * Who publishes a table must own it, and whoever is a member of its owner may do everything to it: so its owner publishes
 * it, and the publications are handed over, for they are dropped with the stream.
 */
export async function changeGrants(
  db: PgDb,
  stream: string,
  { steps }: Provision,
  login: string | undefined,
): Promise<Grant[]> {
  const { rows } = await db.query<{ name: string }>('SELECT current_user AS name');
  const to = quoteIdentifier(login ?? rows[0]?.name ?? '');
  return [
    { statement: `ALTER ROLE ${to} REPLICATION`, why: 'a slot, and the changes that come through it' },
    ...steps.flatMap(({ kind, statements }) => statements.map((statement) => ({ statement, why: WHY[kind] ?? kind }))),
    ...publicationsOf(stream).map((name) => ({
      statement: `ALTER PUBLICATION ${quoteIdentifier(name)} OWNER TO ${to}`,
      why: 'it is dropped when the migration is over. By a superuser; else the role needs CREATE on the database',
    })),
  ];
}

const WHY: Readonly<Record<string, string>> = {
  'replica identity': 'its rows have no key, and the configuration wants their changes; stays afterwards',
  publication:
    'by the owner of the tables, so that the role need not own them. A table that joins later, by ADD, is added so too',
};
