import { describe, expect, test } from 'vitest';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import { insertCommand } from '../../src/control/command.js';
import { sealChunk } from '../../src/control/progress.js';
import { readStatus } from '../../src/control/status.js';
import { failTable, foldTotals, tables } from '../../src/control/table.js';
import { claimTask, insertTasks, makeReady } from '../../src/control/task.js';
import { heartbeat } from '../../src/control/worker.js';
import type { Db } from '../../src/db/db.js';
import {
  analyze,
  endLease,
  freshControl,
  isPostgres,
  numbers,
  untilBlocked,
  type Target,
  planned,
  worker,
  TARGETS,
} from './schema.js';

/** A chunk of 50 rows in the hands of a loader, at mark 20. */
async function loading(db: Db) {
  await planned(db, 2);
  const me = await worker(db);
  const slice = await claimExtract(db, me);
  if (slice) await sealChunk(db, slice, { rows: 50, rawBytes: 500, checksum: 'c' });
  await claimLoad(db, me);
  await db.query(`UPDATE wirekite_progress SET mark = '20' WHERE operation = 'D'`);
  return me;
}

test.each<Target>([10, 15, 18, 'MariaDB'])(
  'PR-17 answers within a second over many progress rows on %s',
  async (target) => {
    const { db } = await freshControl(target);
    const count = isPostgres(target) ? 1000 : 200; // of a hundred rows
    await db.query(`INSERT INTO wirekite_table (table_name, target_name, state, chunk_count)
      SELECT concat('public.t', n), concat('public.t', n), 'COPYING', 50 FROM ${numbers(count)};
    INSERT INTO wirekite_progress (source, target, operation, mark, table_name, start_time, finish_time, chunk_number, row_count, byte_count, claimed_at)
      SELECT concat('public.t', t.n, '.', c.n, '.dkt'), o.o, o.o, '7', concat('public.t', t.n), CURRENT_TIMESTAMP,
        CASE WHEN c.n > 1 OR t.n > 8 THEN CURRENT_TIMESTAMP END, c.n, 7, 70, CURRENT_TIMESTAMP
      FROM ${numbers(count, 't')}, ${numbers(50, 'c')}, (SELECT 'DE' AS o UNION ALL SELECT 'D') o`);
    await analyze(db, 'wirekite_progress', 'wirekite_table');
    const began = performance.now();
    await foldTotals(db);
    const folded = performance.now();
    for (const view of ['status', 'incomplete', 'stuck', 'restarts', 'lag'])
      await db.query(`SELECT * FROM wirekite_${view}`);
    expect(performance.now() - folded).toBeLessThan(1000);
    expect(folded - began).toBeLessThan(10_000);
    expect(await readStatus(db)).toMatchObject({ records_processed: count * 350, tables_total: count });
  },
);

describe.each(TARGETS)('on %s', (target) => {
  describe('wirekite_status', () => {
    test('one row, from the first moment', async () => {
      const { db } = await freshControl(target);
      expect(await readStatus(db)).toMatchObject({
        status: 'not started',
        records_total: 0,
        progress_percent: 0,
        migration: 'shop',
        action: 'RUN',
      });
    });

    test('counts finished chunks and marks, and says what is missing', async () => {
      const { db } = await freshControl(target);
      await loading(db);
      expect(await readStatus(db)).toMatchObject({
        status: 'no coordinator',
        records_processed: 20,
        records_total: 100,
        progress_percent: 20,
        current_table: 'public.items',
        tables_total: 1,
        open_tables: 1,
        workers_alive: 2,
      });
      await worker(db, 'coordinate');
      expect(await readStatus(db)).toMatchObject({
        status: 'running',
        eta_completion: expect.any(String),
        records_per_hour: expect.any(Number),
      });
      await db.query(`UPDATE wirekite_action SET action = 'PAUSE'`);
      expect(await readStatus(db)).toMatchObject({ status: 'paused', action: 'PAUSE' });
      await db.query(`UPDATE wirekite_action SET action = 'RUN'`);
      await insertCommand(db, { action: 'PAUSE' });
      expect(await readStatus(db)).toMatchObject({ status: 'paused', action: 'RUN' });
      await insertCommand(db, { action: 'STOP' });
      expect(await readStatus(db)).toMatchObject({ status: 'stopped' });
      await insertCommand(db, { action: 'RUN' });
      expect(await readStatus(db)).toMatchObject({ status: 'running' });
    });

    test('a run that ended with a stopped table has failed', async () => {
      const { db } = await freshControl(target);
      await loading(db);
      await failTable(db, 'public.items', 'bad row');
      expect(await readStatus(db)).toMatchObject({
        status: 'failed',
        failed_tables: 1,
        errors_total: 1,
        errors_escalated: 1,
      });
    });

    test('a spoilt mark does not spoil it', async () => {
      const { db } = await freshControl(target);
      await loading(db);
      await db.query(`UPDATE wirekite_progress SET mark = 'abc' WHERE operation = 'D'`);
      expect(await readStatus(db)).toMatchObject({ records_processed: 0 });
    });

    test.runIf(isPostgres(target))(
      'CP-10 names the session that holds an uncommitted change of the action',
      async () => {
        const { db, operator } = await freshControl(target);
        const sql = await operator();
        await sql.transaction(async (tx) => {
          await tx.query(`UPDATE wirekite.wirekite_action SET action = 'STOP'`);
          expect(await readStatus(db)).toMatchObject({
            action: 'RUN',
            change_held_by: expect.stringContaining(`session ${sql.session} of`),
          });
        });
        expect(await readStatus(db)).toMatchObject({ action: 'STOP', change_held_by: null });
      },
    );
  });

  describe('wirekite_stuck', () => {
    const verdicts = async (db: Db) =>
      (await db.query(`SELECT concat(operation, ': ', verdict) AS v FROM wirekite_stuck ORDER BY 1`)).rows.map(
        (row) => row['v'],
      );

    test('working, slow, paused, dead, waiting for a worker', async () => {
      const { db } = await freshControl(target);
      const me = await loading(db);
      expect(await verdicts(db)).toEqual(['D: working', 'DE: waiting for a worker']);
      await db.query(`UPDATE wirekite_progress SET updated_at = CURRENT_TIMESTAMP - INTERVAL '2' MINUTE`);
      expect(await verdicts(db)).toContain('D: slow');
      await heartbeat(db, [{ worker: me, state: 'PAUSED', why: 'PAUSE by alice' }]);
      expect(await verdicts(db)).toContain('D: paused');
      await endLease(db, me);
      expect(await verdicts(db)).toContain('D: dead');
      const { rows } = await db.query(`SELECT reason FROM wirekite_stuck WHERE verdict = 'dead'`);
      expect(rows[0]?.['reason']).toMatch(/has not been heard of since .* another one takes over/);
    });

    test.runIf(isPostgres(target))('a viewer sees what the sessions do, too', async () => {
      const { db } = await freshControl(target);
      const viewer = `viewer_${Date.now()}`;
      await loading(db);
      await db.query(`CREATE ROLE ${viewer}; GRANT USAGE ON SCHEMA wirekite TO ${viewer}; GRANT SELECT ON wirekite_stuck TO ${viewer};
      GRANT EXECUTE ON FUNCTION session_of(bigint) TO ${viewer}`);
      const seen = await db.transaction(async (tx) => {
        await tx.query(`SET LOCAL ROLE ${viewer}`);
        return tx.query(`SELECT target_query FROM wirekite_stuck WHERE operation = 'D'`);
      });
      await db.query(`DROP OWNED BY ${viewer}; DROP ROLE ${viewer}`);
      expect(seen.rows).toEqual([{ target_query: expect.stringContaining('wirekite_stuck') }]);
    });

    test('waiting for a lock, and whose; also for a step of the plan', async () => {
      const { db, open } = await freshControl(target);
      await db.query('CREATE TABLE items (id int)');
      const [holder, waiter] = [await open(), await open()];
      const id = await worker(waiter);
      await insertTasks(db, [{ id: 'index x', kind: 'index', statements: ['CREATE INDEX'], needs: [], bytes: 0 }]);
      await makeReady(db);
      await claimTask(db, id);
      let waiting: Promise<unknown> = Promise.resolve();
      await holder.transaction(async (tx) => {
        await tx.query(isPostgres(target) ? 'LOCK TABLE items' : 'SELECT 1 FROM items');
        waiting = waiter.query('ALTER TABLE items ADD name varchar(1)').catch(() => undefined);
        await untilBlocked(db, waiter.session);
        const { rows } = await db.query('SELECT verdict, reason, source FROM wirekite_stuck');
        expect(rows).toEqual([
          {
            verdict: 'waiting for a lock',
            source: 'index x',
            reason: expect.stringContaining(
              isPostgres(target) ? `held by session ${holder.session}` : 'Waiting for table',
            ),
          },
        ]);
      });
      await waiting;
    });
  });

  test('wirekite_restarts and wirekite_incomplete show what was taken up again', async () => {
    const { db } = await freshControl(target);
    await planned(db, 1);
    await claimExtract(db, await worker(db));
    await db.query(
      "UPDATE wirekite_worker SET lease_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND WHERE role = 'load'",
    );
    await claimExtract(db, await worker(db));
    expect((await db.query('SELECT source, restarts FROM wirekite_restarts')).rows).toEqual([
      { source: 'public.items.0.dkt', restarts: 1 },
    ]);
    expect((await db.query('SELECT source, operation FROM wirekite_incomplete')).rows).toEqual([
      { source: 'public.items.0.dkt', operation: 'DE' },
    ]);
    const { rows } = await db.query('SELECT * FROM wirekite_lag');
    expect(rows.map((row) => Object.values(row))).toEqual([Array(7).fill(null)]);
    expect(await tables(db)).toHaveLength(1);
  });
});
