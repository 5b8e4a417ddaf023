import { chmodSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { folder, openkite, within } from './openkite.js';

/** Where the demo puts all its files; its servers may run as another user. */
function stage(): string {
  const made = folder();
  chmodSync(made, 0o755);
  return made;
}

/** What is kept on a source for a stream of the demo, by anybody. */
const kept = (url: URL) =>
  within(url, async (db) => {
    const { rows } = await db.query(`SELECT slot_name::text AS name FROM pg_replication_slots
      WHERE database = current_database() UNION ALL SELECT pubname::text FROM pg_publication`);
    return rows.map((row) => row['name']);
  });

const schemas = (url: URL) =>
  within(url, async (db) => {
    const { rows } = await db.query(
      `SELECT nspname::text AS n FROM pg_namespace WHERE nspname IN ('shop', 'wirekite')`,
    );
    return rows.map((row) => row['n']);
  });

test('the whole story, on servers of its own, and nothing is left of it', { timeout: 180_000 }, async () => {
  const place = stage();
  const { code, out, err } = await openkite(['demo'], { env: { TMPDIR: place } });
  expect(err).toBe('');
  expect(out).toMatch(/SET action = 'PAUSE'[\s\S]*load +\d+ +PAUSED[\s\S]*SET action = 'RUN'[\s\S]*kill -9 \d+/);
  expectFollowed(out);
  expect(out.match(/ same$/gm)).toHaveLength(8);
  expect(out).not.toMatch(/DIFFERENT/);
  expect(code).toBe(0);
  expect(readdirSync(place)).toEqual([]);
});

/** Chapters 6 to 11: in step, a pause in which the lag grows, two deaths, one transaction as a whole, the end. */
function expectFollowed(out: string): void {
  const [, inStep = '', pause = '', deaths = '', long = '', last = '', end = ''] = out.split(/^(?:6|7|8|9|10|11)\. /m);
  expect(inStep).toMatch(/100.0 %.* lag [\d.]+ s, [\d,]+ bytes, [\d,]+ transactions  following\n/);
  expect(inStep).toMatch(/openkite_demo_[0-9a-f]{8} +true[\s\S]*openkite_demo_[0-9a-f]{8}_insert/);
  expect(pause).toMatch(/lag_seconds.*\n +[5-9]\.\d +\d{3,} [\s\S]*hours_left\n +\d+ +4294967296 +\d+ +[\d.]+\n/);
  expect(deaths.match(/kill -9 \d+\n +Process \d+ has taken over/g)).toHaveLength(2);
  expect(deaths).toMatch(/^ +stream +C +1 /m);
  expect(deaths).toMatch(/^ +openkite_demo_\w+ +CE +1 /m);
  expect(long).toMatch(/the answers were (0, then )?100000 /);
  for (const chapter of [pause, deaths, long, last]) expect(chapter).toMatch(/Seconds behind:.* 0\.0\n/);
  expect(end).toMatch(
    /'STOP'[\s\S]*pg_drop_replication_slot[\s\S]*DROP PUBLICATION[\s\S]*\(no rows\)[\s\S]*\(no rows\)/,
  );
}

test('Ctrl-C in the middle leaves nothing behind either', { timeout: 180_000 }, async () => {
  const place = stage();
  const said = await openkite(['demo'], { env: { TMPDIR: place }, interruptAt: '2. It is moved' });
  expect(said).toMatchObject({ code: 1, err: 'interrupted\n' });
  expect(readdirSync(place)).toEqual([]);
});

test('in databases of others it removes what it made, and refuses what it did not', { timeout: 180_000 }, async () => {
  const [source, target] = [await freshDatabase(), await freshDatabase()];
  const place = stage();
  const masked = [source, target].map((url) => `${url.protocol}//postgres:\${PW}@${url.host}${url.pathname}`);
  const args = ['demo', '--source', masked[0] ?? '', '--target', masked[1] ?? ''];
  const env = { TMPDIR: place, PW: source.password };
  const said = await openkite(args, { env, interruptAt: '3. A DBA pauses it' }); // the stream is there by then
  expect(said).toMatchObject({ code: 1, err: 'interrupted\n' });
  expect([await kept(source), await schemas(source), await schemas(target), readdirSync(place)]).toEqual([
    [],
    [],
    [],
    [],
  ]);

  await within(target, (db) => db.query('CREATE SCHEMA wirekite'));
  const refused = await openkite(args, { env });
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringMatching(/the target has a schema wirekite: the demo would/),
  });
  expect([await schemas(source), await schemas(target)]).toEqual([[], ['wirekite']]);
});
