import { describe, expect, test } from 'vitest';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import { sealChunk } from '../../src/control/progress.js';
import { readStatus } from '../../src/control/status.js';
import { failTable, foldTotals, tables } from '../../src/control/table.js';
import { claimTask, insertTasks, makeReady } from '../../src/control/task.js';
import { heartbeat } from '../../src/control/worker.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { endLease, freshControl, planned, worker } from './schema.js';

/** A chunk of 50 rows in the hands of a loader, at mark 20. */
async function loading(db: PgDb) {
  await planned(db, 2);
  const me = await worker(db);
  const slice = await claimExtract(db, me);
  if (slice) await sealChunk(db, slice, { rows: 50, rawBytes: 500, checksum: 'c' });
  await claimLoad(db, me);
  await db.query(`UPDATE wirekite_progress SET mark = '20' WHERE operation = 'D'`);
  return me;
}

describe('wirekite_status', () => {
  test('one row, from the first moment', async () => {
    const { db } = await freshControl(18);
    expect(await readStatus(db)).toMatchObject({
      status: 'not started',
      records_total: 0,
      progress_percent: 0,
      migration: 'shop',
      action: 'RUN',
    });
  });

  test('counts finished chunks and marks, and says what is missing', async () => {
    const { db } = await freshControl(15);
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
    await db.query('SELECT pause()');
    expect(await readStatus(db)).toMatchObject({ status: 'paused', action: 'PAUSE' });
  });

  test('a run that ended with a stopped table has failed', async () => {
    const { db } = await freshControl(18);
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
    const { db } = await freshControl(18);
    await loading(db);
    await db.query(`UPDATE wirekite_progress SET mark = 'abc' WHERE operation = 'D'`);
    expect(await readStatus(db)).toMatchObject({ records_processed: 0 });
  });

  test('CP-10 names the session that holds an uncommitted change of the action', async () => {
    const { db, operator } = await freshControl(18);
    const sql = await operator();
    await sql.transaction(async (tx) => {
      await tx.query(`UPDATE wirekite.wirekite_action SET action = 'STOP'`);
      expect(await readStatus(db)).toMatchObject({
        action: 'RUN',
        change_held_by: expect.stringContaining(`session ${sql.session} of`),
      });
    });
    expect(await readStatus(db)).toMatchObject({ action: 'STOP', change_held_by: null });
  });

  test.each([10, 15, 18] as const)(
    'PR-17 answers within a second over 100,000 progress rows on PostgreSQL %i',
    async (major) => {
      const { db } = await freshControl(major);
      await db.query(`
      INSERT INTO wirekite_table (table_name, target_name, state, chunk_count)
      SELECT 'public.t' || i, 'public.t' || i, 'COPYING', 50 FROM generate_series(1, 1000) i;
      INSERT INTO wirekite_progress (source, target, operation, mark, table_name, start_time, finish_time, chunk_number, row_count, byte_count, claimed_at)
      SELECT format('public.t%s.%s.dkt', t, c), o, o, '7', 'public.t' || t, now(), CASE WHEN c > 0 OR t > 8 THEN now() END, c, 7, 70, now()
      FROM generate_series(1, 1000) t, generate_series(0, 49) c, unnest(ARRAY['DE', 'D']) o;
      ANALYZE wirekite_progress; ANALYZE wirekite_table`);
      const began = performance.now();
      await foldTotals(db);
      const folded = performance.now();
      for (const view of ['status', 'incomplete', 'stuck', 'restarts', 'lag'])
        await db.query(`SELECT * FROM wirekite_${view}`);
      expect(performance.now() - folded).toBeLessThan(1000);
      expect(folded - began).toBeLessThan(10_000);
      expect(await readStatus(db)).toMatchObject({ records_processed: 350_000, tables_total: 1000 });
    },
  );
});

describe('wirekite_stuck', () => {
  const verdicts = async (db: PgDb) =>
    (await db.query(`SELECT operation || ': ' || verdict AS v FROM wirekite_stuck ORDER BY 1`)).rows.map(
      (row) => row['v'],
    );

  test('working, slow, paused, dead, waiting for a worker', async () => {
    const { db } = await freshControl(15);
    const me = await loading(db);
    expect(await verdicts(db)).toEqual(['D: working', 'DE: waiting for a worker']);
    await db.query(`UPDATE wirekite_progress SET updated_at = now() - interval '2 minutes'`);
    expect(await verdicts(db)).toContain('D: slow');
    await heartbeat(db, [{ worker: me, state: 'PAUSED', why: 'PAUSE by alice' }]);
    expect(await verdicts(db)).toContain('D: paused');
    await endLease(db, me);
    expect(await verdicts(db)).toContain('D: dead');
    const { rows } = await db.query(`SELECT reason FROM wirekite_stuck WHERE verdict = 'dead'`);
    expect(rows[0]?.['reason']).toMatch(/has not been heard of since .* another one takes over/);
  });

  test('a viewer sees what the sessions do, too', async () => {
    const { db } = await freshControl(18);
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
    const { db, open } = await freshControl(18);
    await db.query('CREATE TABLE public.items (id int)');
    const [holder, waiter] = [await open(), await open()];
    const id = await worker(waiter);
    await insertTasks(db, [{ id: 'index x', kind: 'index', statements: ['CREATE INDEX'], needs: [], bytes: 0 }]);
    await makeReady(db);
    await claimTask(db, id);
    let waiting: Promise<unknown> = Promise.resolve();
    await holder.transaction(async (tx) => {
      await tx.query('LOCK TABLE public.items');
      waiting = waiter.query('SELECT count(*) FROM public.items').catch(() => undefined);
      const blocked = `SELECT 1 FROM pg_locks WHERE pid = :pid::int AND NOT granted`;
      while ((await db.query(blocked, { pid: waiter.session })).rows.length === 0);
      const { rows } = await db.query('SELECT verdict, reason, source FROM wirekite_stuck');
      expect(rows).toEqual([
        {
          verdict: 'waiting for a lock',
          source: 'index x',
          reason: expect.stringContaining(`held by session ${holder.session}`),
        },
      ]);
    });
    await waiting;
  });
});

test('wirekite_restarts and wirekite_incomplete show what was taken up again', async () => {
  const { db } = await freshControl(18);
  await planned(db, 1);
  await claimExtract(db, await worker(db));
  await db.query("UPDATE wirekite_worker SET lease_until = now() - interval '1 second' WHERE role = 'load'");
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
