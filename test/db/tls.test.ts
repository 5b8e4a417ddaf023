/** sslmode means what it means to libpq, and COPY is the same through TLS. The certificate is for localhost. */
import { chownSync, copyFileSync, mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverUser } from '../../extractors/postgres/binaries.js';
import { connect } from '../../src/db/postgres/connect.js';
import { only, startServer, type Server } from '../servers/index.js';

const CERTIFICATE = fileURLToPath(new URL('./tls/server.crt', import.meta.url));
const files = mkdtempSync(join(tmpdir(), 'openkite-tls-'));
let server: Server;

beforeAll(async () => {
  const { uid, gid } = serverUser();
  chmodSync(files, 0o755);
  for (const name of ['server.crt', 'server.key']) {
    const path = join(files, name);
    copyFileSync(fileURLToPath(new URL(`./tls/${name}`, import.meta.url)), path);
    chmodSync(path, 0o600);
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  }
  const ssl = { ssl: 'on', ssl_cert_file: join(files, 'server.crt'), ssl_key_file: join(files, 'server.key') };
  server = await startServer({ settings: { fsync: 'off', ...ssl } });
});

afterAll(async () => {
  await server.stop('immediate');
  rmSync(files, { recursive: true });
});

function at(host: string, parameters: Record<string, string>): URL {
  const url = server.url();
  url.hostname = host;
  url.search = new URLSearchParams(parameters).toString();
  return url;
}

const CA = { sslrootcert: CERTIFICATE };

test.each([
  ['127.0.0.1', { sslmode: 'disable' }, false],
  ['127.0.0.1', { sslmode: 'allow' }, false],
  ['127.0.0.1', {}, true],
  ['127.0.0.1', { sslmode: 'prefer' }, true],
  ['127.0.0.1', { sslmode: 'require' }, true],
  ['127.0.0.1', { sslmode: 'require', ...CA }, true],
  ['127.0.0.1', { sslmode: 'verify-ca', ...CA }, true],
  ['localhost', { sslmode: 'verify-full', ...CA }, true],
])('to %s with %j', async (host, parameters, encrypted) => {
  const db = await connect(at(host, parameters), { name: 'openkite:test', searchPath: '' });
  const { rows } = await db.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  expect(rows).toEqual([{ ssl: encrypted }]);
  await db.close();
});

test.each([
  ['127.0.0.1', { sslmode: 'verify-full', ...CA }],
  ['localhost', { sslmode: 'verify-full', sslrootcert: 'system' }],
  ['localhost', { sslmode: 'verify-ca', sslrootcert: '/nowhere/root.crt' }],
])('never to %s with %j', async (host, parameters) => {
  const opening = connect(at(host, parameters), { name: 'openkite:test', searchPath: '' });
  await expect(opening).rejects.toMatchObject({ kind: 'operator' });
});

test('COPY goes both ways', async () => {
  const db = await connect(at('127.0.0.1', { sslmode: 'require' }), { name: 'openkite:test', searchPath: 'public' });
  await db.query(
    'CREATE TABLE t AS SELECT n, md5(n::text) AS m FROM generate_series(1, 20000) n; CREATE TABLE u (LIKE t)',
  );
  const pieces: Buffer[] = [];
  const sink = {
    row: () => undefined,
    append: (bytes: Uint8Array, start: number, end: number) =>
      void pieces.push(Buffer.from(bytes.subarray(start, end))),
    ready: () => (pieces.length % 3 === 0 ? new Promise<void>((resolve) => setImmediate(resolve)) : undefined),
  };
  expect(await db.unload('COPY t TO STDOUT (FORMAT binary)', sink)).toBe(20_000);
  expect(await db.load('COPY u FROM STDIN (FORMAT binary)', only(Buffer.concat(pieces)))).toBe(20_000);
  expect((await db.query('SELECT count(*)::int AS n FROM (TABLE t EXCEPT TABLE u) x')).rows).toEqual([{ n: 0 }]);
  await db.close();
});
