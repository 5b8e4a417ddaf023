import { describe, expect, test } from 'vitest';
import { joinLane } from '../../src/control/behind.js';
import { caughtUpSince, clock, insertSample, readLag } from '../../src/control/sample.js';
import { openSnapshot } from '../../src/control/snapshot.js';
import { readStatus } from '../../src/control/status.js';
import { moveStream } from '../../src/control/stream.js';
import { failTable } from '../../src/control/table.js';
import { heartbeat } from '../../src/control/worker.js';
import type { Db } from '../../src/db/db.js';
import { applyTo, capturer, follower, loaded, opened, record } from './changes.js';
import { endLease, analyze, freshControl, isPostgres, numbers, worker, TARGETS, type Target } from './schema.js';

const sample = (db: Db, bytes: number, keptBytes = 0, limitBytes?: number) =>
  insertSample(db, { position: `0/${bytes}`, bytes, keptBytes, limitBytes });

const age = (db: Db, bytes: number, seconds: number) =>
  db.query(
    `UPDATE wirekite_sample SET sampled_at = CURRENT_TIMESTAMP - INTERVAL '${seconds}' SECOND WHERE log_bytes = :bytes`,
    { bytes },
  );

/** One table in step. */
async function following(target: Target) {
  const control = await opened(target, ['public.a']);
  const { db } = control;
  await loaded(db, 'public.a');
  await joinLane(db, [{ table: 'public.a', generation: 1, appliedSeq: 0 }], 0);
  return { ...control, stream: await capturer(db), lane: await follower(db) };
}

describe.each<Target>([10, 18, 'MariaDB'])('wirekite_lag on %s', (target) => {
  test('is the age of the newest sample that is applied, and nothing once it is a fresh one', async () => {
    const { db, stream, lane } = await following(target);
    await age(db, 100, 60);
    await sample(db, 105);
    await age(db, 105, 40);
    await sample(db, 110);
    expect(await readLag(db)).toMatchObject({ bytes: 10, seconds: expect.closeTo(60, -1), transactions: 0 });
    const claim = await record(db, stream, [1, 5]);
    expect(await readLag(db)).toMatchObject({ bytes: 10, seconds: expect.closeTo(60, -1), transactions: 5 });
    await applyTo(db, lane, 4);
    expect(await readLag(db)).toMatchObject({ seconds: expect.closeTo(60, -1), transactions: 1 });
    await applyTo(db, lane, 5);
    expect(await readLag(db)).toMatchObject({ bytes: 5, seconds: expect.closeTo(40, -1), transactions: 0 });
    await moveStream(db, claim, { position: '0/110', bytes: 110 });
    expect(await readLag(db)).toEqual({ bytes: 0, seconds: 0, transactions: 0, tablesBehind: 0 });
  });
});

test.each<Target>([10, 18, 'MariaDB'])(
  'PR-17 the views answer within a second over very many files on %s',
  async (target) => {
    const { db, lane } = await following(target);
    const count = isPostgres(target) ? 20_000 : 10_000;
    await db.query(`INSERT INTO wirekite_progress (source, target, operation, start_time, chunk_number, first_seq, last_seq, byte_count)
      SELECT concat(n, '.ckt'), 'C', 'C', CURRENT_TIMESTAMP, n, n, n, 1000 FROM ${numbers(count)};
    UPDATE wirekite_progress SET last_seq = ${count} WHERE target = 'CE'`);
    await analyze(db, 'wirekite_progress');
    await applyTo(db, lane, 10);
    const began = performance.now();
    for (const view of ['status', 'incomplete', 'stuck', 'lag', 'following', 'pause_budget'])
      await db.query(`SELECT * FROM wirekite_${view}`);
    expect(performance.now() - began).toBeLessThan(1000);
  },
);

describe.each(TARGETS)('on %s', (target) => {
  describe('the lag', () => {
    test('grows while nobody looks', async () => {
      const { db } = await following(target);
      await age(db, 100, 5);
      expect(await readLag(db)).toMatchObject({ seconds: 0 });
      await age(db, 100, 90);
      expect(await readLag(db)).toMatchObject({ bytes: 0, seconds: expect.closeTo(90, -1) });
    });

    test('an idle source has none, also when its log has not moved since the last look', async () => {
      const { db } = await following(target);
      await age(db, 100, 90);
      await sample(db, 100);
      expect(await readLag(db)).toMatchObject({ bytes: 0, seconds: 0 });
    });

    test('is that of all tables as long as none is in step: the lane has nothing to do then', async () => {
      const { db } = await opened(target, ['public.a']);
      await age(db, 100, 60);
      await sample(db, 105);
      await record(db, await capturer(db), [1, 5]);
      await applyTo(db, await follower(db), 5);
      expect(await readLag(db)).toMatchObject({ seconds: expect.closeTo(60, -1), transactions: 5, tablesBehind: 1 });
    });

    test('is unknown as long as no changes are followed', async () => {
      const { db } = await freshControl(target);
      expect(await readLag(db)).toBeUndefined();
    });
  });

  test('caught up is who has applied what the source had committed after a moment', async () => {
    const { db, stream, lane } = await following(target);
    const since = await clock(db);
    expect(await caughtUpSince(db, since)).toBe(false);
    await sample(db, 105);
    expect(await caughtUpSince(db, since)).toBe(false);
    await record(db, stream, [1, 5]);
    expect(await caughtUpSince(db, since)).toBe(false);
    await applyTo(db, lane, 5);
    expect(await caughtUpSince(db, since)).toBe(true);
    await db.query('UPDATE wirekite_table SET applied_seq = 3');
    expect(await caughtUpSince(db, since)).toBe(false);
  });

  test('samples are thinned with age, but the newest that is applied stays', async () => {
    const { db } = await following(target);
    const ago = isPostgres(target)
      ? `date_trunc('minute', clock_timestamp()) - n * interval '20 seconds'`
      : 'UTC_TIMESTAMP() - INTERVAL SECOND(UTC_TIMESTAMP()) + 20 * n SECOND';
    await db.query(`UPDATE wirekite_sample SET sampled_at = CURRENT_TIMESTAMP - INTERVAL '5' DAY;
    INSERT INTO wirekite_sample (sampled_at, position, log_bytes)
    SELECT ${ago}, '', 1000 - n FROM ${numbers(600)};
    INSERT INTO wirekite_sample (sampled_at, position, log_bytes) VALUES (CURRENT_TIMESTAMP - INTERVAL '4' DAY, '', 101)`);
    await sample(db, 2000);
    const count = async (where: string) =>
      Number((await db.query(`SELECT count(*) AS n FROM wirekite_sample WHERE ${where}`)).rows[0]?.['n']);
    expect(await count(`sampled_at < CURRENT_TIMESTAMP - INTERVAL '3' DAY`)).toBe(1);
    expect(await count(`log_bytes = 100 AND last_seq = 0`)).toBe(1);
    expect(
      await count(
        `sampled_at BETWEEN CURRENT_TIMESTAMP - INTERVAL '3' DAY AND CURRENT_TIMESTAMP - INTERVAL '62' MINUTE`,
      ),
    ).toBeLessThan(142);
    expect(
      await count(
        `sampled_at BETWEEN CURRENT_TIMESTAMP - INTERVAL '3' DAY AND CURRENT_TIMESTAMP - INTERVAL '62' MINUTE`,
      ),
    ).toBeGreaterThan(134);
    expect(await count(`sampled_at > CURRENT_TIMESTAMP - INTERVAL '59' MINUTE`)).toBeGreaterThan(170);
  });

  describe('wirekite_pause_budget', () => {
    const budget = async (db: Db) => (await db.query('SELECT * FROM wirekite_pause_budget')).rows[0];

    test('one row of nothing where no changes are followed', async () => {
      const { db } = await freshControl(target);
      expect(await budget(db)).toMatchObject({ log_kept_bytes: null, hours_left: null, snapshot_age_seconds: null });
    });

    test('hours until the source gives up, by the last ten minutes', async () => {
      const { db, stream } = await following(target);
      await openSnapshot(db, { position: '0/1', ticket: 't', worker: 'w' });
      await db.query(`UPDATE wirekite_snapshot SET opened_at = CURRENT_TIMESTAMP - INTERVAL '1' HOUR`);
      await age(db, 100, 7200);
      await sample(db, 1000);
      await age(db, 1000, 360);
      await record(db, stream, [1, 5], [6, 7]);
      await sample(db, 11_000, 50_000, 250_000);
      const found = await budget(db);
      expect(found).toMatchObject({ log_kept_bytes: '50000', log_limit_bytes: '250000', changes_bytes: '2000' });
      expect(found).toMatchObject({ changes_budget_bytes: '5000000000' });
      expect(Number(found?.['log_bytes_per_hour'])).toBeCloseTo(100_000, -3);
      expect(Number(found?.['hours_left'])).toBeCloseTo(2, 1);
      expect(Number(found?.['snapshot_age_seconds'])).toBeCloseTo(3600, -1);
      await sample(db, 12_000, 50_000);
      expect(await budget(db)).toMatchObject({ log_limit_bytes: null, hours_left: null });
      await sample(db, 12_000, 50_000, 40_000);
      expect(Number((await budget(db))?.['hours_left'] ?? 1)).toBe(0);
    });
  });

  describe('wirekite_status', () => {
    test('running, catching up, following; a PAUSE or a lost coordinator is said first', async () => {
      const { db } = await opened(target, ['public.a', 'public.b']);
      const coordinator = await worker(db, 'coordinate');
      await loaded(db, 'public.a');
      await joinLane(db, [{ table: 'public.a', generation: 1, appliedSeq: 0 }], 0);
      expect(await readStatus(db)).toMatchObject({ status: 'running', open_tables: 2 });
      await loaded(db, 'public.b');
      expect(await readStatus(db)).toMatchObject({ status: 'catching up', progress_percent: 100 });
      await joinLane(db, [{ table: 'public.b', generation: 1, appliedSeq: 0 }], 0);
      expect(await readStatus(db)).toMatchObject({ status: 'following', progress_percent: 100 });
      await db.query(`UPDATE wirekite_table SET state = 'DONE'; UPDATE wirekite_task SET state = 'DONE'`);
      expect(await readStatus(db)).toMatchObject({ status: 'following', open_tables: 0 });
      await db.query(`UPDATE wirekite_action SET action = 'PAUSE'`);
      expect(await readStatus(db)).toMatchObject({ status: 'paused' });
      await db.query(`UPDATE wirekite_action SET action = 'RUN'`);
      await endLease(db, coordinator);
      expect(await readStatus(db)).toMatchObject({ status: 'no coordinator' });
      await db.query(`UPDATE wirekite_table SET state = 'LOADED', applied_seq = 3 WHERE table_name = 'public.b'`);
      await failTable(db, 'public.b', 'test');
      expect(await readStatus(db)).toMatchObject({ status: 'failed', failed_tables: 1 });
    });
  });

  describe('wirekite_stuck', () => {
    const verdicts = async (db: Db) =>
      (
        await db.query<{ v: string }>(`SELECT concat(target, ': ', verdict) AS v FROM wirekite_stuck ORDER BY 1`)
      ).rows.map(({ v }) => v);

    test('an idle stream works, an idle lane too; files are in the hands of the lane’s worker', async () => {
      const { db, stream, lane } = await following(target);
      await heartbeat(db, [{ worker: lane.worker, state: 'RUNNING', why: 'waits for changes' }]);
      await db.query(`UPDATE wirekite_progress SET updated_at = CURRENT_TIMESTAMP - INTERVAL '5' MINUTE`);
      expect(await verdicts(db)).toEqual(['CE: working', 'changes: working']);
      const { rows } = await db.query(`SELECT reason, worker FROM wirekite_stuck WHERE target = 'changes'`);
      expect(rows).toEqual([{ reason: 'waits for changes', worker: lane.worker }]);
      await record(db, stream, [1, 5]);
      expect(await verdicts(db)).toEqual(['C: working', 'CE: working', 'changes: working']);
      await db.query(
        `UPDATE wirekite_progress SET start_time = CURRENT_TIMESTAMP - INTERVAL '5' MINUTE WHERE target = 'C'`,
      );
      expect(await verdicts(db)).toEqual(['C: slow', 'CE: working', 'changes: slow']);
      await heartbeat(db, [{ worker: lane.worker, state: 'PAUSED' }]);
      expect(await verdicts(db)).toEqual(['C: paused', 'CE: working', 'changes: paused']);
      await endLease(db, lane.worker);
      expect(await verdicts(db)).toEqual(['C: dead', 'CE: working', 'changes: dead']);
    });

    test('a lane that nobody has, and why', async () => {
      const { db } = await opened(target);
      await record(db, await capturer(db), [1, 5]);
      await db.query(`UPDATE wirekite_progress SET error = 'the target is full' WHERE target = 'changes'`);
      const { rows } = await db.query(
        `SELECT target, verdict, reason FROM wirekite_stuck WHERE operation = 'C' ORDER BY 1`,
      );
      expect(rows).toEqual([
        { target: 'C', verdict: 'waiting for a worker', reason: 'the target is full' },
        { target: 'changes', verdict: 'waiting for a worker', reason: 'the target is full' },
      ]);
    });
  });
});
