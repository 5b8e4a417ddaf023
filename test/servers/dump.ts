/** Real data, brought in as psql would. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { connect } from '../../src/db/postgres/connect.js';

/** Path of a file of the shared sample data, or undefined, aloud, where they are not beside the checkout. */
export function fileOfData(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: no sample data ${name} beside this checkout`);
  return undefined;
}

/** Runs a dump, plain or gzipped, with its `COPY … FROM stdin` blocks, as psql would. */
export async function runDump(url: URL, path: string): Promise<void> {
  const bytes = readFileSync(path);
  const script = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const db = await connect(url, { name: 'openkite:test:dump', searchPath: 'public', settings: { row_security: 'on' } });
  try {
    for (const { sql, rows } of partsOf(script)) {
      if (rows === undefined) await db.query(sql);
      else await db.load(sql, only(Buffer.from(rows)));
    }
  } finally {
    await db.close();
  }
}

function* partsOf(script: string): Generator<{ sql: string; rows?: string }> {
  let at = 0;
  for (const match of script.matchAll(/^(COPY [^;]* FROM stdin);\n([\s\S]*?)^\\\.$/gm)) {
    yield { sql: script.slice(at, match.index) };
    yield { sql: match[1] ?? '', rows: match[2] ?? '' };
    at = match.index + match[0].length;
  }
  yield { sql: script.slice(at) };
}

/** A dump for the `mariadb` client, plain or gzipped, into another database than the one that it names. */
export function runMariaDump(url: URL, path: string, named: string): void {
  const bytes = readFileSync(path);
  const script = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const database = url.pathname.slice(1);
  const input = script.replace(
    new RegExp(`(?<=(?:SCHEMA|DATABASE|EXISTS|USE) )\`?${named}\`?\\b|\\b${named}(?=\\.)`, 'g'),
    database,
  );
  const at = [
    `--host=${url.hostname}`,
    `--port=${url.port}`,
    `--user=${url.username}`,
    '--default-character-set=utf8mb4',
  ];
  const env = { ...process.env, MYSQL_PWD: decodeURIComponent(url.password) };
  execFileSync('mariadb', [...at, database], { input, env, stdio: ['pipe', 'ignore', 'pipe'], maxBuffer: 1 << 26 });
}

/** An iterable of these pieces, as `Db.load` takes them. */
export async function* only(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* pieces;
}
