import { describe, expect, test } from 'vitest';
import { claimExtract, claimLoad, stopIfLost } from '../../src/control/claim.js';
import { advance, finishedBefore, lockMark, unloadedBytes } from '../../src/control/progress.js';
import { emptyForReload, foldTotals, tables, takeChunkNumbers } from '../../src/control/table.js';
import { closeEvents, openTasks } from '../../src/control/task.js';
import type { Db } from '../../src/db/db.js';
import { endLease, isPostgres, freshControl, plan, planned, worker, TARGETS } from './schema.js';
import { load, seal, sealed, loadTo, rowsIn, upTo } from './chunks.js';

describe.each(TARGETS)('on %s', (target) => {
  describe('rows and mark', () => {
    test('a chunk is loaded in two batches, and then its event is closed', async () => {
      const { db, me, table } = await sealed(target);
      expect(await unloadedBytes(db)).toBe(1000);
      const chunk = await load(db, me);
      expect(await closeEvents(db)).toEqual([]);
      await loadTo(db, chunk, 4);
      expect(await unloadedBytes(db)).toBe(1000);
      expect(await finishedBefore(db, 0)).toEqual([]);
      await loadTo(db, chunk, 10);
      expect(await unloadedBytes(db)).toBe(0);
      expect(await finishedBefore(db, 0)).toEqual([chunk.source]);
      expect(await finishedBefore(db, 0, ['other.0.dkt'])).toEqual([]);
      expect(await finishedBefore(db, 900)).toEqual([]);
      expect(await closeEvents(db)).toEqual([table]);
      expect(await tables(db)).toMatchObject([
        { state: 'LOADED', rowsLoaded: 10, rowsExtracted: 10, bytesLoaded: 1000 },
      ]);
      expect(await openTasks(db)).toEqual([]);
    });

    test('totals are recomputed, not added to', async () => {
      const { db, me } = await sealed(target, 2);
      await loadTo(db, await load(db, me), 10);
      await foldTotals(db);
      await foldTotals(db);
      expect(await tables(db)).toMatchObject([{ rowsLoaded: 10, rowsExtracted: 20 }]);
    });

    test('a chunk of no rows is finished too', async () => {
      const { db } = await freshControl(target);
      await planned(db, 1);
      const me = await worker(db);
      await seal(db, me, 0);
      const chunk = await load(db, me);
      await db.transaction(async (tx) => advance(tx, chunk, await lockMark(tx, chunk), 0, { finished: true }));
      expect(await closeEvents(db)).toEqual(['public.items']);
    });

    test('AK-06 a COMMIT that arrives late does not bring the rows twice', async () => {
      const { db, open, me } = await sealed(target);
      const chunk = await load(db, me);
      const [late, second] = [await open(), await open()];
      let reached = (): void => undefined;
      const held = new Promise<void>((resolve) => (reached = resolve));
      let go = (): void => undefined;
      const released = new Promise<void>((resolve) => (go = resolve));
      const first = loadTo(late, chunk, 10, async () => {
        reached();
        await released;
      });
      await held;
      await expect(loadTo(second, chunk, 10)).rejects.toMatchObject({
        code: 'LOCKED',
        message: expect.stringContaining(`session`),
      });
      go();
      await first;
      await expect(loadTo(second, chunk, 10)).rejects.toMatchObject({ code: 'FENCED' });
      expect(await rowsIn(db)).toEqual(upTo(10));
    });

    test.runIf(isPostgres(target))('a row that is held names its session', async () => {
      const { db, open, me } = await sealed(target);
      const chunk = await load(db, me);
      const holder = await open();
      await holder.transaction(async (tx) => {
        await lockMark(tx, chunk);
        await expect(loadTo(db, chunk, 10)).rejects.toThrow(`session ${holder.session} of the target holds`);
      });
    });

    test('a zombie is fenced when its chunk was taken over', async () => {
      const { db, me } = await sealed(target);
      const zombie = await load(db, me);
      await endLease(db, me);
      const heir = await load(db, await worker(db));
      await expect(db.transaction((tx) => lockMark(tx, zombie))).rejects.toMatchObject({ code: 'FENCED' });
      await expect(loadTo(db, zombie, 10)).rejects.toMatchObject({ code: 'FENCED' });
      await expect(db.transaction((tx) => advance(tx, zombie, 0, 10, { finished: true }))).rejects.toMatchObject({
        code: 'FENCED',
      });
      await loadTo(db, heir, 10);
      expect(await rowsIn(db)).toEqual(upTo(10));
    });

    test('a zombie is fenced after a reload, when the mark is 0 again', async () => {
      const { db, me, table, snapshotId } = await sealed(target);
      const zombie = await load(db, me);
      const old = await extractAgain(db, table, snapshotId, me);
      expect(old).toEqual([`${table}.1.dkt`]);
      await expect(db.transaction((tx) => advance(tx, zombie, 0, 10, { finished: true }))).rejects.toMatchObject({
        code: 'FENCED',
      });
      await expect(loadTo(db, zombie, 10)).rejects.toMatchObject({ code: 'FENCED' });
      expect(await rowsIn(db)).toEqual([]);
    });

    async function extractAgain(db: Db, table: string, snapshotId: string, me: string): Promise<string[]> {
      await db.transaction((tx) => emptyForReload(tx, table, 'test'));
      const names = await plan(db, table, 2, snapshotId, 1);
      await db.query(`UPDATE wirekite_task SET state = 'READY'`);
      await seal(db, me);
      await load(db, await worker(db));
      return names;
    }

    test('a plan for a generation that is over is refused', async () => {
      const { db, table, snapshotId } = await sealed(target);
      await db.transaction((tx) => emptyForReload(tx, table, 'test'));
      await expect(plan(db, table, 1, snapshotId, 1)).rejects.toMatchObject({ code: 'FENCED' });
      expect(await db.transaction((tx) => takeChunkNumbers(tx, table, 2))).toBe(1);
      expect(await db.transaction((tx) => takeChunkNumbers(tx, table, 1))).toBe(3);
    });

    test('PR-06 a mark that is no count of rows stops the loader', async () => {
      const { db, me } = await sealed(target);
      const chunk = await load(db, me);
      for (const mark of [null, 'abc', '-1', '1e3', ' 10', '01', '9007199254740993', '1.0', '']) {
        await db.query(`UPDATE wirekite_progress SET mark = :mark WHERE operation = 'D'`, { mark });
        const shown = mark === null ? 'NULL' : JSON.stringify(mark);
        await expect(loadTo(db, chunk, 10)).rejects.toMatchObject({
          code: 'MARK_INVALID',
          message: expect.stringContaining(shown),
        });
      }
      expect(await rowsIn(db)).toEqual([]);
    });

    test('a mark that somebody moved in between is not overwritten', async () => {
      const { db, open, me } = await sealed(target);
      const chunk = await load(db, me);
      await (await open()).query(`UPDATE wirekite_progress SET mark = '3' WHERE operation = 'D'`);
      await expect(db.transaction((tx) => advance(tx, chunk, 0, 10, { finished: true }))).rejects.toMatchObject({
        code: 'FENCED',
      });
    });
  });

  describe('deleted progress', () => {
    test('PR-01 in flight: the batch is rolled back', async () => {
      const { db, open, me } = await sealed(target);
      const chunk = await load(db, me);
      await (await open()).query(`DELETE FROM wirekite_progress WHERE operation = 'D'`);
      await expect(loadTo(db, chunk, 10)).rejects.toMatchObject({ code: 'FENCED' });
      expect(await rowsIn(db)).toEqual([]);
    });

    test('PR-01 between two runs: the chunk is not taken for a new one, its table is stopped, others go on', async () => {
      const { db, me } = await sealed(target, 2);
      await loadTo(db, await load(db, me), 10);
      await db.query(`DELETE FROM wirekite_progress WHERE operation = 'D'`);
      await planned(db, 1, 'public.other', -1);
      await seal(db, me);
      expect(await load(db, me)).toMatchObject({ table: 'public.other' });
      expect(await rowsIn(db)).toEqual(upTo(10));
      const [items] = await tables(db);
      expect(items).toMatchObject({
        table: 'public.items',
        state: 'FAILED',
        error: expect.stringContaining('1 were given to loaders and 0 rows are there'),
      });
      expect(await closeEvents(db)).toEqual([]);
    });

    test('PR-02 all of it, while running: nothing is closed or loaded again', async () => {
      const { db, open, me } = await sealed(target, 2);
      const [first, second] = [await load(db, me), await load(db, me)];
      await loadTo(db, first, 10);
      await (await open()).query('TRUNCATE TABLE wirekite_progress');
      await expect(loadTo(db, second, 10)).rejects.toMatchObject({ code: 'FENCED' });
      expect(await claimLoad(db, me)).toBeUndefined();
      expect(await claimExtract(db, me)).toBeUndefined();
      expect(await closeEvents(db)).toEqual([]);
      expect(await stopIfLost(db)).toMatchObject([{ code: 'PROGRESS_DELETED', place: { table: 'public.items' } }]);
      expect(await tables(db)).toMatchObject([{ state: 'FAILED' }]);
    });

    test('an empty table is not a lost one', async () => {
      const { db } = await freshControl(target);
      await planned(db, 0);
      expect(await stopIfLost(db)).toEqual([]);
      expect(await closeEvents(db)).toEqual(['public.items']);
    });
  });
});
