import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { readSchema } from '../../extractors/postgres/catalog/read-schema.js';
import { readSequences } from '../../extractors/postgres/catalog/sequences.js';
import { steps } from '../../loaders/postgres/steps.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import type { Schema } from '../../src/model/schema.js';
import { fileOfData, freshDatabase, runDump, sharedServer, type Major } from '../servers/index.js';
import { catalogLines, contentLines } from './compare.js';
import { makeRoles } from './roles.js';
import { restore, type Restored } from './restore.js';

const PG_DUMP = '/usr/lib/postgresql/15/bin/pg_dump';
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
console.info(`orders are drawn with SEED=${seed}`);

const ours = (name: string): string => fileURLToPath(new URL(`../data/${name}`, import.meta.url));
const open: PgDb[] = [];
afterAll(() => Promise.all(open.map((db) => db.close())));

async function session(url: URL): Promise<PgDb> {
  const db = await connect(url, {
    name: 'openkite:test:schema',
    searchPath: '',
    settings: { client_min_messages: 'error' },
  });
  open.push(db);
  return db;
}

interface Moved extends Restored {
  readonly schema: Schema;
  readonly source: PgDb;
  readonly target: PgDb;
  readonly urls: readonly [URL, URL];
}

async function move(files: readonly string[], majors: readonly [Major, Major]): Promise<Moved> {
  for (const major of majors) await makeRoles(await session(await sharedServer(major)));
  const urls = [await freshDatabase(majors[0]), await freshDatabase(majors[1])] as const;
  for (const file of files) await runDump(urls[0], file);
  const [source, target] = [await session(urls[0]), await session(urls[1])];
  await source.query('ANALYZE');
  const schema = await readSchema(source);
  const done = await restore(schema, await readSequences(source), { from: source, to: target, major: majors[1], seed });
  return { ...done, schema, source, target, urls };
}

async function expectSame({ source, target, complaints }: Moved): Promise<void> {
  expect(complaints).toEqual([]);
  expect(await catalogLines(target)).toEqual(await catalogLines(source));
  expect(await contentLines(target)).toEqual(await contentLines(source));
}

/** The statements of a dump, sorted: objects of one kind may be in another order. */
function dumped(url: URL): string[] {
  const text = execFileSync(PG_DUMP, ['--schema-only', '--dbname', url.href], { encoding: 'utf8' });
  return text
    .split(/;\n/)
    .map((part) => part.replace(/^(--.*|\\.*|)\n/gm, '').trim())
    .sort();
}

const everything = (major: Major): string[] => [
  ours('every-object.sql'),
  ...(major >= 18 ? [ours('every-object-18.sql')] : []),
];

test.each([15, 17, 18] as const)(
  'one of everything comes through on %i, in any order',
  { timeout: 120_000 },
  async (major) => {
    const moved = await move(everything(major), [major, major]);
    expect(moved.schema.notMoved).toEqual([]);
    await expectSame(moved);
    if (major > 15 || !existsSync(PG_DUMP)) return console.warn(`SKIPPED: no pg_dump to look at ${major} with`);
    expect(dumped(moved.urls[1])).toEqual(dumped(moved.urls[0]));
  },
);

test.each([
  ['pagila', ['pagila/pagila-schema.sql', 'pagila/pagila-data.sql.gz'], 15],
  ['pagila', ['pagila/pagila-schema.sql', 'pagila/pagila-data.sql.gz'], 18],
  ['northwind', ['northwind_pg/northwind.sql'], 17],
  ['sakila', ['sakila_pg/postgres-sakila-schema.sql', 'sakila_pg/postgres-sakila-insert-data-using-copy.sql.gz'], 15],
] as const)('%s comes through (%s) on %i', { timeout: 120_000 }, async (_, names, major) => {
  const files = names.map(fileOfData);
  if (!files.every((file) => file !== undefined)) return;
  await expectSame(await move(files, [major, major]));
});

test.each([
  [10, 18],
  [10, 10],
  [13, 17],
] as const)('an old schema comes through from %i to %i', { timeout: 120_000 }, async (from, to) => {
  const moved = await move([ours('ten.sql')], [from, to]);
  expect(moved.complaints).toEqual([]);
  expect(await contentLines(moved.target)).toEqual(await contentLines(moved.source));
  const again = await readSchema(moved.target);
  expect(again.tables.map(({ id, columns }) => [id, columns.map(({ name, type }) => [name, type])])).toEqual(
    moved.schema.tables.map(({ id, columns }) => [id, columns.map(({ name, type }) => [name, type])]),
  );
});

test('everything of 15 can be made on 18', { timeout: 120_000 }, async () => {
  const { complaints, source, target } = await move(everything(15), [15, 18]);
  expect(complaints).toEqual([]);
  expect(await contentLines(target)).toEqual(await contentLines(source));
});

test('a target that is too old is refused before anything is made', { timeout: 60_000 }, async () => {
  await makeRoles(await session(await sharedServer(18)));
  const url = await freshDatabase(18);
  for (const file of everything(18)) await runDump(url, file);
  const schema = await readSchema(await session(url));
  expect(() => steps(schema, 15)).toThrow(/version 15, cannot hold this schema: .*virtual generated columns/);
});

test('what cannot be moved is named', async () => {
  const url = await freshDatabase(15);
  const db = await session(url);
  await db.query(`
    SELECT lo_create(0), lo_create(0);
    CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w;
    CREATE FOREIGN TABLE public.away (a int) SERVER far;
    CREATE VIEW public.of_away AS SELECT a FROM public.away;
    CREATE VIEW public.of_that AS SELECT a FROM public.of_away`);
  const { objects, notMoved } = await readSchema(db);
  expect(objects.filter((object) => object.kind === 'view')).toEqual([]);
  expect(notMoved.join('\n')).toMatch(/2 large object\(s\)[^]*foreign table public.away/);
  expect(notMoved.join('\n')).toMatch(/view public.of_away: it needs foreign table public.away/);
  expect(notMoved.join('\n')).toMatch(/view public.of_that: it needs view public.of_away/);
});
