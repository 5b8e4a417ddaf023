/** A source that has not got every change any more (RP-02), and a target that was put back to an older state (OP-08). */
import { execFileSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer } from '../servers/index.js';
import { contentsOf, withSession } from './contents.js';
import { arrived, change, leave, small } from './following.js';
import type { Migration } from './migration.js';
import { slotsOf } from './workplace.js';

const TABLES = `CREATE TABLE a (id int PRIMARY KEY, v text); INSERT INTO a SELECT i, 'v' FROM generate_series(1, 99) AS i;
  CREATE TABLE twins (v text); INSERT INTO twins SELECT 'x' FROM generate_series(1, 9)`;

describe('a source that has not got every change any more', () => {
  it('stops everything and says what is missing: a slot that was moved, made anew, dropped', async () => {
    const { migration, run } = await small(TABLES);
    const { source, target } = migration;
    await change(source, `INSERT INTO a VALUES (1000, 'last')`);
    await arrived(migration, 'public.a WHERE id = 1000');
    await leave(run);
    const before = await contentsOf(target);
    const [slot] = await slotsOf(source);
    const [stream] = await migration.ask<{ position: string }>(
      `SELECT position FROM wirekite_progress WHERE target = 'CE'`,
    );
    const drop = `SELECT pg_drop_replication_slot('${slot!.slot_name}')`;
    const deeds = [
      `SELECT pg_replication_slot_advance('${slot!.slot_name}', pg_current_wal_lsn())`,
      `${drop}; SELECT pg_create_logical_replication_slot('${slot!.slot_name}', 'pgoutput')`,
      drop,
    ];
    for (const [n, deed] of deeds.entries()) {
      await change(
        source,
        `INSERT INTO a VALUES (${2000 + n}, 'lost'); UPDATE a SET v = 'lost ${n}' WHERE id = ${n + 1}`,
      );
      await change(source, deed);
      const [found] = await slotsOf(source);
      const next = migration.follow();
      expect(await next.code(), deed).toBe(1);
      expect(next.said).toContain(`the changes after ${stream!.position} cannot be had`);
      expect(next.said).toContain(found ? `it begins at ${found.confirmed} now` : 'it is not there any more');
      expect(await contentsOf(target)).toEqual(before);
    }
  });
});

describe('a target that was put back to an older state', () => {
  it('gets the changes again from the files that were kept', { timeout: 360_000 }, async () => {
    const server = await startServer({ major: 18 });
    onTestFinished(() => server.stop('immediate'));
    const target = server.url();
    const settings = { idle_log_bytes: 1 };
    const { migration, run } = await small(TABLES, { target, fullIdentity: ['public.twins'], settings });
    const { source } = migration;
    await leave(run);
    const [place] = await withSession(
      target,
      async (db) => (await db.query<{ data: string }>(`SELECT current_setting('data_directory') AS data`)).rows,
    );
    const copy = `${place!.data}.copy`;
    await server.halt();
    execFileSync('cp', ['-a', place!.data, copy]);
    await server.start();
    const again = migration.follow('stopped');
    await change(
      source,
      `UPDATE a SET v = v || '!' WHERE id % 3 = 0; DELETE FROM a WHERE id % 7 = 0; INSERT INTO twins VALUES ('x'), ('y')`,
    );
    await change(source, `INSERT INTO a VALUES (1000, 'last')`);
    await arrived(migration, 'public.a WHERE id = 1000');
    await released(migration);
    await leave(again);
    await server.halt();
    execFileSync('sh', ['-c', `rm -rf "$0" && mv "$1" "$0"`, place!.data, copy]);
    await server.start();
    await change(source, `INSERT INTO twins VALUES ('z'); UPDATE a SET v = v || '?' WHERE id % 5 = 0`);
    const last = migration.follow();
    await last.code();
    expect(last.said).toContain('known again');
    await migration.expectInStep();
  });
});

/** Until the source has been told that everything is applied, also what it wrote for others. */
async function released(migration: Migration): Promise<void> {
  await change(
    migration.source,
    `CREATE TABLE others (x int); INSERT INTO others SELECT generate_series(1, 5000); DROP TABLE others`,
  );
  const [end] = await withSession(
    migration.source,
    async (db) => (await db.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')).rows,
  );
  await withSession(migration.source, async (db) => {
    for (let n = 0; n < 300; n += 1) {
      const { rows } = await db.query<{ yes: boolean }>(
        `SELECT bool_and(confirmed_flush_lsn >= '${end!.lsn}') AS yes FROM pg_replication_slots WHERE database = current_database() AND NOT temporary`,
      );
      if (rows[0]?.yes) return;
      await db.query('SELECT pg_sleep(0.1)');
    }
    throw new Error('the source was not told');
  });
}
