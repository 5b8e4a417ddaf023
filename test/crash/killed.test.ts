/** Processes that are killed, frozen or asked to leave at any moment, and what they leave behind. */
import { beforeAll, describe, expect, it } from 'vitest';
import { sleep } from '../../src/base/clock.js';
import { emptyForReload } from '../../src/control/table.js';
import { contentsOf, withSession, type Contents } from './contents.js';
import { Lots, printedSeed } from './lots.js';
import { Migration } from './migration.js';
import { lives, until, type Run } from './run.js';
import { freshSource } from './source.js';

let source: URL;
let contents: Contents;

beforeAll(async () => {
  source = await freshSource();
  contents = await contentsOf(source);
});

const BEGUN = `SELECT 1 AS begun FROM wirekite_progress WHERE operation = 'D' AND mark::bigint > 0`;
const DAEMONS = `SELECT DISTINCT pid::int AS pid FROM wirekite_worker
  WHERE role <> 'coordinate' AND state NOT IN ('DEAD', 'STOPPED') ORDER BY 1`;

describe('kill -9', () => {
  it('of the coordinator: its daemons end by themselves, and a next run goes on', async () => {
    const migration = await Migration.create({ source });
    const run = migration.run();
    await migration.row(BEGUN);
    run.child.kill('SIGKILL');
    expect(await run.code()).toBe('SIGKILL');
    await until('its daemons end', () => migration.processes.length === 0, 20);
    expect(await migration.run().code()).toBe(0);
    await migration.expectWhole(contents);
  });

  it('of any daemon at any moment', async () => {
    const lot = new Lots(printedSeed());
    const migration = await Migration.create({ source });
    const run = migration.run();
    for (let kills = 0; kills < 8 && run.child.exitCode === null; kills += 1) {
      await Promise.race([run.ended, sleep(200 + lot.below(1000))]);
      const daemons = await migration.ask<{ pid: number }>(DAEMONS).catch(() => []);
      const victim = daemons[lot.below(daemons.length)];
      if (victim && lives(victim.pid)) process.kill(victim.pid, 'SIGKILL');
    }
    expect(await run.code()).toBe(0);
    await migration.expectWhole(contents);
  });
});

describe('a loader that stood still while its table was reloaded', () => {
  it.each(['L1=SIGSTOP', 'L4=SIGSTOP'])('%s: brings in no foreign row', async (point) => {
    const own = await freshSource();
    const how = { tables: ['public.twins'], settings: { load_connections: 1 } };
    const migration = await Migration.create({ source: own, ...how });
    const run = migration.run(point);
    await until('the loader stands still', () => migration.reached);
    await withSession(own, (db) => db.query(`UPDATE twins SET b = 'new ' || b WHERE a % 3 = 0`));
    await reload(migration);
    const other = migration.run(undefined, ['load', 'data']);
    await migration.row(`SELECT 1 AS loaded FROM wirekite_table WHERE state IN ('LOADED', 'DONE')`);
    await migration.thaw('load');
    expect(await run.code()).toBe(0);
    expect(run.said).toMatch(/FENCED|CONNECTION_LOST|57P01/);
    await leave(other);
    const expected = (await contentsOf(own))['public.twins'];
    expect(await contentsOf(migration.target)).toEqual({ 'public.twins': expected });
  });
});

/** As a person would: end what holds the table, then empty it. */
async function reload(migration: Migration): Promise<void> {
  await migration.ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'openkite:load:data' AND state = 'idle in transaction'`);
  const empty = (db: Parameters<Parameters<typeof withSession>[1]>[0]) =>
    db.transaction(async (tx) => {
      await emptyForReload(tx, 'public.twins', 'test');
      await tx.query('TRUNCATE public.twins');
    });
  await withSession(migration.target, empty, 'wirekite, pg_temp');
}

async function leave(run: Run): Promise<void> {
  run.child.kill('SIGTERM');
  expect(await run.code(20)).toBe(0);
}

describe('SIGTERM', () => {
  it('once: what is in hand is finished, and the next run has nothing to repair', async () => {
    const migration = await Migration.create({ source });
    const run = migration.run();
    await migration.row(BEGUN);
    run.child.kill('SIGTERM');
    expect(await run.code(20)).toBe(1);
    expect(await migration.restarts()).toBe(0);
    expect(await migration.run().code()).toBe(0);
    await migration.expectWhole(contents);
    expect(await migration.restarts()).toBe(0);
  });

  it('CP-22 twice: what is in hand is abandoned', async () => {
    const migration = await Migration.create({
      source,
      tables: ['public.twins'],
      settings: { throttle_bytes: 2_500_000 }, // so that there are rows left when the table is locked
    });
    const run = migration.run();
    await migration.row(`SELECT 1 AS made FROM pg_class WHERE relname = 'twins'`);
    await withSession(migration.target, (db) =>
      db.transaction(async (tx) => {
        await tx.query('LOCK TABLE twins');
        await migration.row(
          `SELECT 1 AS waits FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'COPY%'`,
        );
        run.child.kill('SIGTERM');
        expect(await run.code(1)).toContain('still running');
        run.child.kill('SIGTERM');
        expect(await run.code(5)).toBe(1);
        await until('its daemons end', () => migration.processes.length === 0, 5);
      }),
    );
    expect(await migration.run().code()).toBe(0);
    await migration.expectWhole({ 'public.twins': contents['public.twins'] ?? '' });
  });
});
