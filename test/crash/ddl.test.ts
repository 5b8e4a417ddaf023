/** What a source's catalog may become while it is followed, and a target that somebody else has changed. */
import { expect, it } from 'vitest';
import { contentsOf } from './contents.js';
import { arrived, change, leave, small } from './following.js';

const NAMES = ['added', 'dropped', 'retyped', 'labelled', 'reported', 'foreign_message', 'other'];
const TABLES = `CREATE TYPE mood AS ENUM ('glad', 'sad');
  ${NAMES.map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY, v text, m mood, n int);`).join('\n')}
  CREATE TABLE other_type (id int PRIMARY KEY, v text);
  CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
  CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (100);
  CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (100) TO (10000);`
  .replace(/m mood, /g, '')
  .replace('TABLE labelled (id int PRIMARY KEY, v text', 'TABLE labelled (id int PRIMARY KEY, m mood, v text');
const DDL = `ALTER TABLE added ADD COLUMN more int DEFAULT 7; ALTER TABLE dropped DROP COLUMN v; ALTER TABLE retyped ALTER COLUMN n TYPE bigint;
  ALTER TABLE parted DETACH PARTITION parted_high; ALTER TABLE reported ALTER COLUMN n SET DEFAULT 5;
  ALTER TYPE mood ADD VALUE 'angry'`;
const STOPPED = ['added', 'dropped', 'labelled', 'parted_high', 'retyped'];

it('stops only the tables whose rows would not fit, and names what differs', { timeout: 360_000 }, async () => {
  const { migration, run } = await small(TABLES);
  const { source } = migration;
  for (const sql of DDL.split(';')) await change(source, sql);
  const notice = JSON.stringify({ table: 'public.foreign_message', stop: true, found: 'a lie' });
  await change(
    source,
    `SELECT pg_logical_emit_message(true, 'openkite.ddl', '${notice}'), pg_logical_emit_message(false, 'openkite.ddl', '${notice}')`,
  );
  for (const name of NAMES) await change(source, `INSERT INTO ${name} (id, n) VALUES (1, 1)`);
  await change(source, `INSERT INTO parted_high VALUES (100, 'x'); INSERT INTO parted VALUES (1, 'x')`);
  await migration.row(
    `SELECT 1 AS yes FROM wirekite_table WHERE state = 'FAILED' HAVING count(*) = ${STOPPED.length}`,
    40,
  );
  for (const name of ['reported', 'foreign_message', 'other', 'parted_low']) {
    await change(source, `INSERT INTO ${name} (id) VALUES (2)`);
    await arrived(migration, `public.${name} WHERE id = 2`);
  }
  await leave(run);
  const failed = `SELECT table_name AS name, error FROM wirekite_table WHERE state = 'FAILED' ORDER BY 1`;
  const found = await migration.ask<{ name: string; error: string }>(failed);
  expect(found.map(({ name }) => name)).toEqual(STOPPED.map((name) => `public.${name}`));
  for (const [i, difference] of [/more/, /without v|column v/, /bigint/, /angry/, /partition of|publication/].entries())
    expect(found[[0, 1, 4, 2, 3][i]!]?.error).toMatch(difference);
  const last = migration.follow();
  expect(await last.code(), last.said).toBe(1);
  for (const name of ['added', 'dropped', 'retyped']) expect(last.said).toContain(`STOPPED public.${name}`);
  expect(run.said + last.said).toMatch(/default of column n/);
  const [wanted, got] = [await contentsOf(source), await contentsOf(migration.target)];
  for (const name of ['reported', 'foreign_message', 'other', 'parted_low'])
    expect(got[`public.${name}`], name).toBe(wanted[`public.${name}`]);
});

it('rows that somebody else changed on the target are told, and not overwritten', async () => {
  const { migration, run } = await small(
    `CREATE TABLE a (id int PRIMARY KEY, v text); INSERT INTO a SELECT i, 'v' FROM generate_series(1, 9) AS i;
     CREATE TABLE twins (v text); INSERT INTO twins VALUES ('x'), ('x'), ('y')`,
    { fullIdentity: ['public.twins'] },
  );
  const { source, target } = migration;
  await change(
    target,
    `DELETE FROM a WHERE id = 3; INSERT INTO a VALUES (100, 'mine'); DELETE FROM twins WHERE v = 'y'`,
  );
  await change(
    source,
    `UPDATE a SET v = 'new' WHERE id IN (2, 3, 4); INSERT INTO a VALUES (100, 'theirs'); DELETE FROM twins WHERE v = 'y'`,
  );
  await migration.row(`SELECT 1 AS yes FROM wirekite_error HAVING count(*) = 3`);
  await leave(run);
  const last = migration.follow();
  expect(await last.code(), last.said).toBe(5);
  const rows = await migration.ask(`SELECT id, v FROM a WHERE id IN (2, 3, 4, 100) ORDER BY id`);
  expect(rows).toEqual([
    { id: 2, v: 'new' },
    { id: 4, v: 'new' },
    { id: 100, v: 'mine' },
  ]);
  const errors = await migration.ask<{ t: string; k: string; raw: string }>(
    `SELECT table_name AS t, row_key AS k, raw_row AS raw FROM wirekite_error ORDER BY error_id`,
  );
  expect(errors.map(({ t, k }) => [t, k])).toEqual([
    ['public.a', '3'],
    ['public.a', '100'],
    ['public.twins', expect.anything()],
  ]);
  expect(errors[1]?.raw).toMatch(/theirs[^]*mine/);
});
