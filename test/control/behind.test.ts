import { describe, expect, test } from 'vitest';
import {
  advanceBehind,
  behindTables,
  dropBehind,
  heldBy,
  inStep,
  joinLane,
  stopTable,
} from '../../src/control/behind.js';
import { insertErrors } from '../../src/control/error.js';
import { lockLane } from '../../src/control/lane.js';
import { discardDerived } from '../../src/control/reset.js';
import { changeFiles, resolveStart, unresolvedStarts } from '../../src/control/start.js';
import { findStream, openStream } from '../../src/control/stream.js';
import { emptyForReload, failTable, reopenTables, tables } from '../../src/control/table.js';
import { applyTo, capturer, follower, loaded, must, opened, record, STREAM } from './changes.js';
import { TARGETS, untilBlocked } from './schema.js';

const A = { table: 'public.a', generation: 1 };

describe.each(TARGETS)('on %s', (target) => {
  describe('start', () => {
    test('is resolved once, for the snapshot that the table has', async () => {
      const { db } = await opened(target, ['public.a', 'public.b']);
      expect(await unresolvedStarts(db)).toEqual([]);
      await loaded(db, 'public.a', '0/107');
      expect(await unresolvedStarts(db)).toEqual([{ ...A, position: '0/107' }]);
      await expect(resolveStart(db, { ...A, generation: 2, startSeq: 8 })).rejects.toMatchObject({ code: 'FENCED' });
      await resolveStart(db, { ...A, startSeq: 8 });
      expect(await unresolvedStarts(db)).toEqual([]);
      expect(await behindTables(db)).toEqual([
        { table: 'public.b', generation: 1, appliedSeq: 0, startSeq: undefined, followed: false },
        { ...A, appliedSeq: 7, startSeq: 8, followed: true },
      ]);
      await expect(resolveStart(db, { ...A, startSeq: 9 })).rejects.toMatchObject({ code: 'FENCED' });
    });

    test('before what is kept is refused: changes between would be missing', async () => {
      const { db } = await opened(target, ['public.a']);
      await applyTo(db, await follower(db), 9);
      await db.transaction((tx) => emptyForReload(tx, 'public.a', 'test'));
      await loaded(db, 'public.a', '0/103');
      const early = resolveStart(db, { ...A, generation: 2, startSeq: 4 });
      await expect(early).rejects.toMatchObject({ code: 'START_GONE', place: { table: 'public.a' } });
      await resolveStart(db, { ...A, generation: 2, startSeq: 10 });
    });
  });

  test('files are listed in order, from a change on', async () => {
    const { db } = await opened(target);
    const claim = await record(db, await capturer(db), [1, 3], [3, 3], [3, 6]);
    await record(db, claim, [7, 7]);
    await applyTo(db, await follower(db), 3);
    const numbers = async (from?: { afterSeq?: number; limit?: number }) =>
      (await changeFiles(db, from)).map(({ number }) => number);
    expect(await numbers()).toEqual([0, 1, 2, 3]);
    expect(await numbers({ afterSeq: 2 })).toEqual([0, 1, 2, 3]);
    expect(await numbers({ afterSeq: 3 })).toEqual([2, 3]);
    expect(await numbers({ afterSeq: 2, limit: 2 })).toEqual([0, 1]);
    expect((await changeFiles(db))[2]).toEqual({
      source: '2.ckt',
      number: 2,
      firstSeq: 3,
      lastSeq: 6,
      position: '0/106',
      checksum: 'c',
      rawBytes: 1000,
      finished: false,
    });
  });

  test('and 10 comes after 9', async () => {
    const { db } = await opened(target);
    const seqs = Array.from({ length: 12 }, (_, i) => [i + 1, i + 1] as [number, number]);
    await record(db, await capturer(db), ...seqs);
    expect((await changeFiles(db)).map(({ number }) => number)).toEqual(seqs.map((_, i) => i));
  });

  describe('catching up', () => {
    /** Loaded and behind at change 2, the lane at 9. */
    async function behind() {
      const control = await opened(target, ['public.a']);
      const { db } = control;
      const lane = await follower(db);
      await record(db, await capturer(db), [1, 3], [4, 6], [7, 9]);
      await applyTo(db, lane, 9);
      await loaded(db, 'public.a');
      await resolveStart(db, { ...A, startSeq: 3 });
      return { ...control, lane };
    }

    test('goes by compare-and-set, until it is in step', async () => {
      const { db } = await behind();
      expect(await inStep(db)).toBe(false);
      await advanceBehind(db, [{ ...A, appliedSeq: 2 }], 6);
      await expect(advanceBehind(db, [{ ...A, appliedSeq: 2 }], 9)).rejects.toMatchObject({ code: 'FENCED' });
      await advanceBehind(db, [{ ...A, appliedSeq: 6 }], 9);
      await joinLane(db, [{ ...A, appliedSeq: 9 }], 9);
      expect(await behindTables(db)).toEqual([]);
      expect(await inStep(db)).toBe(true);
    });

    test('is fenced when the table was emptied, stopped or dropped meanwhile', async () => {
      for (const meanwhile of ['empty', 'stop', 'drop'] as const) {
        const { db } = await behind();
        if (meanwhile === 'empty') await db.transaction((tx) => emptyForReload(tx, 'public.a', 'test'));
        if (meanwhile === 'stop') await stopTable(db, 'public.a', 'test');
        if (meanwhile === 'drop') await dropBehind(db, 'public.a', 'test');
        await expect(advanceBehind(db, [{ ...A, appliedSeq: 2 }], 6)).rejects.toMatchObject({ code: 'FENCED' });
        expect(await inStep(db)).toBe(false);
      }
    });

    test('a stopped table is loaded still: a new run goes on where it was', async () => {
      const { db } = await behind();
      await stopTable(db, 'public.a', 'a column is gone');
      expect(await behindTables(db)).toMatchObject([{ appliedSeq: 2, followed: false }]);
      expect(await reopenTables(db)).toEqual(['public.a']);
      expect(await tables(db)).toMatchObject([{ state: 'LOADED', appliedSeq: 2, error: undefined }]);
      expect(await behindTables(db)).toMatchObject([{ appliedSeq: 2, startSeq: 3, followed: true }]);
    });

    test('one that failed while it was loaded is loaded on', async () => {
      const { db } = await opened(target, ['public.a']);
      await db.query(`UPDATE wirekite_table SET state = 'COPYING', snapshot_id = 1`);
      await failTable(db, 'public.a', 'bad row');
      await reopenTables(db);
      expect(await tables(db)).toMatchObject([{ state: 'COPYING' }]);
    });

    test('a table that is dropped says so and holds nothing; a new run does not take it up', async () => {
      const { db } = await behind();
      expect(await heldBy(db)).toEqual({ table: 'public.a', stopped: false, bytes: 3000 });
      await stopTable(db, 'public.a', 'test');
      expect(await heldBy(db)).toMatchObject({ stopped: true });
      await dropBehind(db, 'public.a', 'over the budget');
      expect(await heldBy(db)).toBeUndefined();
      expect(await reopenTables(db)).toEqual([]);
      expect(await tables(db)).toMatchObject([{ state: 'RELOAD_NEEDED', error: 'over the budget' }]);
      const { rows } = await db.query(`SELECT new_value FROM wirekite_history WHERE row_key = 'public.a'`);
      expect(rows).toEqual([{ new_value: 'RELOAD_NEEDED: over the budget' }]);
    });

    test('a reload in step begins at the lane’s mark, waits for its loader and settles errors', async () => {
      const { db, open, lane } = await behind();
      await advanceBehind(db, [{ ...A, appliedSeq: 2 }], 9);
      await joinLane(db, [{ ...A, appliedSeq: 9 }], 9);
      await insertErrors(db, [
        {
          table: 'public.a',
          chunk: '2.ckt',
          seq: 9,
          op: 'R',
          key: '1',
          row: undefined,
          found: undefined,
          cause: 'x',
          code: undefined,
        },
      ]);
      const [applying, emptying] = [await open(), await open()];
      let emptied: Promise<void> = Promise.resolve();
      await applying.transaction(async (tx) => {
        await lockLane(tx, lane);
        emptied = emptying.transaction((other) => emptyForReload(other, 'public.a', 'reload'));
        await untilBlocked(db, emptying.session);
        await tx.query(`UPDATE wirekite_progress SET mark = '12' WHERE target = 'changes'`);
      });
      await emptied;
      expect(await tables(db)).toMatchObject([{ state: 'PLANNED', generation: 2, appliedSeq: 12 }]);
      expect(await behindTables(db)).toMatchObject([{ startSeq: undefined, followed: false }]);
      const { rows } = await db.query(`SELECT state FROM wirekite_task WHERE task_id = 'follow public.a'`);
      expect(rows).toEqual([{ state: 'WAITING' }]);
      const errors = await db.query('SELECT resolution FROM wirekite_error');
      expect(errors.rows).toEqual([{ resolution: 'RELOAD' }]);
    });

    test('a reload of a table that is behind gives up what it held', async () => {
      const { db } = await behind();
      await db.transaction((tx) => emptyForReload(tx, 'public.a', 'reload'));
      expect(await tables(db)).toMatchObject([{ appliedSeq: 9 }]);
    });
  });

  test('the manual’s reset forgets the stream: it is opened anew, at its beginning', async () => {
    const { db } = await opened(target, ['public.a']);
    await record(db, await capturer(db), [1, 5]);
    await loaded(db, 'public.a');
    await resolveStart(db, { ...A, startSeq: 1 });
    await db.query('TRUNCATE TABLE wirekite_progress');
    expect(await discardDerived(db)).toEqual(['public.a']);
    expect(await tables(db)).toMatchObject([{ state: 'PLANNED', appliedSeq: undefined, startPosition: undefined }]);
    expect((await db.query('SELECT 1 FROM wirekite_sample')).rows).toEqual([]);
    await openStream(db, { stream: STREAM, position: '0/500', bytes: 500 });
    expect(must(await findStream(db, STREAM))).toMatchObject({ position: '0/500', lastSeq: 0 });
    expect(await behindTables(db)).toMatchObject([{ appliedSeq: 0, startSeq: undefined }]);
  });
});
