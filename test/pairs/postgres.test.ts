import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { catalogLines, contentLines } from '../schema/compare.js';
import { makeRoles } from '../schema/roles.js';
import { fileOfData, freshDatabase, runDump, sharedServer, type Major } from '../servers/index.js';
import { Migration } from '../crash/migration.js';

const hostile = fileURLToPath(new URL('../data/every-object.sql', import.meta.url));
const MAJORS: readonly Major[] = [15, 17, 18];

async function opened(url: URL): Promise<PgDb> {
  const db = await connect(url, { name: 'test', searchPath: '' });
  afterAll(() => db.close());
  return db;
}

async function run(migration: Migration, code: number): Promise<string> {
  const started = migration.run();
  expect(await started.code(), started.said).toBe(code);
  return started.said;
}

/** Both sides, without what openkite itself made. */
async function compare(source: PgDb, target: PgDb): Promise<void> {
  await target.query('DROP SCHEMA wirekite CASCADE');
  expect(await contentLines(target)).toEqual(await contentLines(source));
  expect(await catalogLines(target)).toEqual(await catalogLines(source));
}

describe('openkite run --execute --until loaded', () => {
  test.each([
    ['pagila', 15, ['pagila/pagila-schema.sql', 'pagila/pagila-data.sql.gz']],
    ['pagila', 18, ['pagila/pagila-schema.sql', 'pagila/pagila-data.sql.gz']],
    ['northwind', 17, ['northwind_pg/northwind.sql']],
    ['naughty strings', 15, ['naughty_strings/naughty_pg.sql.gz']],
    ['naughty strings', 18, ['naughty_strings/naughty_pg.sql.gz']],
  ] as const)('%s on %i: contents and every object', async (_, major, files) => {
    const paths = files.map(fileOfData);
    const [source, target] = [await freshDatabase(major), await freshDatabase(major)];
    for (const path of paths) if (path === undefined) return;
    for (const path of paths) await runDump(source, path as string);
    await run(await Migration.create({ source, target }), 0);
    await compare(await opened(source), await opened(target));
  });

  test.each(MAJORS)('one of every object there is on %i', async (major) => {
    const [source, target] = [await freshDatabase(major), await freshDatabase(major)];
    const from = await opened(source);
    await makeRoles(await opened(await sharedServer(major)));
    await runDump(source, hostile);
    await run(await Migration.create({ source, target }), 0);
    await compare(from, await opened(target));
  });
});

test('the manual: STOP, TRUNCATE progress and tables, RUN, restart', async () => {
  const path = fileOfData('pagila/pagila-schema.sql');
  const data = fileOfData('pagila/pagila-data.sql.gz');
  const [source, target] = [await freshDatabase(18), await freshDatabase(18)];
  if (path === undefined || data === undefined) return;
  await runDump(source, path);
  await runDump(source, data);
  const migration = await Migration.create({ source, target });
  await run(migration, 0);
  const [from, to] = [await opened(source), await opened(target)];

  await to.query(`UPDATE wirekite.wirekite_action SET action = 'STOP';`);
  expect(await run(migration, 4)).toContain("SET action = 'RUN'");
  await to.query('TRUNCATE TABLE wirekite.wirekite_progress;');
  await to.query(`UPDATE wirekite.wirekite_action SET action = 'RUN';`);
  expect(await run(migration, 2)).toContain('TRUNCATE');

  const { rows } = await to.query<{ names: string }>(
    `SELECT string_agg(target_name, ', ') AS names FROM wirekite.wirekite_table`,
  );
  await to.query(`TRUNCATE TABLE ${rows[0]?.names} CASCADE`);
  await from.query(`UPDATE public.actor SET last_name = 'after the reset' WHERE actor_id < 10`);
  await run(migration, 0);
  await compare(from, to);
});
