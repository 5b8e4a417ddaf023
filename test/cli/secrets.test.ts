/** SE-01: a password is nowhere in what openkite prints, whatever fails, and not in what others can list. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { freshDatabase, sharedServer } from '../servers/index.js';
import { configured, fill, openkite, within, type Said } from './openkite.js';

const CANARY = `can@ry:/#%'?x `;
const LOGIN = 'cli_canary';

let source: URL;
let target: URL;
beforeAll(async () => {
  [source, target] = [await freshDatabase(), await freshDatabase()];
  await fill(source);
  await within(source, async (db) => {
    await db.query(`DROP ROLE IF EXISTS ${LOGIN}`);
    await db.query(`CREATE ROLE ${LOGIN} SUPERUSER LOGIN PASSWORD '${CANARY.replaceAll("'", "''")}'`);
  });
  // After a failure the databases are kept, and what they hold is the role's.
  return async () =>
    void (await within(await sharedServer(), (db) => db.query(`DROP ROLE ${LOGIN}`)).catch(() => null));
});

/** The URL with a password written as it should be, or as `${PW}`, or not at all. */
function as(url: URL, password: string): string {
  const { host, pathname } = url;
  return `${url.protocol}//${LOGIN}${password === '' ? '' : `:${password}`}@${host}${pathname}`;
}

const ENCODED = encodeURIComponent(CANARY).replaceAll("'", '%27');
const FORMS = [CANARY, ENCODED, encodeURIComponent(CANARY), CANARY.trim(), 'can@ry', 'can%40ry'];

function expectSilence({ out, err }: Said): void {
  for (const form of FORMS) expect(out + err).not.toContain(form);
}

test.each([
  ['in the URL', ENCODED, {}],
  ['by ${PW}', '${PW}', { PW: CANARY }],
  ['by PGPASSWORD', '', { PGPASSWORD: CANARY }],
])('%s: it is let in, and nothing shows it', async (_, password, env) => {
  const file = configured(as(source, password), as(target, password));
  const said = await openkite(['run', '-c', file], { env: { ...env, OPENKITE_LOG: 'trace' } });
  expect(said).toMatchObject({ code: 0, err: '' });
  expectSilence(said);
});

test('a whole run leaves it neither in the log, the files nor the control tables', async () => {
  const file = configured(as(source, ENCODED), as(target, '${PW}'));
  const said = await openkite(['run', '--execute', '-c', file], { env: { PW: CANARY, OPENKITE_LOG: 'trace' } });
  expect(said).toMatchObject({ code: 0 });
  expectSilence(said);
  const store = join(dirname(file), 'chunks');
  for (const name of readdirSync(store))
    for (const form of FORMS) expect(readFileSync(join(store, name)).includes(form)).toBe(false);
  const tables = await within(target, (db) =>
    db.query(
      `SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'wirekite' AND table_type = 'BASE TABLE'`,
    ),
  );
  expect(tables.rows.length).toBeGreaterThan(5);
  for (const { name } of tables.rows) {
    const { rows } = await within(target, (db) => db.query(`SELECT t::text AS row FROM wirekite.${String(name)} t`));
    for (const form of FORMS) expect(JSON.stringify(rows)).not.toContain(form);
  }
});

const wrong = (change: (url: URL) => void): string => {
  const url = new URL(as(target, ENCODED));
  change(url);
  return url.href;
};

test.each([
  ['connecting', () => wrong((url) => (url.port = '1'))],
  ['finding the host', () => wrong((url) => (url.hostname = 'no-such-host.invalid'))],
  ['logging in', () => wrong((url) => (url.password = `${ENCODED}x`))],
  ['finding the database', () => wrong((url) => (url.pathname = '/nothing'))],
  ['asking for TLS', () => wrong((url) => (url.search = '?sslmode=verify-full'))],
  ['a parameter that is unknown', () => wrong((url) => (url.search = '?application_name=x'))],
  ['a password that breaks the URL', () => as(target, CANARY.trim())],
  ['a password that ends in the path', () => as(target, '12/can@ry')],
  ['a password that ends in a parameter', () => as(target, '12?can@ry')],
  ['a scheme that is unknown', () => wrong(() => undefined).replace(/^\w+/, 'pgsql')],
  ['YAML: the key stands twice', () => `x\ntarget: ${as(target, ENCODED)}`],
  ['YAML: it ends in a quote', () => `"${as(target, ENCODED)}`],
  ['YAML: it looks like an alias', () => `*${CANARY.trim()}`],
])('failing at %s', async (_, to) => {
  const said = await openkite(['run', '--execute', '-c', configured(as(source, ENCODED), to())], {
    env: { OPENKITE_LOG: 'trace' },
  });
  expect(said.code).toBe(2);
  expect(said.err).not.toBe('');
  expectSilence(said);
});

test('failing at a statement', async () => {
  const file = configured(as(source, ENCODED), as(await freshDatabase(), ENCODED));
  const said = await openkite(['status', '-c', file], { env: { OPENKITE_LOG: 'trace' } });
  expect(said).toMatchObject({ code: 2, err: expect.stringMatching(/no control tables in the schema wirekite/) });
  expectSilence(said);
});
