/** Runbooks on the command line, and what is said to one table. */
import { beforeAll, expect, test } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { Migration } from '../crash/migration.js';
import { configured, expectMistake, fill, openkite, within } from './openkite.js';

let target: URL;
let file: string;
beforeAll(async () => {
  const source = await freshDatabase();
  await fill(source);
  target = await freshDatabase();
  file = configured(source, target, 'control: { schema: steering }\n');
  await openkite(['init', '-c', file]);
});

const said = async (...words: string[]) => (await openkite([...words, '-c', file])).out;
const priority = `UPDATE steering.wirekite_table SET priority = 1000 WHERE table_name = 'shop.big'`;

test('runbooks are listed, and printed with one’s own schema and table', async () => {
  expect(await said('sql')).toMatch(/^name +when\nadd-table [\s\S]*\nstuck +something stands still\n/);
  const printed = await said('sql', 'slow', '--table', 'shop.big');
  expect(printed).toMatch(/^-- IT IS SLOW\n/);
  expect(printed).toContain(priority);
  expect(printed).not.toMatch(/wirekite\.wirekite|public\.orders/);
  expectMistake(await openkite(['sql', 'slwo', '-c', file]), /there is no runbook slwo\n.*there are .*slow/);
});

test('--run runs what looks; what acts needs its number, and --execute', async () => {
  const ran = await said('sql', 'slow', '--run');
  expect(ran).toMatch(/-- step 1\nSELECT what, share[\s\S]*\nwhat +share/);
  expect(ran).toMatch(/Not run, for they change something \(--step .*\):\n-- step 5\nUPDATE steering.wirekite_setting/);
  const value = async () => {
    const sql = `SELECT value FROM steering.wirekite_setting WHERE name = 'load_connections'`;
    return (await within(target, (db) => db.query(sql))).rows[0]?.['value'];
  };
  expect(await said('sql', 'slow', '--step', '5')).toMatch(/UPDATE [\s\S]*Nothing was changed/);
  expect(await value()).toBe('4');
  expect(await said('sql', 'slow', '--step', '5', '--execute')).toMatch(/1 rows are changed/);
  expect(await value()).toBe('6');
  expectMistake(await openkite(['sql', 'slow', '--step', '99', '-c', file]), /slow has the steps 1 to 7, and no 99/);
});

test('a table of a migration that is over is read anew, and its counters with it', async () => {
  const source = await freshDatabase();
  const more = `INSERT INTO public.guest (name) SELECT 'guest ' || i FROM generate_series(1, 10) AS i`;
  await within(source, (db) => db.query(`CREATE TABLE public.guest (id serial PRIMARY KEY, name text); ${more}`));
  const migration = await Migration.create({ source });
  expect(await migration.run().code()).toBe(0);
  await within(source, (db) => db.query(more));
  await migration.ask(`INSERT INTO wirekite_command (action, scope) VALUES ('RELOAD', 'public.guest')`);
  const again = migration.run();
  expect(await again.code(), again.said).toBe(0);
  const next = await within(migration.target, (db) => db.query(`SELECT nextval('public.guest_id_seq')::int AS n`));
  expect(next.rows).toEqual([{ n: 21 }]);
  await migration.expectWhole();
});

test('a table is paused, and a cutover said, by rows that anybody could insert', async () => {
  expect(await said('pause', '--table', "shop.it's", '--sql')).toBe(
    `INSERT INTO steering.wirekite_command (action, scope) VALUES ('PAUSE', 'shop.it''s');\n`,
  );
  expect(await said('pause', '--table', 'public.orders')).toBe('command 1 is PENDING\n');
  const { rows } = await within(target, (db) => db.query('SELECT action, scope, state FROM steering.wirekite_command'));
  expect(rows).toEqual([{ action: 'PAUSE', scope: 'public.orders', state: 'PENDING' }]);
  expect(await said('cutover', '--sql')).toMatch(
    /cutover_ready;\nINSERT INTO steering.wirekite_command \(action\) VALUES/,
  );
  const asked = await openkite(['cutover', '-c', file]);
  expect(asked.out).toMatch(/changes are followed +NO +no stream is followed[\s\S]*It would be refused now/);
  expect(asked.code).toBe(2);
  const waited = await openkite(['cutover', '--execute', '--seconds', '1', '-c', file]);
  expect(waited.out).toMatch(/command 2 is PENDING\nnot within 1 s: it stands/);
  expect(waited.code).toBe(1);
});
