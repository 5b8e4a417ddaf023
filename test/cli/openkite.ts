/** The compiled command line as a child process, and configurations for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect } from 'vitest';
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';

const MAIN = resolve(process.env['OPENKITE_DIST'] ?? 'dist', 'src/cli/main.js');

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'openkite-test-cli-'));
  folders.push(made);
  return made;
}

export interface How {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Sends SIGINT as soon as it has said this. */
  readonly interruptAt?: string;
}

export async function openkite(args: readonly string[], { env, cwd = folder(), interruptAt }: How = {}): Promise<Said> {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: npm run build`);
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, ...env } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => {
    const before = out;
    out += piece.toString();
    if (interruptAt && !before.includes(interruptAt) && out.includes(interruptAt)) child.kill('SIGINT');
  });
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Writes a configuration, with more lines after the first three, and returns its path. */
export function configured(source: URL | string, target: URL | string, more = ''): string {
  return written(`migration: shop\nsource: ${String(source)}\ntarget: ${String(target)}\n${more}`);
}

export function written(text: string): string {
  const file = join(folder(), 'openkite.yaml');
  writeFileSync(file, text);
  return file;
}

/** Wrong use is one message of few lines on standard error, without a stack, and exit code 2. */
export function expectMistake({ code, out, err }: Said, message: RegExp): void {
  expect(err).toMatch(message);
  expect(err).not.toMatch(/^\s+at /m);
  expect(err.trim().split('\n').length).toBeLessThan(8);
  expect({ code, out }).toEqual({ code: 2, out: '' });
}

export async function within<T>(url: URL, work: (db: PgDb) => Promise<T>): Promise<T> {
  const db = await connect(url, { name: 'openkite:test:cli', searchPath: '' });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** A small table on the source: enough for a run of a second or two. */
export const fill = (url: URL): Promise<unknown> =>
  within(url, (db) =>
    db.query(`CREATE TABLE public.customer (id int PRIMARY KEY, name text);
      CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES public.customer);
      INSERT INTO public.customer SELECT n, 'c' || n FROM generate_series(1, 100) n;
      INSERT INTO public.orders SELECT n, n FROM generate_series(1, 100) n;`),
  );

export const count = (url: URL, table: string): Promise<unknown> =>
  within(url, async (db) => (await db.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]?.['n']);
