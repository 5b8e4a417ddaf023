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
  expect(out.match(/ same$/gm)).toHaveLength(8);
  expect(out).not.toMatch(/DIFFERENT/);
  expect(code).toBe(0);
  expect(readdirSync(place)).toEqual([]);
});

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
  expect(await openkite(args, { env })).toMatchObject({ code: 0, err: '' });
  expect([await schemas(source), await schemas(target), readdirSync(place)]).toEqual([[], [], []]);

  await within(target, (db) => db.query('CREATE SCHEMA wirekite'));
  const refused = await openkite(args, { env });
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringMatching(/the target has a schema wirekite: the demo would/),
  });
  expect([await schemas(source), await schemas(target)]).toEqual([[], ['wirekite']]);
});
