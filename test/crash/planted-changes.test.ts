/** Bugs in following, planted into a copy of the compiled code: each must be seen. */
import { expect, it } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { differencesOf } from './differences.js';
import { arrived, change, inStep } from './following.js';
import { Migration } from './migration.js';
import { planted } from './planted.js';
import { until } from './run.js';

const TABLES = `CREATE TABLE twins (v text); INSERT INTO twins VALUES ('x');
  CREATE TABLE counted (id int PRIMARY KEY, n int, big text); INSERT INTO counted VALUES (1, 0, '');
  CREATE TABLE done (id int)`;

/** What is wrong in the end: rows of one side alone, and what was told. The loader stands still while the source is changed. */
async function wrongs(dist?: string): Promise<number> {
  const source = await freshDatabase(15);
  await change(source, TABLES);
  const settings = { poll_seconds: 1, seal_bytes: 65_536 };
  const migration = await Migration.create({ source, changes: true, settings, ...(dist ? { dist } : {}) });
  const run = migration.follow('stopped', 'A5,A1=SIGSTOP');
  await inStep(migration);
  await change(source, `INSERT INTO done VALUES (0)`);
  await until('the loader stands still', () => migration.struck.includes('A1'));
  for (const sql of CHANGES) await change(source, sql);
  await change(source, 'INSERT INTO done VALUES (1)');
  await migration.thaw('follow');
  await arrived(migration, 'public.done WHERE id = 1');
  await run.end();
  const [told] = await migration.ask<{ n: number }>('SELECT count(*)::int AS n FROM wirekite_error');
  return (await differencesOf(source, migration.target)).length + (told?.n ?? 0);
}

/** Some fifteen files whose order matters, and a transaction that fills several. */
const CHANGES = [
  ...Array.from({ length: 12 }, (_, i) => `UPDATE counted SET n = ${i}, big = repeat('${i % 10}', 70000)`),
  `INSERT INTO twins SELECT repeat('z', 40000) FROM generate_series(1, 8)`,
];

it('none is seen where there is none', async () => {
  expect(await wrongs()).toBe(0);
});

it('the mark of the lane is committed apart from the rows', async () => {
  const dist = planted('src/daemon/follow.js', [
    [/await advanceLane\(tx, claim, mark, seq\);/, ''],
    [/probe\('A5'\);/, `probe('A5'); await advanceLane(control, claim, Number(claim.mark), to);`],
  ]);
  expect(await wrongs(dist)).toBeGreaterThan(0);
});

it('files are applied in the order of their names', async () => {
  expect(
    await wrongs(planted('sql/postgres/queries/start.sql', [[/ORDER BY p\.chunk_number/, 'ORDER BY 2']])),
  ).toBeGreaterThan(0);
});

it('half of a transaction is applied', async () => {
  const dist = planted('src/daemon/whole-files.js', [
    [/const FILES = 100;/, 'const FILES = 5;'],
    [/if \(whole > 0\)\s*return files\.slice\(0, whole\);/, 'return files.slice(0, limit);'],
  ]);
  expect(await wrongs(dist)).toBeGreaterThan(0);
});
