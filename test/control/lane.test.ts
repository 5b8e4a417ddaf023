import { describe, expect, test } from 'vitest';
import { joinLane, leaveLane, stopTable } from '../../src/control/behind.js';
import { advanceLane, failLane, laneMark, lockLane } from '../../src/control/lane.js';
import { reopenStreams, streamErrors } from '../../src/control/stream.js';
import { tables } from '../../src/control/table.js';
import { applyTo, capturer, files, follower, loaded, opened, record } from './changes.js';
import { endLease, isPostgres, TARGETS } from './schema.js';

describe.each(TARGETS)('on %s', (target) => {
  describe('rows of files', () => {
    test('are touched, then finished, as the lane passes them', async () => {
      const { db } = await opened(target);
      await record(db, await capturer(db), [1, 3], [4, 6], [7, 9]);
      const lane = await follower(db);
      await applyTo(db, lane, 2);
      expect(await files(db)).toEqual(['0.ckt 2', '1.ckt -', '2.ckt -']);
      await applyTo(db, lane, 6);
      expect(await files(db)).toEqual(['0.ckt 3 done', '1.ckt 6 done', '2.ckt -']);
      expect(await laneMark(db)).toBe(6);
    });

    test('one that ends inside a transaction is needed until that is applied', async () => {
      const { db } = await opened(target);
      await record(db, await capturer(db), [1, 3], [3, 3], [3, 4]);
      const lane = await follower(db);
      await applyTo(db, lane, 2);
      expect(await files(db)).toEqual(['0.ckt 2', '1.ckt -', '2.ckt -']);
      await applyTo(db, lane, 3);
      expect(await files(db)).toEqual(['0.ckt 3 done', '1.ckt 3 done', '2.ckt 3']);
    });
  });

  describe('fencing', () => {
    test('rows, mark and files are rolled back together when the lane was taken over', async () => {
      const { db, open } = await opened(target);
      await record(db, await capturer(db), [1, 3]);
      await db.query('CREATE TABLE t (id int)');
      const zombie = await follower(db);
      await endLease(db, zombie.worker);
      const heir = await follower(db);
      const late = (await open()).transaction(async (tx) => {
        await tx.query('INSERT INTO t VALUES (1)');
        await advanceLane(tx, zombie, 0, 3);
      });
      await expect(late).rejects.toMatchObject({ code: 'FENCED' });
      await expect(applyTo(db, zombie, 3)).rejects.toMatchObject({ code: 'FENCED' });
      expect((await db.query('SELECT 1 FROM t')).rows).toEqual([]);
      expect(await files(db)).toEqual(['0.ckt -']);
      await applyTo(db, heir, 3);
    });

    test('a mark that was moved in between is not overwritten; a COMMIT that arrives late is not repeated', async () => {
      const { db } = await opened(target);
      const lane = await follower(db);
      await applyTo(db, lane, 3);
      await expect(db.transaction((tx) => advanceLane(tx, lane, 2, 4))).rejects.toMatchObject({ code: 'FENCED' });
    });

    test.runIf(isPostgres(target))('a lane that is held names the session', async () => {
      const { db, open } = await opened(target);
      const lane = await follower(db);
      const holder = await open();
      await holder.transaction(async (tx) => {
        await lockLane(tx, lane);
        await expect(applyTo(db, lane, 1)).rejects.toMatchObject({
          code: 'LOCKED',
          message: `session ${holder.session} of the target holds the lane of changes's row of wirekite_progress`,
        });
      });
    });

    test('PR-06 a mark that is no sequence number stops it, and the views go on', async () => {
      const { db } = await opened(target, ['public.a']);
      const lane = await follower(db);
      for (const mark of [null, 'abc', '-1', '01', '']) {
        await db.query(`UPDATE wirekite_progress SET mark = :mark WHERE target = 'changes'`, { mark });
        await expect(applyTo(db, lane, 1)).rejects.toMatchObject({ code: 'MARK_INVALID' });
        await expect(laneMark(db)).rejects.toMatchObject({ code: 'MARK_INVALID' });
        for (const view of ['lag', 'following', 'status', 'pause_budget', 'stuck'])
          await db.query(`SELECT * FROM wirekite_${view}`);
      }
    });

    test('a deleted lane is told', async () => {
      const { db } = await opened(target);
      await db.query(`DELETE FROM wirekite_progress WHERE target = 'changes'`);
      await expect(laneMark(db)).rejects.toMatchObject({ code: 'LANE_LOST' });
    });
  });

  test('tables join and leave at its mark', async () => {
    const { db } = await opened(target, ['public.a', 'public.b']);
    await loaded(db, 'public.a');
    const lane = await follower(db);
    await applyTo(db, lane, 4);
    const [a, b] = [
      { table: 'public.a', generation: 1, appliedSeq: 0 },
      { table: 'public.b', generation: 1, appliedSeq: 0 },
    ];
    const behind = () => db.transaction(async (tx) => [...(await lockLane(tx, lane)).behind].sort());
    await joinLane(db, [a, b], 4);
    expect(await behind()).toEqual(['public.a', 'public.b']);
    await db.query('UPDATE wirekite_table SET applied_seq = 4');
    await joinLane(db, [{ ...a, generation: 2 }], 4);
    expect(await behind()).toEqual(['public.a', 'public.b']);
    await joinLane(db, [a, b], 4); // b is not loaded
    expect(await behind()).toEqual(['public.b']);
    await leaveLane(db, 'public.a', 7);
    await leaveLane(db, 'public.a', 9);
    await stopTable(db, 'public.a', 'a column is gone');
    expect(await tables(db)).toMatchObject([
      { table: 'public.a', state: 'FAILED', appliedSeq: 7, error: 'a column is gone' },
      { table: 'public.b', state: 'PLANNED', appliedSeq: 4 },
    ]);
  });

  test('a lane that failed says why, until a new run', async () => {
    const { db } = await opened(target);
    const lane = await follower(db);
    await failLane(db, 'the target is full');
    expect(await streamErrors(db)).toEqual(['STOPPED applying changes\nthe target is full']);
    await expect(applyTo(db, lane, 1)).rejects.toMatchObject({ code: 'FENCED' });
    await reopenStreams(db);
    expect(await follower(db)).toMatchObject({ mark: '0' });
  });
});
