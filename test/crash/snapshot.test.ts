/** Snapshots that are lost, and tables that are rewritten under them (DATAPATH 1 and 3), while the source changes. */
import { beforeEach, describe, expect, it } from 'vitest';
import { contentsOf, withSession } from './contents.js';
import { Migration } from './migration.js';
import { until } from './run.js';
import { freshSource } from './source.js';

let source: URL;

beforeEach(async () => {
  source = await freshSource();
});

const change = (sql: string) => withSession(source, (db) => db.query(sql));

/** Rows that are updated move to other pages: of two snapshots, halves of a table would have some of them twice or not. */
const MOVE = `UPDATE keyed SET name = name || '!' WHERE id % 10 = 0; UPDATE twins SET b = b || '!' WHERE a % 10 = 0;
  UPDATE toasted SET small = small || '!' WHERE id % 10 = 0; DELETE FROM orders WHERE id % 3 = 0;
  INSERT INTO parted SELECT i, '2024-02-01', 'new' FROM generate_series(5000, 5500) AS i`;

describe('the keeper is killed', () => {
  it('tables that were half read are read anew, sealed ones keep, and none is mixed', async () => {
    const migration = await Migration.create({ source, settings: { extract_connections: 1 } });
    const run = migration.run('X7:7=SIGSTOP');
    await until('the extractor stands still', () => migration.reached);
    const before = await contentsOf(source);
    await change(MOVE);
    const after = await contentsOf(source);
    const [keeper] = await migration.ask<{ pid: number; snapshot: string }>(
      `SELECT k.pid::int AS pid FROM wirekite_worker k JOIN wirekite_snapshot s USING (worker) WHERE s.state = 'OPEN'`,
    );
    process.kill(keeper!.pid, 'SIGKILL');
    await migration.row(`SELECT 1 AS lost FROM wirekite_snapshot WHERE state = 'LOST'`);
    await migration.thaw('extract');
    expect(await run.code()).toBe(0);
    const found = await contentsOf(migration.target);
    const readUnder = Object.keys(found).filter((table) => before[table] !== after[table]);
    for (const table of readUnder) expect([before[table], after[table]], table).toContain(found[table]);
    expect(readUnder.some((table) => found[table] === before[table])).toBe(true);
    expect(readUnder.some((table) => found[table] === after[table])).toBe(true);
    await migration.expectWhole(found);
  });
});

describe('a table is rewritten between export and lock', () => {
  it.each([
    ['ALTER TYPE', 'ALTER TABLE keyed ALTER COLUMN amount TYPE numeric(12, 4) USING amount + 1'],
    ['TRUNCATE', 'TRUNCATE keyed, orders'],
    ['VACUUM FULL', 'VACUUM FULL keyed'],
  ])('%s: it is read under a snapshot of its own', async (_, sql) => {
    const migration = await Migration.create({ source, tables: ['public.keyed', 'public.twins'] });
    const run = migration.run('S5=SIGSTOP');
    await until('the keeper stands still', () => migration.reached);
    await change(sql);
    await migration.thaw('keep');
    expect(await run.code()).toBe(0);
    const { 'public.keyed': keyed, 'public.twins': twins } = await contentsOf(source);
    expect(await contentsOf(migration.target)).toEqual({ 'public.keyed': keyed, 'public.twins': twins });
    const snapshots = `SELECT count(DISTINCT snapshot_id)::int AS n FROM wirekite_table`;
    expect(await migration.ask(snapshots)).toEqual([{ n: 2 }]);
  });
});
