/** What a person sees of a migration that follows changes, besides the demo. */
import { expect, test } from 'vitest';
import type { WriteStream } from 'node:tty';
import { progressLine } from '../../src/cli/progress-line.js';
import type { Status } from '../../src/control/status.js';
import { freshDatabase } from '../servers/index.js';
import { configured, count, fill, openkite, within } from './openkite.js';

const CHANGES = 'changes: true\n';

/** The shop's two tables, and one without a key. */
async function shop(): Promise<URL> {
  const source = await freshDatabase();
  await fill(source);
  await within(source, (db) => db.query('CREATE TABLE public.note (what text)'));
  return source;
}

const forget = (source: URL): Promise<unknown> =>
  within(source, (db) =>
    db.query(`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
    WHERE database = current_database()`),
  );

test('what is made on the source, and what does not come from it, is shown before it is made', async () => {
  const source = await shop();
  const target = await freshDatabase();
  const shown = await openkite(['run', '-c', configured(source, target, CHANGES)]);
  expect(shown).toMatchObject({ code: 0, err: '' });
  expect(shown.out).toMatch(
    /to be made on the source:\n  CREATE PUBLICATION "openkite_shop_\w{8}" FOR TABLE .*customer.*orders.*;\n  CREATE PUBLICATION "openkite_shop_\w{8}_insert" FOR TABLE .*note/,
  );
  expect(shown.out).toMatch(/public.note: its updates and deletes are not followed, .*REPLICA IDENTITY FULL/);
  const agreed = 'tables: { include: ["*.*"], full_identity: ["public.note"] }\n' + CHANGES;
  const widened = await openkite(['run', '-c', configured(source, target, agreed)]);
  expect(widened.out).toMatch(/ {2}ALTER TABLE ONLY "?public"?\."?note"? REPLICA IDENTITY FULL;/);
  expect(widened.out).not.toMatch(/not followed/);
  expect(await within(source, async (db) => (await db.query('SELECT 1 FROM pg_publication')).rows)).toEqual([]);
});

test('doctor asks for what following needs, and only then', async () => {
  const source = await shop();
  const name = 'cli_follower';
  await within(source, (db) =>
    db.query(`DROP ROLE IF EXISTS ${name}; CREATE ROLE ${name} LOGIN PASSWORD 'f';
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${name}`),
  );
  try {
    const from = Object.assign(new URL(source), { username: name, password: 'f' });
    const target = await freshDatabase();
    expect(await openkite(['doctor', '-c', configured(from, target)])).toMatchObject({ code: 0, err: '' });
    const { code, out } = await openkite(['doctor', '-c', configured(from, target, CHANGES)]);
    expect(out).toMatch(/FAIL source role may replicate: .*\n +ALTER ROLE "cli_follower" REPLICATION;/);
    expect(out).toMatch(/FAIL publish .*customer.*: it belongs to postgres\n +GRANT "postgres" TO "cli_follower";/);
    expect(out).toMatch(/to be made on the source:\n {2}CREATE PUBLICATION /);
    expect(code).toBe(2);
  } finally {
    await within(source, (db) => db.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`));
  }
});

test('--until caught-up ends when all is there, and status says the lag, and who is behind', async () => {
  const source = await shop();
  const target = await freshDatabase();
  const file = configured(source, target, CHANGES);
  const run = ['run', '--execute', '--until', 'caught-up', '-c', file];
  try {
    expect(await openkite(run)).toMatchObject({ code: 0, out: expect.stringMatching(/the target has caught up/) });
    await within(source, (db) =>
      db.query(`DELETE FROM public.orders WHERE id > 90; UPDATE public.customer SET id = id + 1000 WHERE id > 95`),
    );
    expect(await openkite(run)).toMatchObject({ code: 0 });
    expect([await count(target, 'public.orders'), await count(target, 'public.customer WHERE id > 1000')]).toEqual([
      90, 5,
    ]);

    expect((await openkite(['status', '-c', file])).out).toMatch(/^lag [\d.]+ s, [\d,]+ bytes, 0 transactions$/m);
    await within(target, (db) =>
      db.query(`UPDATE wirekite.wirekite_table SET state = 'FAILED', applied_seq = 1, error = 'its rows come otherwise'
        WHERE table_name = 'public.note'`),
    );
    const { out } = await openkite(['status', '-c', file]);
    expect(out).toMatch(
      /; tables behind: 1\nbehind: public.note FAILED\nSTOPPED public.note: its rows come otherwise\n/,
    );
    const json = JSON.parse((await openkite(['status', '--json', '-c', file])).out) as { lag: unknown };
    expect(json.lag).toMatchObject({ transactions: 0, tablesBehind: 1 });
    for (const statement of (await openkite(['status', '--sql', '-c', file])).out.trim().split('\n'))
      await within(target, (db) => db.query(statement));
  } finally {
    await forget(source);
  }
});

test('the progress line says the lag as soon as all rows are in', () => {
  const said: string[] = [];
  const out = { isTTY: true, columns: 150, write: (text: string) => said.push(text) } as unknown as WriteStream;
  const lag = { seconds: 3.25, bytes: 123456, transactions: 7, tablesBehind: 2 };
  const status = { progress_percent: 100, records_processed: 10, records_total: 10, open_tasks: 4, failed_tasks: 0 };
  const line = progressLine(out);
  line.show({ ...status, status: 'running', current_table: 'public.a' } as Status, lag);
  line.show({ ...status, status: 'catching up' } as Status, lag);
  expect(said[0]).toMatch(/4 tasks open {2}public.a$/);
  expect(said[1]).toMatch(/lag 3.3 s, 123,456 bytes, 7 transactions; tables behind: 2 {2}catching up$/);
});
