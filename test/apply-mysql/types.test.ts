/** Values of a PostgreSQL source: what changes make of them is what a load makes of them. */
import { expect, test } from 'vitest';
import postgres from '../../extractors/postgres/index.js';
import { MyLoader } from '../../loaders/mysql/loader.js';
import { serverOf } from '../../loaders/mysql/server.js';
import { Moved, type TargetTable } from '../../loaders/mysql/targets.js';
import { connect } from '../../src/db/postgres/connect.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import type { ChangedTable, RowChange } from '../../src/model/change.js';
import { storedColumns, type Schema, type Table } from '../../src/model/schema.js';
import { freshDatabase, freshMariaDb } from '../servers/index.js';
import { apply, bedOf, change, each, net, replay, session, whole, windowOf, type Bed } from './bed.js';

const EVERY_TYPE = `
  CREATE TYPE mood AS ENUM ('sad', 'it''s', 'a,b');
  CREATE DOMAIN tiny AS integer CHECK (VALUE < 100000);
  CREATE TABLE every (
    id tiny, name varchar(7), PRIMARY KEY (id, name), b boolean, i2 smallint, i8 bigint, f4 real, f8 double precision, n numeric(12, 3),
    nn numeric, money money, t text, c char(5), one "char", nm name, by bytea, d date, ti time(2), tz timetz, ts timestamp(3), tt timestamptz,
    iv interval, u uuid, ip inet, ci cidr, ma macaddr, m8 macaddr8, bi bit(3), vb bit varying(5), j json, jb jsonb, x xml, pt point, bx box,
    tv tsvector, r4 int4range, m mood, ms mood[], arr text[][], lsn pg_lsn, twice integer GENERATED ALWAYS AS (i2 * 2) STORED);
  CREATE TABLE bag AS TABLE every;
  INSERT INTO every VALUES
    (1, 'one', true, -32768, 9223372036854775807, 0.1, 1e-300, 12.5, '1234567890123456789012345678901234567890.000100', '$1,234.50',
     E'\\t\\n\\\\ "''\\f\\v\\bé😀', 'ab', 'x', 'name', '\\x00ff5c0a09', '2024-02-29', '23:59:59.99', '12:34:56.789+05:30', '2024-02-29 12:00:00.12',
     '2024-02-29 12:00:00.000001+02', '1 year -3 days 04:05:06.7', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1/8', '10.0.0.0/8',
     '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '101', '1', '{"a":  1}', '{"b": [1, 2]}', '<a>&amp;</a>', '(1,2)', '((0,0),(1,1))',
     'a:1 ''b c'':2', '[1,5)', 'it''s', '{sad,"it''s","a,b"}', '[0:1][2:2]={{a},{NULL}}', '0/16B3748'),
    (2, 'two', false, 0, -9223372036854775808, -3.4e38, 1.7976931348623157e308, -999999999.999, '-0.10', '-$0.01', '', '', '', '', '\\x',
     '1000-01-01', '00:00:00', '00:00:00-12', '1000-01-01', '9999-12-31 23:59:59.999999+00', '-1 mons', '00000000-0000-0000-0000-000000000000',
     '::1', '::/0', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff', '000', '', 'null', 'null', '', '(-0,1e300)', '((2,2),(1,1))', '', 'empty', 'sad',
     '{}', '{}', '0/0'),
    (3, 'a  ', NULL, 1, 1, 16777217, -0.0, 0.001, '1e30', NULL, 'A', 'a', 'é', 'N', '\\x4e', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, '111', '11111', '"x"', '[]', NULL, NULL, NULL, NULL, NULL, 'a,b', NULL, '{NULL,"NULL",""}', NULL),
    (4, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO bag (id, name, b, i2, i8, f4, f8, n, nn, money, t, c, one, nm, by, d, ti, tz, ts, tt, iv, u, ip, ci, ma, m8, bi, vb, j, jb, x, pt, bx, tv, r4, m,
    ms, arr, lsn) SELECT id, name, b, i2, i8, f4, f8, n, nn, money, t, c, one, nm, by, d, ti, tz, ts, tt, iv, u, ip, ci, ma, m8, bi, vb, j, jb, x, pt, bx, tv,
    r4, m, ms, arr, lsn FROM every, generate_series(1, 3)`;

interface Source {
  readonly schema: Schema;
  /** COPY text, by table. */
  readonly rows: ReadonlyMap<string, Buffer[]>;
}

async function sourceOf(sql: string): Promise<Source> {
  const url = await freshDatabase();
  const db = await connect(url, { name: 'openkite:test:types', searchPath: 'public' });
  await db.query(sql);
  const extractor = await postgres.open(url, { name: 'openkite:test:types', controlSchema: 'wirekite' });
  const schema = await extractor.schema();
  const rows = new Map<string, Buffer[]>();
  for (const table of schema.tables) {
    const parts: Uint8Array[] = [];
    const columns = storedColumns(table).map(({ name }) => quoteIdentifier(name));
    await db.unload(`COPY (SELECT ${columns.join(', ')} FROM ${quoteIdentifier(table.name)}) TO STDOUT`, {
      row: () => undefined,
      append: (bytes, start, end) => void parts.push(bytes.slice(start, end)),
      ready: () => undefined,
    });
    const lines = Buffer.concat(parts).toString().split('\n').slice(0, -1);
    rows.set(
      table.name,
      lines.map((line) => Buffer.from(line)),
    );
  }
  await Promise.all([extractor.close(), db.close()]);
  return { schema, rows };
}

interface Place extends Bed {
  readonly moved: Moved;
  readonly loader: MyLoader;
}

/** A database with the source's tables, as the loader would declare their columns, and keys. */
async function place({ schema }: Source): Promise<Place> {
  const url = await freshMariaDb();
  const db = await session(url);
  const server = serverOf('10.11.0-MariaDB', 0);
  const moved = new Moved(schema, url.pathname.slice(1), server);
  const loader = new MyLoader(db, url.pathname.slice(1), server);
  loader.learn(schema);
  for (const table of schema.tables) await db.query(declaration(moved.of(table)));
  return { ...(await bedOf(url, db, schema)), moved, loader };
}

function declaration({ name, columns, table }: TargetTable): string {
  const parts = columns.map((column) => `${column.name} ${column.type}`);
  const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  if (key.length > 0) parts.push(`PRIMARY KEY (${key.map((column) => `\`${column}\``).join(', ')})`);
  return `CREATE TABLE ${name} (${parts.join(', ')})`;
}

function changedOf(table: Table): ChangedTable {
  const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  const columns = storedColumns(table).map(({ name, type }) => ({ name, type, key: key.includes(name) }));
  return { id: table.id, schema: table.schema, name: table.name, identity: key.length > 0 ? 'd' : 'f', columns };
}

/** Every byte of every value. */
async function contents({ db, moved }: Place, table: Table): Promise<string[]> {
  const { name, columns } = moved.of(table);
  const bytes = columns.map((column) => `IFNULL(HEX(CONCAT(${column.name})), 'null')`);
  const { rows } = await db.query<{ line: string }>(`SELECT CONCAT_WS('|', ${bytes.join(', ')}) AS line FROM ${name}`);
  return rows.map(({ line }) => line).sort();
}

/** Every row is inserted, updated to itself, moved, deleted and inserted again, few and many at a time, and one by one. */
async function passThrough(
  target: Place,
  table: Table,
  rows: readonly Buffer[],
  loaded: readonly string[],
): Promise<void> {
  const changed = changedOf(table);
  const same = async (what: string) => expect([what, ...(await contents(target, table))]).toEqual([what, ...loaded]);
  await apply(target, windowOf(net(changed, { inserts: rows })));
  await same('inserted');
  if (changed.identity === 'd') {
    const key = (one: Buffer) => Buffer.from(one.toString().split('\t').slice(0, 2).join('\t'));
    await apply(target, windowOf(net(changed, { updates: [whole(changed, ...rows)] })));
    await same('updated');
    const moves = [whole(changed, ...rows.map((one) => Buffer.from(`${key(one).toString()}\t${one.toString()}`)))];
    await apply(target, windowOf(net(changed, { moves })));
    await same('moved');
    await apply(target, windowOf(net(changed, { deletes: rows.map(key) })));
    expect(await contents(target, table)).toEqual([]);
    await apply(target, windowOf(net(changed, { inserts: rows })));
  }
  const full = {
    ...changed,
    identity: 'f' as const,
    columns: changed.columns.map((column) => ({ ...column, key: false })),
  };
  const ops = (op: 'F' | 'X'): RowChange[] => rows.map((one) => change(op, full, one, op === 'F' ? one : undefined));
  expect(await replay(target, ops('F'))).toEqual([]);
  await same('replayed');
  const counts = new Map<string, number>();
  for (const one of rows) counts.set(one.toString(), (counts.get(one.toString()) ?? 0) - 1);
  const images = [...counts].map(([text, count]) => ({ row: Buffer.from(text), count }));
  await apply(target, windowOf(net(full, { images })));
  expect(await contents(target, table)).toEqual([]);
  expect(
    await replay(
      target,
      rows.map((one) => change('I', full, undefined, one)),
    ),
  ).toEqual([]);
  await same('inserted one by one');
  expect(await replay(target, ops('X'))).toEqual([]);
  expect(await contents(target, table)).toEqual([]);
}

test.each([1, 60])('every type comes through changes as it does through a load (%i of each row)', async (many) => {
  const source = await sourceOf(EVERY_TYPE);
  const [loaded, target] = [await place(source), await place(source)];
  for (const table of source.schema.tables) {
    const some = source.rows.get(table.name) ?? [];
    const copies = Array.from({ length: many }, (_, i) => some.map((one) => renumbered(one, i * 10)));
    const rows = copies.flat();
    const body = Buffer.from(rows.map((one) => `${one.toString()}\n`).join(''));
    await loaded.db.transaction((tx) => loaded.loader.write(tx, loaded.loader.layout(table, 'text'), each([body])));
    const expected = await contents(loaded, table);
    expect(expected).toHaveLength(rows.length);
    await passThrough(target, table, rows, expected);
  }
});

const renumbered = (row: Buffer, by: number): Buffer =>
  Buffer.from(row.toString().replace(/^\d+/, (id) => String(Number(id) + by)));

test('what the target cannot hold is refused by both, and changes nothing', async () => {
  const source = await sourceOf(`
    CREATE TABLE d (id int PRIMARY KEY, v date); CREATE TABLE f (id int PRIMARY KEY, v float8); CREATE TABLE ts (id int PRIMARY KEY, v timestamp);
    CREATE TABLE n (id int PRIMARY KEY, v numeric(5, 1));
    INSERT INTO d VALUES (1, 'infinity'); INSERT INTO f VALUES (1, 'NaN'); INSERT INTO ts VALUES (1, '0044-03-15 BC'); INSERT INTO n VALUES (1, 'NaN')`);
  const target = await place(source);
  for (const table of source.schema.tables) {
    const rows = source.rows.get(table.name) ?? [];
    const body = Buffer.from(`${rows[0]?.toString()}\n`);
    const load = target.db.transaction((tx) =>
      target.loader.write(tx, target.loader.layout(table, 'text'), each([body])),
    );
    await expect(load).rejects.toMatchObject({ kind: 'data' });
    await expect(apply(target, windowOf(net(changedOf(table), { inserts: rows })))).rejects.toMatchObject({
      kind: 'data',
    });
    const found = await replay(target, [change('I', changedOf(table), undefined, rows[0])]);
    expect(found).toMatchObject([{ key: '1', found: undefined, code: expect.any(String) }]);
    expect(await contents(target, table)).toEqual([]);
  }
});
