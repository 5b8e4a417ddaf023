import { describe, expect, test } from 'vitest';
import { readAction } from '../../src/control/action.js';
import {
  endLeases,
  heartbeat,
  leaveWorkers,
  livingWorkers,
  newWorkerId,
  registerWorkers,
  type WorkerState,
} from '../../src/control/worker.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { endLease, freshControl, worker } from './schema.js';

const beat = async (db: PgDb, id: string, state: WorkerState) => {
  const { word, readAt } = await readAction(db);
  return heartbeat(db, [{ worker: id, state, actionRead: word, actionReadAt: readAt, targetSession: db.session }]);
};

describe('leases', () => {
  test('one beat renews them all and tells whose had ended or had gone', async () => {
    const { db } = await freshControl(18);
    const [alive, late, gone] = [await worker(db), await worker(db), await worker(db)];
    await endLease(db, late);
    await db.query('DELETE FROM wirekite_worker WHERE worker = :gone', { gone });
    const units = [alive, late, gone].map((id) => ({
      worker: id,
      state: 'RUNNING' as const,
      why: 'test',
      atMark: 'a.0.dkt 7',
    }));
    expect(await heartbeat(db, units)).toEqual([
      { worker: late, lost: 'lease' },
      { worker: gone, lost: 'gone' },
    ]);
    expect((await livingWorkers(db)).map((w) => [w.worker, w.state, w.atMark])).toEqual(
      [alive, late].sort().map((id) => [id, 'RUNNING', 'a.0.dkt 7']),
    );
  });

  test('a dead process loses its leases at once, another one of the same host does not', async () => {
    const { db } = await freshControl(18);
    const [dead, alive] = [newWorkerId('load', 1), newWorkerId('load', 1)];
    expect(dead).not.toBe(alive);
    const unit = (id: string) => [{ worker: id, role: 'load', version: 'test' }];
    await registerWorkers(db, unit(dead), 'here', 11);
    await registerWorkers(db, unit(alive), 'here', 12);
    expect(await endLeases(db, { host: 'here', pid: 11, why: 'killed' })).toEqual([dead]);
    expect((await livingWorkers(db)).map((w) => w.worker)).toEqual([alive]);
    await leaveWorkers(db, [alive]);
    expect(await livingWorkers(db)).toEqual([]);
    expect((await db.query('SELECT state FROM wirekite_worker ORDER BY pid')).rows).toEqual([
      { state: 'DEAD' },
      { state: 'STOPPED' },
    ]);
  });
});

const waitFor = async (db: PgDb, word: string, seconds: number): Promise<unknown> =>
  (await db.query(`SELECT wait_for(:word, :seconds) AS done`, { word, seconds })).rows[0]?.['done'];

describe.each([10, 15, 18] as const)('wait_for on PostgreSQL %i', (major) => {
  test('true once every worker has read the word after the call and obeys', async () => {
    const { db, open } = await freshControl(major);
    const [first, second] = [await worker(db), await worker(db)];
    await db.query('SELECT pause()');
    await beat(db, first, 'PAUSED');
    await beat(db, second, 'PAUSED');
    const waiter = await open();
    expect(await waitFor(waiter, 'PAUSE', 0.3)).toBe(false);
    const answer = waitFor(waiter, 'pause', 30);
    let over = false;
    void answer.then(() => (over = true));
    while (!over) {
      await beat(db, first, 'PAUSED');
      await beat(db, second, 'PAUSED');
    }
    expect(await answer).toBe(true);
  });

  test('not while one is still pausing, or while a dead one has a session', async () => {
    const { db, open } = await freshControl(major);
    const id = await worker(db);
    await db.query('SELECT pause()');
    const waiter = await open();
    const still = waitFor(waiter, 'PAUSE', 0.5);
    await beat(db, id, 'PAUSING');
    expect(await still).toBe(false);
    await endLease(db, id);
    expect(await waitFor(waiter, 'PAUSE', 0.3)).toBe(false);
    await db.query('UPDATE wirekite_worker SET target_session = NULL');
    expect(await waitFor(waiter, 'PAUSE', 0.3)).toBe(true);
  });

  test('refuses a transaction that could not see the answer', async () => {
    const { open } = await freshControl(major);
    const sql = await open();
    await expect(sql.query(`UPDATE wirekite_action SET action = 'PAUSE'; SELECT wait_for('PAUSE', 1)`)).rejects.toThrow(
      /COMMIT the change first/,
    );
    await expect(sql.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT wait_for('RUN', 1)`)).rejects.toThrow(
      /COMMIT the change first/,
    );
    await sql.query('ROLLBACK');
    await expect(waitFor(sql, 'PAUSED', 1)).rejects.toThrow(/'PAUSED' is not one of RUN, PAUSE, STOP/);
    expect(await waitFor(sql, 'RUN', 1)).toBe(true);
  });
});
