import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { configured, count, expectMistake, fill, folder, openkite, within } from './openkite.js';

let source: URL;
beforeAll(async () => {
  source = await freshDatabase();
  await fill(source);
});

const say = (url: URL, word: string) =>
  within(url, (db) => db.query(`UPDATE wirekite.wirekite_action SET action = '${word}'`));

test('without --execute a run says what it would do and writes nothing', async () => {
  const target = await freshDatabase();
  const { code, out } = await openkite(['run', '-c', configured(source, target)]);
  expect(out).toMatch(/public.customer +~\d+[\s\S]*Nothing was written. --execute does it./);
  expect(code).toBe(0);
  expect(
    await within(target, async (db) => (await db.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'wirekite'`)).rows),
  ).toEqual([]);
});

test.each([[['status']], [['status', '--json']], [['pause']], [['reset']], [['reset', '--sql']]])(
  '%j before there are control tables: one sentence, and what makes them',
  async (args) => {
    const said = await openkite([...args, '-c', configured(source, await freshDatabase())]);
    expectMistake(said, /no control tables in the schema wirekite\n.*openkite init -c .* makes them/);
  },
);

test('init writes a file, then the control tables; the steering verbs do what they print', async () => {
  const target = await freshDatabase();
  const place = folder();
  expect((await openkite(['init'], { cwd: place })).out).toMatch(/openkite.yaml is written/);
  expectMistake(await openkite(['init'], { cwd: place }), /uses \$\{SOURCE_PASSWORD\}, which is not set/);

  const file = configured(source, target);
  expect(await openkite(['init', '-c', file])).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse((await openkite(['status', '--json', '-c', file])).out)).toMatchObject({
    migration: 'shop',
    action: 'RUN',
  });
  expect((await openkite(['status', '-c', file])).out).toMatch(
    /shop: not started .*\n0 of 0 rows[\s\S]*no worker is alive/,
  );

  const printed = (await openkite(['pause', '--sql', '-c', file])).out.trim();
  expect(printed).toBe(`UPDATE wirekite.wirekite_action SET action = 'PAUSE';`);
  expect((await openkite(['pause', '--wait', '-c', file])).out).toMatch(/RUN became PAUSE\nno worker is alive/);
  expect((await openkite(['pause', '-c', file])).out).toMatch(/already said PAUSE/);
  expect((await openkite(['resume', '-c', file])).out).toMatch(/PAUSE became RUN/);
  for (const statement of (await openkite(['status', '--sql', '-c', file])).out.trim().split('\n'))
    await within(target, (db) => db.query(statement));

  expect((await openkite(['stop', '-c', file])).out).toMatch(/RUN became STOP/);
  const stopped = await openkite(['run', '--execute', '-c', file]);
  expect(stopped).toMatchObject({
    code: 4,
    out: expect.stringMatching(/UPDATE wirekite.wirekite_action SET action = 'RUN';/),
  });
});

test('reset says what it would empty, refuses what it did not load, empties, and a run loads anew', async () => {
  const target = await freshDatabase();
  const file = configured(source, target);
  expect(await openkite(['run', '--execute', '-c', file])).toMatchObject({ code: 0 });

  expect((await openkite(['reset', '-c', file])).out).toMatch(
    /customer" +100 +100[\s\S]*Nothing was changed. --execute/,
  );
  await within(target, (db) => db.query(`INSERT INTO public.customer VALUES (101, 'mine')`));
  expectMistake(await openkite(['reset', '--execute', '-c', file]), /reset refused: "public"."customer" has 101 rows/);
  expect(await count(target, 'public.customer')).toBe(101);

  await within(target, (db) => db.query('DELETE FROM public.customer WHERE id = 101'));
  expect(await openkite(['reset', '--execute', '-c', file])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/They are empty/),
  });
  expect([await count(target, 'public.customer'), await count(target, 'public.orders')]).toEqual([0, 0]);
  expect(await openkite(['run', '--execute', '-c', file])).toMatchObject({ code: 0 });
  expect([await count(target, 'public.customer'), await count(target, 'public.orders')]).toEqual([100, 100]);
});

test('reset --sql prints what does the same by hand', async () => {
  const target = await freshDatabase();
  const file = configured(source, target);
  expect(await openkite(['run', '--execute', '-c', file])).toMatchObject({ code: 0 });
  const { out } = await openkite(['reset', '--sql', '-c', file]);
  await within(target, (db) => db.query(out));
  expect(await count(target, 'public.customer')).toBe(0);
  expect(await openkite(['run', '--execute', '-c', file])).toMatchObject({ code: 0 });
  expect([await count(target, 'public.customer'), await count(target, 'public.orders')]).toEqual([100, 100]);

  rmSync(join(dirname(file), 'chunks'), { recursive: true }); // nobody needs the files of what is loaded
  expect((await openkite(['reset', '-c', file])).out).toMatch(/customer" +100 +100/);
});

test('PR-16 a login that may not create in the control schema: init --sql prints what somebody else runs once', async () => {
  const target = await freshDatabase();
  const admin = (sql: string) => within(target, (db) => db.query(sql));
  await admin(`DROP ROLE IF EXISTS cli_mover; CREATE ROLE cli_mover LOGIN PASSWORD 'm'`);
  await admin('GRANT CREATE ON SCHEMA public TO cli_mover; CREATE SCHEMA wirekite');
  await admin(`DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO cli_mover', current_database()); END $$`);
  try {
    const mover = new URL(target);
    [mover.username, mover.password] = ['cli_mover', 'm'];
    const file = configured(source, mover);
    expectMistake(await openkite(['init', '-c', file]), /may not create .*\n[\s\S]*openkite init --sql/);
    const { out, code } = await openkite(['init', '--sql', '-c', file]);
    expect(code).toBe(0);
    await admin(out);
    expect(await openkite(['run', '--execute', '-c', file])).toMatchObject({ code: 0 });
    expect(await count(target, 'public.orders')).toBe(100);
    expect(await openkite(['pause', '-c', file])).toMatchObject({ code: 0 });
    expect((await openkite(['status', '-c', file])).out).toMatch(/shop: loaded/);
  } finally {
    await admin('DROP OWNED BY cli_mover CASCADE; DROP ROLE cli_mover');
  }
});

test('a word of the operator is obeyed by a run that is told so by hand', async () => {
  const target = await freshDatabase();
  const file = configured(source, target);
  expect(await openkite(['init', '-c', file])).toMatchObject({ code: 0 });
  await say(target, 'STOP');
  expect(await openkite(['run', '-c', file])).toMatchObject({ code: 4 });
});
