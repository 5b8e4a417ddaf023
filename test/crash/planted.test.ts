/** The bugs that this suite is for, planted into a copy of the compiled code: it must see each of them. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { Proxy } from '../servers/proxy.js';
import { contentsOf, rowsIn, type Contents } from './contents.js';
import { Migration } from './migration.js';
import { planted } from './planted.js';
import { freshSource } from './source.js';

let source: URL;
let contents: Contents;

beforeAll(async () => {
  source = await freshSource();
  contents = await contentsOf(source);
});

/** Rows of all tables: of a planted bug, too few or too many. */
const total = (found: Contents): number => Object.values(found).reduce((sum, table) => sum + rowsIn(table), 0);

describe('the mark is advanced outside the transaction', () => {
  const lock = /const from = await lockMark\(tx, claim\);/;
  const advance = /await advance\(tx, claim, from,/;
  const aside = `const from = await (await context.control.get()).transaction((mark) => lockMark(mark, claim));`;

  it('before the rows are committed: a crash loses rows', async () => {
    const control = 'await advance(await context.control.get(), claim, from,';
    const dist = planted('src/daemon/load.js', [
      [lock, aside],
      [advance, control],
    ]);
    const migration = await Migration.create({ source, dist });
    await migration.run('L5:3').code();
    expect(migration.reached).toBe(true);
    expect(total(await contentsOf(migration.target))).toBeLessThan(total(contents));
  });

  it('after the rows are committed: a crash doubles rows', async () => {
    const late = /probe\('L5'\);\s*return batch\.reached;\s*\}\)\);/;
    const after = `return batch.reached; }));
      probe('L4');
      await advance(await context.control.get(), claim, begun, mark, { finished: mark === reader.rows });
      probe('L5');`;
    const dist = planted('src/daemon/load.js', [
      [lock, `${aside}\nbegun = from;`],
      [/const mark = await this\.sizes\.measured/, 'let begun = 0;\nconst mark = await this.sizes.measured'],
      [/probe\('L4'\);\s*await advance\([^;]*;/, ''],
      [late, after],
    ]);
    const migration = await Migration.create({ source, dist, tables: ['public.twins'] });
    await migration.run('L4:2').code();
    expect(migration.reached).toBe(true);
    expect(rowsIn((await contentsOf(migration.target))['public.twins'])).toBeGreaterThan(
      rowsIn(contents['public.twins']),
    );
  });
});

describe('the mark is neither locked nor compared', () => {
  it('a COMMIT that arrives late doubles rows', async () => {
    const dist = planted('sql/postgres/queries/progress.sql', [
      [/FOR UPDATE SKIP LOCKED(?=\s+-- name: find_holder)/, ''],
      [
        /AND generation = :generation::int AND worker = :worker::text\s+AND mark IS NOT DISTINCT FROM :from::text AND finish_time IS NULL/,
        'AND (:generation::int, :worker::text, :from::text) IS NOT NULL',
      ],
    ]);
    const target = await freshDatabase(18);
    const proxy = await Proxy.start(target);
    onTestFinished(() => proxy.stop());
    const how = { source, target, through: { target: proxy.url }, dist };
    const migration = await Migration.create({ ...how, tables: ['public.twins'], settings: { load_connections: 1 } });
    proxy.next = { commit: 'held', by: 'RST' };
    const run = migration.run();
    const waiting = `SELECT 1 AS waits FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%wirekite_progress SET mark%'`;
    await migration.row(waiting);
    proxy.release();
    await run.code();
    expect(rowsIn((await contentsOf(target))['public.twins'])).toBeGreaterThan(rowsIn(contents['public.twins']));
  });
});
