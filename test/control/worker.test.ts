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
import type { Db } from '../../src/db/db.js';
import { endLease, freshControl, isPostgres, worker, TARGETS, type Target } from './schema.js';

const beat = async (db: Db, id: string, state: WorkerState) => {
  const { word, readAt } = await readAction(db);
  return heartbeat(db, [{ worker: id, state, actionRead: word, actionReadAt: readAt, targetSession: db.session }]);
};

const waitFor = async (db: Db, word: string, seconds: number): Promise<boolean> => {
  const sql =
    db.dialect === 'postgres'
      ? `SELECT CASE WHEN wait_for(:word, :seconds) THEN 'YES' ELSE 'NO' END AS reached`
      : 'CALL wait_for(:word, :seconds)';
  return (await db.query(sql, { word, seconds })).rows[0]?.['reached'] === 'YES';
};

describe.each<Target>([10, 15, 18, 'MariaDB'])('wait_for on %s', (target) => {
  test('true once every worker has read the word after the call and obeys', async () => {
    const { db, open } = await freshControl(target);
    const [first, second] = [await worker(db), await worker(db)];
    await db.query(`UPDATE wirekite_action SET action = 'PAUSE'`);
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
    const { db, open } = await freshControl(target);
    const id = await worker(db);
    await db.query(`UPDATE wirekite_action SET action = 'PAUSE'`);
    const waiter = await open();
    const still = waitFor(waiter, 'PAUSE', 0.5);
    await beat(db, id, 'PAUSING');
    expect(await still).toBe(false);
    await endLease(db, id);
    expect(await waitFor(waiter, 'PAUSE', 0.3)).toBe(false);
    await db.query('UPDATE wirekite_worker SET target_session = NULL');
    expect(await waitFor(waiter, 'PAUSE', 0.3)).toBe(true);
  });

  test.runIf(!isPostgres(target))(
    'commits first: in a transaction nobody would see the change, nor it the answer',
    async () => {
      const { db, open } = await freshControl(target);
      const sql = await open();
      await sql.query(`SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION;
      SELECT * FROM wirekite_worker; UPDATE wirekite_action SET action = 'PAUSE'`);
      const id = await worker(db);
      const answer = waitFor(sql, 'PAUSE', 30);
      let over = false;
      void answer.then(() => (over = true));
      while (!over) await beat(db, id, 'PAUSED');
      expect(await answer).toBe(true);
      await expect(waitFor(sql, 'PAUSED', 1)).rejects.toThrow(/one of RUN, PAUSE, STOP/);
    },
  );

  test.runIf(isPostgres(target))('refuses a transaction that could not see the answer', async () => {
    const { open } = await freshControl(target);
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

describe.each(TARGETS)('on %s', (target) => {
  describe('leases', () => {
    test('one beat renews them all and tells whose had ended or had gone', async () => {
      const { db } = await freshControl(target);
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
      const { db } = await freshControl(target);
      const [dead, alive] = [newWorkerId('load', 1), newWorkerId('load', 1)];
      expect(dead).not.toBe(alive);
      const unit = (id: string) => [{ worker: id, role: 'load', version: 'test' }];
      await registerWorkers(db, unit(dead), { host: 'here', pid: 11 });
      await registerWorkers(db, unit(alive), { host: 'here', pid: 12 });
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
});
