import { once } from 'node:events';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { countRestart, releaseClaims } from '../../src/control/progress.js';
import {
  claimLane,
  claimStream,
  failStream,
  findStream,
  moveStream,
  openStream,
  reopenStreams,
  sealChanges,
  streamErrors,
} from '../../src/control/stream.js';
import { tables } from '../../src/control/table.js';
import { applyTo, addTables, capturer, files, follower, loaded, must, opened, record, STREAM } from './changes.js';
import { endLease, freshControl, isPostgres, worker, TARGETS, type Target } from './schema.js';

describe.each<Target>([10, 15, 18, 'MariaDB'])('a stream on %s', (target) => {
  test('is opened, recorded and applied; its row has the columns of the manual', async () => {
    const { db } = await opened(target, ['public.a']);
    expect(await tables(db)).toMatchObject([{ appliedSeq: 0 }]);
    expect(await findStream(db, STREAM)).toEqual({
      position: '0/100',
      lastSeq: 0,
      lastNumber: -1,
      error: undefined,
      finished: false,
    });
    const claim = await record(db, await capturer(db), [1, 3], [4, 4]);
    expect(claim).toMatchObject({ position: '0/104', lastSeq: 4, lastNumber: 1, restarts: 0 });
    expect(await findStream(db, STREAM)).toMatchObject({ position: '0/104', lastSeq: 4, lastNumber: 1 });
    await applyTo(db, await follower(db), 3);
    expect(await files(db)).toEqual(['0.ckt 3 done', '1.ckt -']);
    const { rows } = await db.query(
      `SELECT source, target, operation, mark FROM wirekite_progress WHERE target IN ('CE', 'changes') ORDER BY target`,
    );
    expect(rows).toEqual([
      { source: STREAM, target: 'CE', operation: 'CE', mark: '0/104' },
      { source: 'stream', target: 'changes', operation: 'C', mark: '3' },
    ]);
  });
});

describe.each(TARGETS)('on %s', (target) => {
  describe('opening', () => {
    test('a table that joins later is behind from the lane’s mark on', async () => {
      const { db } = await opened(target);
      await record(db, await capturer(db), [1, 5]);
      await applyTo(db, await follower(db), 5);
      await addTables(db, ['public.late']);
      expect(await tables(db)).toMatchObject([{ table: 'public.late', appliedSeq: 5 }]);
    });

    test('a second time is refused, and changes nothing', async () => {
      const { db } = await opened(target);
      await record(db, await capturer(db), [1, 5]);
      const again = openStream(db, { stream: STREAM, position: '0/900', bytes: 900 });
      await expect(again).rejects.toMatchObject({ code: 'FENCED' });
      expect(await findStream(db, STREAM)).toMatchObject({ position: '0/105' });
    });

    test.each([
      ['its lane is there', undefined],
      ['a file is there', `DELETE FROM wirekite_progress WHERE target = 'changes'`],
      ['tables were read', `TRUNCATE TABLE wirekite_progress`],
    ])('after somebody deleted its row is refused: %s', async (_, also) => {
      const { db } = await opened(target, ['public.a']);
      await record(db, await capturer(db), [1, 5]);
      await loaded(db, 'public.a');
      await db.query(`DELETE FROM wirekite_progress WHERE target = 'CE'`);
      if (also) await db.query(also);
      const again = openStream(db, { stream: STREAM, position: '0/900', bytes: 900 });
      await expect(again).rejects.toMatchObject({ kind: 'permanent', code: 'STREAM_LOST' });
      expect(await findStream(db, STREAM)).toBeUndefined();
    });
  });

  describe('claims', () => {
    test('one worker has it; a dead one’s is taken over with its marks, and counts as restarted', async () => {
      const { db, open } = await opened(target);
      const first = await record(db, await capturer(db), [1, 5]);
      const others = await Promise.all(
        [1, 2, 3, 4].map(async () => claimStream(await open(), STREAM, await worker(db))),
      );
      expect(others).toEqual([undefined, undefined, undefined, undefined]);
      await endLease(db, first.worker);
      const heirs = await Promise.all(
        [1, 2, 3, 4].map(async () => claimStream(await open(), STREAM, await worker(db))),
      );
      expect(heirs.filter(Boolean)).toMatchObject([
        { generation: 2, restarts: 1, position: '0/105', lastSeq: 5, lastNumber: 0 },
      ]);
    });

    test('what is released is no restart; a second try of the same worker is', async () => {
      const { db } = await opened(target);
      const first = await follower(db);
      await releaseClaims(db, first.worker);
      const second = await follower(db);
      expect(second).toMatchObject({ mark: '0', generation: 1, restarts: 0 });
      expect(await countRestart(db, second)).toBe(1);
    });

    test('a lane whose row a dead session still holds is not waited for', async () => {
      const { db, open } = await opened(target);
      const lane = await follower(db);
      await endLease(db, lane.worker);
      const heir = await worker(db);
      const zombie = await open();
      await zombie.transaction(async (tx) => {
        await tx.query(`SELECT 1 FROM wirekite_progress WHERE target = 'changes' FOR UPDATE`);
        expect(await claimLane(db, heir)).toBeUndefined();
      });
      expect(await claimLane(db, heir)).toMatchObject({ generation: 2 });
    });

    test('a zombie can neither seal nor move, and leaves nothing', async () => {
      const { db } = await opened(target);
      const zombie = await capturer(db);
      await endLease(db, zombie.worker);
      const heir = await capturer(db);
      await expect(record(db, zombie, [1, 5])).rejects.toMatchObject({ code: 'FENCED' });
      await expect(moveStream(db, zombie, { position: '0/900', bytes: 900 })).rejects.toMatchObject({ code: 'FENCED' });
      expect(await files(db)).toEqual([]);
      await record(db, heir, [1, 2]);
      await expect(record(db, heir, [1, 2])).rejects.toMatchObject({ code: 'FENCED' });
      expect(await files(db)).toEqual(['0.ckt -']);
    });

    test('the stream does not move when its files cannot be written down', async () => {
      const { db } = await opened(target);
      const claim = await capturer(db);
      await db.query(
        `INSERT INTO wirekite_progress (source, target, operation, start_time) VALUES ('0.ckt', 'C', 'C', CURRENT_TIMESTAMP)`,
      );
      await expect(record(db, claim, [1, 5])).rejects.toThrow(/duplicate/i);
      expect(await findStream(db, STREAM)).toMatchObject({ position: '0/100', lastSeq: 0 });
    });

    test('a mark that somebody changed is told, not overwritten', async () => {
      const { db } = await opened(target);
      await db.query(`UPDATE wirekite_progress SET mark = '0/999' WHERE target = 'CE'`);
      await expect(claimStream(db, STREAM, await worker(db))).rejects.toMatchObject({
        code: 'MARK_INVALID',
        message: `the mark of ${STREAM} is 0/999, and its position 0/100`,
      });
    });

    test('PR-07 a position of more than 64 characters is kept whole and cut in the mark', async () => {
      const { db } = await opened(target);
      const long = (n: number) =>
        `3E11FA47-71CA-11E1-9E33-C80AA9429562:1-${n},3E11FA47-71CA-11E1-9E33-C80AA9429563:1-77`;
      let claim = await moveStream(db, await capturer(db), { position: long(5), bytes: 200 });
      claim = await moveStream(db, claim, { position: long(6), bytes: 300 });
      await expect(
        moveStream(db, { ...claim, position: long(5) }, { position: long(7), bytes: 300 }),
      ).rejects.toThrow();
      expect(await findStream(db, STREAM)).toMatchObject({ position: long(6) });
      expect(await releaseClaims(db, claim.worker)).toBeUndefined();
      expect(await capturer(db)).toMatchObject({ mark: long(6).slice(0, 64), position: long(6) });
    });
  });

  test('what was stopped says why, and nobody takes it until a new run', async () => {
    const { db } = await opened(target);
    const claim = await capturer(db);
    await failStream(db, STREAM, 'the slot is gone');
    expect(await findStream(db, STREAM)).toMatchObject({ error: 'the slot is gone' });
    expect(await streamErrors(db)).toEqual([`STOPPED the change stream ${STREAM}\nthe slot is gone`]);
    await expect(record(db, claim, [1, 5])).rejects.toMatchObject({ code: 'FENCED' });
    expect(await claimStream(db, STREAM, await worker(db))).toBeUndefined();
    await reopenStreams(db);
    expect(await streamErrors(db)).toEqual([]);
    expect(await capturer(db)).toMatchObject({ position: '0/100' });
  });

  test.runIf(isPostgres(target))(
    'a new file and a lane that moves wake whoever waits; a stream that idles wakes nobody',
    async () => {
      const { db, url } = await opened(target);
      const [stream, lane] = [await capturer(db), await follower(db)];
      const listener = new pg.Client({ connectionString: url.href });
      await listener.connect();
      await listener.query('LISTEN wirekite');
      let heard: string[] = [];
      listener.on('notification', ({ payload }) => void heard.push(payload ?? ''));
      const told = async (work: () => Promise<unknown>): Promise<number> => {
        heard = [];
        await work();
        await db.query(`SELECT pg_notify('wirekite', 'end')`);
        while (heard.at(-1) !== 'end') await once(listener, 'notification');
        return heard.length - 1;
      };
      let moved = stream;
      expect(await told(async () => (moved = await moveStream(db, stream, { position: '0/101', bytes: 101 })))).toBe(0);
      expect(await told(() => record(db, moved, [1, 1], [2, 2]))).toBe(1);
      expect(await told(() => applyTo(db, lane, 2))).toBe(1);
      await listener.end();
    },
  );

  test('the verbatim queries of the manual show stream, lane and files', async () => {
    const { db, typed } = await opened(target);
    await record(db, await capturer(db), [1, 5]);
    const { rows } = await db.query(
      typed(`SELECT source, operation, mark, start_time, finish_time, restarts
FROM wirekite.wirekite_progress
WHERE operation IN ('D', 'CE', 'C')
ORDER BY start_time DESC;`),
    );
    expect(rows).toHaveLength(3);
    expect((await db.query(`SELECT source FROM wirekite_incomplete ORDER BY source`)).rows).toEqual([
      { source: '0.ckt' },
      { source: STREAM },
    ]);
  });

  test('before it is opened there is nothing to claim', async () => {
    const { db } = await freshControl(target);
    const me = await worker(db);
    expect(await claimStream(db, STREAM, me)).toBeUndefined();
    expect(await claimLane(db, me)).toBeUndefined();
    expect(must(await db.query('SELECT * FROM wirekite_following')).rows).toEqual([]);
    const claim = { source: STREAM, target: 'CE', worker: me, generation: 1, restarts: 0 };
    const state = { mark: '', position: '0/1', lastSeq: 0, lastNumber: -1 };
    await expect(sealChanges(db, { ...claim, ...state }, [], { ...state, bytes: 1 })).rejects.toThrow(/no longer/);
  });
});
