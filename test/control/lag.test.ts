import { describe, expect, test } from 'vitest';
import { joinLane } from '../../src/control/behind.js';
import { caughtUpSince, clock, insertSample, readLag } from '../../src/control/sample.js';
import { openSnapshot } from '../../src/control/snapshot.js';
import { readStatus } from '../../src/control/status.js';
import { moveStream } from '../../src/control/stream.js';
import { failTable } from '../../src/control/table.js';
import { heartbeat } from '../../src/control/worker.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { applyTo, capturer, follower, loaded, opened, record } from './changes.js';
import { endLease, freshControl, worker } from './schema.js';

const sample = (db: PgDb, bytes: number, keptBytes = 0, limitBytes?: number) =>
  insertSample(db, { position: `0/${bytes}`, bytes, keptBytes, limitBytes });

const age = (db: PgDb, bytes: number, interval: string) =>
  db.query(`UPDATE wirekite_sample SET sampled_at = clock_timestamp() - :interval::interval WHERE log_bytes = :bytes`, {
    bytes,
    interval,
  });

/** One table in step. */
async function following(major: 10 | 15 | 18 = 18) {
  const control = await opened(['public.a'], major);
  const { db } = control;
  await loaded(db, 'public.a');
  await joinLane(db, [{ table: 'public.a', generation: 1, appliedSeq: 0 }], 0);
  return { ...control, stream: await capturer(db), lane: await follower(db) };
}

describe.each([10, 18] as const)('wirekite_lag on PostgreSQL %i', (major) => {
  test('is the age of the newest sample that is applied, and nothing once it is a fresh one', async () => {
    const { db, stream, lane } = await following(major);
    await age(db, 100, '60 seconds');
    await sample(db, 105);
    await age(db, 105, '40 seconds');
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

describe('the lag', () => {
  test('grows while nobody looks', async () => {
    const { db } = await following();
    await age(db, 100, '5 seconds');
    expect(await readLag(db)).toMatchObject({ seconds: 0 });
    await age(db, 100, '90 seconds');
    expect(await readLag(db)).toMatchObject({ bytes: 0, seconds: expect.closeTo(90, -1) });
  });

  test('an idle source has none, also when its log has not moved since the last look', async () => {
    const { db } = await following();
    await age(db, 100, '90 seconds');
    await sample(db, 100);
    expect(await readLag(db)).toMatchObject({ bytes: 0, seconds: 0 });
  });

  test('is that of all tables as long as none is in step: the lane has nothing to do then', async () => {
    const { db } = await opened(['public.a']);
    await age(db, 100, '60 seconds');
    await sample(db, 105);
    await record(db, await capturer(db), [1, 5]);
    await applyTo(db, await follower(db), 5);
    expect(await readLag(db)).toMatchObject({ seconds: expect.closeTo(60, -1), transactions: 5, tablesBehind: 1 });
  });

  test('is unknown as long as no changes are followed', async () => {
    const { db } = await freshControl(18);
    expect(await readLag(db)).toBeUndefined();
  });
});

test('caught up is who has applied what the source had committed after a moment', async () => {
  const { db, stream, lane } = await following();
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
  const { db } = await following();
  await db.query(`UPDATE wirekite_sample SET sampled_at = clock_timestamp() - interval '5 days';
    INSERT INTO wirekite_sample (sampled_at, position, log_bytes)
    SELECT date_trunc('minute', clock_timestamp()) - n * interval '20 seconds', '', 1000 - n FROM generate_series(1, 600) n;
    INSERT INTO wirekite_sample (sampled_at, position, log_bytes) VALUES (clock_timestamp() - interval '4 days', '', 101)`);
  await sample(db, 2000);
  const count = async (where: string) =>
    (await db.query(`SELECT count(*)::int AS n FROM wirekite_sample WHERE ${where}`)).rows[0]?.['n'];
  expect(await count(`sampled_at < now() - interval '3 days'`)).toBe(1);
  expect(await count(`log_bytes = 100 AND last_seq = 0`)).toBe(1);
  expect(await count(`sampled_at BETWEEN now() - interval '3 days' AND now() - interval '62 minutes'`)).toBeLessThan(
    142,
  );
  expect(await count(`sampled_at BETWEEN now() - interval '3 days' AND now() - interval '62 minutes'`)).toBeGreaterThan(
    134,
  );
  expect(await count(`sampled_at > now() - interval '59 minutes'`)).toBeGreaterThan(170);
});

describe('wirekite_pause_budget', () => {
  const budget = async (db: PgDb) => (await db.query('SELECT * FROM wirekite_pause_budget')).rows[0];

  test('one row of nothing where no changes are followed', async () => {
    const { db } = await freshControl(18);
    expect(await budget(db)).toMatchObject({ log_kept_bytes: null, hours_left: null, snapshot_age_seconds: null });
  });

  test('hours until the source gives up, by the last ten minutes', async () => {
    const { db, stream } = await following();
    await openSnapshot(db, { position: '0/1', ticket: 't', worker: 'w' });
    await db.query(`UPDATE wirekite_snapshot SET opened_at = now() - interval '1 hour'`);
    await age(db, 100, '2 hours');
    await sample(db, 1000);
    await age(db, 1000, '360 seconds');
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
    expect(await budget(db)).toMatchObject({ hours_left: '0' });
  });
});

describe('wirekite_status', () => {
  test('running, catching up, following; a PAUSE or a lost coordinator is said first', async () => {
    const { db } = await opened(['public.a', 'public.b']);
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
    await db.query('SELECT pause()');
    expect(await readStatus(db)).toMatchObject({ status: 'paused' });
    await db.query('SELECT resume()');
    await endLease(db, coordinator);
    expect(await readStatus(db)).toMatchObject({ status: 'no coordinator' });
    await db.query(`UPDATE wirekite_table SET state = 'LOADED', applied_seq = 3 WHERE table_name = 'public.b'`);
    await failTable(db, 'public.b', 'test');
    expect(await readStatus(db)).toMatchObject({ status: 'failed', failed_tables: 1 });
  });
});

describe('wirekite_stuck', () => {
  const verdicts = async (db: PgDb) =>
    (await db.query<{ v: string }>(`SELECT target || ': ' || verdict AS v FROM wirekite_stuck ORDER BY 1`)).rows.map(
      ({ v }) => v,
    );

  test('an idle stream works, an idle lane too; files are in the hands of the lane’s worker', async () => {
    const { db, stream, lane } = await following();
    await heartbeat(db, [{ worker: lane.worker, state: 'RUNNING', why: 'waits for changes' }]);
    await db.query(`UPDATE wirekite_progress SET updated_at = now() - interval '5 minutes'`);
    expect(await verdicts(db)).toEqual(['CE: working', 'changes: working']);
    const { rows } = await db.query(`SELECT reason, worker FROM wirekite_stuck WHERE target = 'changes'`);
    expect(rows).toEqual([{ reason: 'waits for changes', worker: lane.worker }]);
    await record(db, stream, [1, 5]);
    expect(await verdicts(db)).toEqual(['C: working', 'CE: working', 'changes: working']);
    await db.query(`UPDATE wirekite_progress SET start_time = now() - interval '5 minutes' WHERE target = 'C'`);
    expect(await verdicts(db)).toEqual(['C: slow', 'CE: working', 'changes: slow']);
    await heartbeat(db, [{ worker: lane.worker, state: 'PAUSED' }]);
    expect(await verdicts(db)).toEqual(['C: paused', 'CE: working', 'changes: paused']);
    await endLease(db, lane.worker);
    expect(await verdicts(db)).toEqual(['C: dead', 'CE: working', 'changes: dead']);
  });

  test('a lane that nobody has, and why', async () => {
    const { db } = await opened();
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

test.each([10, 18] as const)(
  'PR-17 the views answer within a second over 20,000 files on PostgreSQL %i',
  async (major) => {
    const { db, lane } = await following(major);
    await db.query(`INSERT INTO wirekite_progress (source, target, operation, start_time, chunk_number, first_seq, last_seq, byte_count)
      SELECT n || '.ckt', 'C', 'C', now(), n, n, n, 1000 FROM generate_series(1, 20000) n;
    UPDATE wirekite_progress SET last_seq = 20000 WHERE target = 'CE';
    ANALYZE wirekite_progress`);
    await applyTo(db, lane, 10);
    const began = performance.now();
    for (const view of ['status', 'incomplete', 'stuck', 'lag', 'following', 'pause_budget'])
      await db.query(`SELECT * FROM wirekite_${view}`);
    expect(performance.now() - began).toBeLessThan(1000);
  },
);
