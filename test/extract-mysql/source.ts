/** What these tests have in common: a filled database, sessions that end with the test, and rows as text. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import connector from '../../extractors/mysql/index.js';
import type { Extractor, Slice, Snapshot } from '../../src/connector/extractor.js';
import { connect } from '../../src/db/mysql/connect.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import { unescape } from '../../src/format/text.js';
import type { ByteSink } from '../../src/model/bytes.js';
import type { Table } from '../../src/model/schema.js';

const open: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(open.splice(0).map((one) => one.close().catch(() => undefined))));

export async function session(url: URL): Promise<MyDb> {
  const db = await connect(url, { name: 'openkite:test' });
  open.push(db);
  return db;
}

export async function extractor(url: URL): Promise<Extractor> {
  const one = await connector.open(url, { name: 'openkite:test:extract', controlSchema: 'wirekite' });
  open.push(one);
  return one;
}

/** What the family's own client prints: a row a line, without a header. */
export function client(url: URL, sql: string | Buffer, database = url.pathname.slice(1)): string {
  const where = ['-uroot', `-h${url.hostname}`, `-P${url.port}`, ...(database === '' ? [] : [`-D${database}`])];
  const form = ['-BN', '--raw', '--quick', '--comments', '--default-character-set=utf8mb4'];
  const env = { ...process.env, MYSQL_PWD: url.password };
  return execFileSync('mariadb', ['--no-defaults', ...where, ...form], {
    input: sql,
    env,
    maxBuffer: 1 << 28,
  }).toString();
}

/** Runs dumps, in another database than the one that they name. */
export function runDumps(url: URL, paths: readonly string[], name = ' '): void {
  const itself = new RegExp(
    `^(DROP|CREATE|USE)\\b[^;(]*\\b${name}\\b[^;.(]*;|\`?\\b${name}\\b\`?\\.(?=[\`\\w])`,
    'gim',
  );
  for (const path of paths) {
    const bytes = readFileSync(path);
    client(url, (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().replace(itself, ''));
  }
}

/** Keeps the escaped text of rows, and complains of what a chunk file would refuse. */
export class Text implements ByteSink {
  readonly rows: Buffer[] = [];
  private parts: Buffer[] = [];
  private missing = 0;

  row(length: number): void {
    if (this.missing > 0) throw new Error('a row is torn');
    this.missing = length;
    this.take();
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    this.parts.push(Buffer.from(bytes.subarray(start, end)));
    this.missing -= end - start;
    this.take();
  }

  endRow(): void {
    this.missing = 0;
    this.take();
  }

  ready(): Promise<void> | undefined {
    return undefined;
  }

  private take(): void {
    if (this.missing === 0 && this.parts.length > 0) this.rows.push(Buffer.concat(this.parts.splice(0)));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.rows);
  }

  /** Unescaped; NULL is null. */
  get values(): (string | null)[][] {
    return this.rows.map((row) =>
      split(row.subarray(0, -1), 0x09).map((field) =>
        field.equals(Buffer.from('\\N')) ? null : Buffer.from(unescape(field)).toString('utf8'),
      ),
    );
  }
}

function split(bytes: Buffer, at: number): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(at); end >= 0; end = bytes.indexOf(at, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return [...parts, bytes.subarray(start)];
}

/** All slices of a table, in turn. */
export async function copied(
  snapshot: Snapshot,
  table: Table,
  bytes = 1 << 24,
): Promise<{ text: Text; slices: Slice[] }> {
  const text = new Text();
  const slices = await snapshot.slices(table, 'text', bytes);
  for (const slice of slices) {
    const before = text.rows.length;
    const sent = await snapshot.copy(slice, text);
    if (sent !== text.rows.length - before) throw new Error(`${sent} rows were sent`);
  }
  return { text, slices };
}
