import type { Provision } from '../../../src/connector/extractor.js';
import type { Db } from '../../../src/db/db.js';
import { quoteIdentifier } from '../../../src/db/postgres/quote.js';
import { tableName, type Table } from '../../../src/model/schema.js';
import type { Step } from '../../../src/model/step.js';
import { sqlFile } from '../sql-file.js';

const FIRST_WITH_TRUNCATE = 110_000;

/** What the catalogs say of a table that shall be followed. */
export interface Standing extends Record<string, unknown> {
  readonly name: string;
  readonly unlogged: boolean;
  /** The log says by what its rows are found. */
  readonly usable: boolean;
  /** REPLICA IDENTITY FULL would make the source refuse its updates. */
  readonly narrow: boolean;
  /** It is in the stream's publication; in the one of inserts and truncates. */
  readonly whole: boolean;
  readonly inserts: boolean;
}

export interface Followable extends Standing {
  readonly table: Table;
}

const qualified = (table: Table): string => `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;

/** Tables with rows, as they are there now. Those that are gone are left out. */
export async function standings(db: Db, stream: string, tables: readonly Table[]): Promise<Followable[]> {
  const byName = new Map(tables.filter(({ hasRows }) => hasRows).map((table) => [qualified(table), table]));
  const params = { stream, names: [...byName.keys()] };
  const { rows } = await db.query<Standing>(sqlFile('changes/published'), params);
  return rows.flatMap((row) => ({ ...row, table: byName.get(row.name)! }));
}

/** The two publications of a stream. Rows of tables in the second one cannot be found again, so it has no updates. */
export const publicationsOf = (stream: string): [whole: string, inserts: string] => [stream, `${stream}_insert`];

/** What is missing on the source. A table that publishes updates and has no replica identity would refuse its application's. */
export async function planProvision(
  db: Db,
  stream: string,
  tables: readonly Table[],
  agreed: (table: Table) => boolean,
): Promise<Provision> {
  const all = await standings(db, stream, tables);
  const logged = all.filter(({ unlogged }) => !unlogged);
  const widened = logged.filter(({ usable, narrow, table }) => !usable && !narrow && agreed(table));
  const whole = logged.filter((one) => one.usable || widened.includes(one));
  const inserts = logged.filter((one) => !whole.includes(one));
  const there = await existing(db, stream, all);
  const [first, second] = publicationsOf(stream);
  const identities = widened.map(identityStep);
  const wanted: Publication[] = [
    { name: first, publish: ['insert', 'update', 'delete'], wanted: whole, has: all.filter((one) => one.whole) },
    { name: second, publish: ['insert'], wanted: inserts, has: all.filter((one) => one.inserts) },
  ];
  const needs = identities.map(({ id }) => id);
  const steps = [...identities, ...wanted.flatMap((publication) => publicationStep(publication, there, needs))];
  return { steps, partly: [...all.filter(({ unlogged }) => unlogged).map(notLogged), ...inserts.map(insertsOnly)] };
}

interface Publication {
  readonly name: string;
  readonly publish: readonly string[];
  readonly wanted: readonly Followable[];
  readonly has: readonly Followable[];
}

interface There {
  /** Whether this server can publish TRUNCATE. */
  readonly truncate: boolean;
  readonly publications: readonly { readonly name: string; readonly publish: string; readonly strangers: string }[];
}

async function existing(db: Db, stream: string, all: readonly Followable[]): Promise<There> {
  const version = await db.query<{ n: number }>(`SELECT current_setting('server_version_num')::int AS n`);
  const params = { stream, names: all.map(({ name }) => name) };
  const { rows } = await db.query<{ name: string; publish: string; strangers: string }>(
    sqlFile('changes/publications'),
    params,
  );
  return { truncate: (version.rows[0]?.n ?? 0) >= FIRST_WITH_TRUNCATE, publications: rows };
}

const identityStep = ({ name, table }: Followable): Step => ({
  id: `replica identity ${tableName(table)}`,
  kind: 'replica identity',
  table: tableName(table),
  statements: [`ALTER TABLE ONLY ${name} REPLICA IDENTITY FULL`],
  needs: [],
  bytes: 0,
});

function publicationStep(publication: Publication, there: There, needs: readonly string[]): Step[] {
  const publish = [...publication.publish, ...(there.truncate ? ['truncate'] : [])].join(', ');
  const known = there.publications.find(({ name }) => name === publication.name);
  const statements = known ? alter(publication, publish, known) : [create(publication, publish)];
  const id = `publication ${publication.name}`;
  return statements.length === 0 ? [] : [{ id, kind: 'publication', statements, needs, bytes: 0 }];
}

function create({ name, wanted }: Publication, publish: string): string {
  const tables = wanted.length === 0 ? '' : ` FOR TABLE ${only(wanted.map((one) => one.name))}`;
  return `CREATE PUBLICATION ${quoteIdentifier(name)}${tables} WITH (publish = '${publish}')`;
}

/** First out, then in: a table without a key must not publish updates for a moment. */
function alter({ name, wanted, has }: Publication, publish: string, known: There['publications'][number]): string[] {
  const surplus = has.filter((one) => !wanted.includes(one)).map((one) => one.name);
  const strangers = JSON.parse(known.strangers) as string[];
  const missing = wanted.filter((one) => !has.includes(one)).map((one) => one.name);
  const changes = [
    [...surplus, ...strangers].length > 0 && `DROP TABLE ${only([...surplus, ...strangers])}`,
    known.publish !== publish && `SET (publish = '${publish}')`,
    missing.length > 0 && `ADD TABLE ${only(missing)}`,
  ];
  return changes
    .filter((change) => change !== false)
    .map((what) => `ALTER PUBLICATION ${quoteIdentifier(name)} ${what}`);
}

const only = (names: readonly string[]): string => names.map((name) => `ONLY ${name}`).join(', ');

const notLogged = ({ table }: Followable) => ({
  table: tableName(table),
  why: 'it is unlogged: nothing that is written to it is in the log of the source',
});

const insertsOnly = ({ table, narrow }: Followable) => ({
  table: tableName(table),
  why: `its updates and deletes are not followed, since the log does not say by what its rows are found: ${
    narrow
      ? 'give it a primary key and REPLICA IDENTITY DEFAULT; FULL does not do with generated columns'
      : 'give it a primary key, or agree to REPLICA IDENTITY FULL'
  }`,
});
