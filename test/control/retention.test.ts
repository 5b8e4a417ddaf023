import { describe, expect, test } from 'vitest';
import { advanceBehind, dropBehind, leaveLane, stopTable } from '../../src/control/behind.js';
import {
  appliedEverywhere,
  foldFinished,
  removableChanges,
  unappliedBytes,
  unknownChanges,
} from '../../src/control/retention.js';
import { changeFiles } from '../../src/control/start.js';
import { moveStream } from '../../src/control/stream.js';
import type { Db } from '../../src/db/db.js';
import { applyTo, capturer, files, follower, loaded, opened, record } from './changes.js';
import { TARGETS } from './schema.js';

const NAMES = ['0.ckt', '1.ckt', '2.ckt', '3.ckt'];

describe.each(TARGETS)('on %s', (target) => {
  /** Four files up to change 12; one table in step, one behind at change 0. */
  async function behind() {
    const control = await opened(target, ['public.a', 'public.b']);
    const { db } = control;
    for (const table of ['public.a', 'public.b']) await loaded(db, table);
    await db.query(`UPDATE wirekite_table SET applied_seq = NULL WHERE table_name = 'public.a'`);
    const stream = await record(db, await capturer(db), [1, 3], [4, 6], [7, 9], [10, 12]);
    const lane = await follower(db);
    const catchUp = (from: number, to: number) =>
      advanceBehind(db, [{ table: 'public.b', generation: 1, appliedSeq: from }], to);
    return { ...control, stream, lane, catchUp };
  }

  describe('what is needed no more', () => {
    test('follows the lane and the table that is furthest behind', async () => {
      const { db, lane, catchUp } = await behind();
      await applyTo(db, lane, 9);
      expect(await appliedEverywhere(db)).toEqual({ seq: 0, position: undefined });
      expect(await removableChanges(db, 0, NAMES)).toEqual([]);
      expect(await unappliedBytes(db)).toBe(4000);
      await catchUp(0, 7);
      expect(await appliedEverywhere(db)).toEqual({ seq: 7, position: '0/106' });
      expect(await removableChanges(db, 0, NAMES)).toEqual(['0.ckt', '1.ckt']);
      expect(await unappliedBytes(db)).toBe(2000);
      await catchUp(7, 9);
      expect(await appliedEverywhere(db)).toEqual({ seq: 9, position: '0/109' });
      expect(await removableChanges(db, 0, NAMES)).toEqual(['0.ckt', '1.ckt', '2.ckt']);
    });

    test('when nothing is pending, is all that the stream has passed, idle or not', async () => {
      const { db, lane, stream, catchUp } = await behind();
      await applyTo(db, lane, 12);
      await catchUp(0, 12);
      await moveStream(db, stream, { position: '0/900', bytes: 900 });
      expect(await appliedEverywhere(db)).toEqual({ seq: 12, position: '0/900' });
      expect(await unappliedBytes(db)).toBe(0);
    });

    test('a file whose last transaction ends in the next one stays until that is applied', async () => {
      const { db } = await opened(target);
      await record(db, await capturer(db), [1, 2], [2, 2], [2, 3]);
      await applyTo(db, await follower(db), 1);
      expect(await appliedEverywhere(db)).toEqual({ seq: 1, position: undefined });
      expect(await removableChanges(db, 0, NAMES)).toEqual([]);
    });

    test('AK-11 files stay for their time after the last mark that covers them, not only the lane’s', async () => {
      const { db, lane, catchUp } = await behind();
      const old = (column: string) =>
        db.query(`UPDATE wirekite_progress SET ${column} = CURRENT_TIMESTAMP - INTERVAL '1' DAY WHERE target = 'C'`);
      await applyTo(db, lane, 12);
      await old('finish_time');
      await old('updated_at');
      await catchUp(0, 12);
      expect(await removableChanges(db, 900, NAMES)).toEqual([]);
      await old('updated_at');
      expect(await removableChanges(db, 900, NAMES)).toEqual(NAMES);
    });

    test('a stopped table holds its files; one that must be loaded anew does not', async () => {
      const { db, lane, catchUp } = await behind();
      await applyTo(db, lane, 12);
      await catchUp(0, 3);
      await stopTable(db, 'public.b', 'test');
      expect((await appliedEverywhere(db)).seq).toBe(3);
      await dropBehind(db, 'public.b', 'test');
      expect(await appliedEverywhere(db)).toEqual({ seq: 12, position: '0/112' });
      await leaveLane(db, 'public.a', 12);
      expect(await removableChanges(db, 0, NAMES)).toEqual(NAMES);
    });

    test('without a stream nothing may be released', async () => {
      const { db } = await behind();
      await db.query(`DELETE FROM wirekite_progress WHERE target = 'changes'`);
      expect(await appliedEverywhere(db)).toEqual({ seq: 0, position: undefined });
      expect(await removableChanges(db, 0, NAMES)).toEqual([]);
    });
  });

  test('files that no row stands for are unknown, but for those that may be made known yet', async () => {
    const { db } = await behind();
    await db.query(`DELETE FROM wirekite_progress WHERE source = '1.ckt'`);
    expect(await unknownChanges(db, [3, 4, 1, 0, 1000])).toEqual([1]);
  });

  describe('folding', () => {
    /** So many files of one change each, applied up to one. */
    async function many(count: number, applied: number, tables: readonly string[] = []) {
      const control = await opened(target, tables);
      const { db } = control;
      await record(
        db,
        await capturer(db),
        ...Array.from({ length: count }, (_, i): [number, number] => [i + 1, i + 1]),
      );
      await applyTo(db, await follower(db), applied);
      return control;
    }
    const rows = async (db: Db) => (await files(db)).filter((row) => /^\d+-/.test(row));

    test('whole thousands become one row, the newest stay', async () => {
      const { db } = await many(3500, 3500);
      await db.query(`UPDATE wirekite_progress SET restarts = 2 WHERE source = '7.ckt'`);
      await foldFinished(db, 1200);
      await foldFinished(db, 1200);
      expect(await rows(db)).toEqual(['0-999.ckt 1000 done', '1000-1999.ckt 2000 done']);
      expect((await changeFiles(db)).map(({ number }) => number).slice(0, 2)).toEqual([2000, 2001]);
      const { rows: sums } = await db.query(
        `SELECT operation, first_seq, last_seq, row_count, byte_count, position, restarts
       FROM wirekite_progress WHERE source = '0-999.ckt'`,
      );
      expect(sums).toEqual([
        {
          operation: 'C',
          first_seq: '1',
          last_seq: '1000',
          row_count: '10000',
          byte_count: '1000000',
          position: '0/1100',
          restarts: 2,
        },
      ]);
      await db.query(`DELETE FROM wirekite_progress WHERE source = '2001.ckt'`);
      expect(await unknownChanges(db, [5, 1999, 2000, 2001])).toEqual([2001]);
      expect(await removableChanges(db, 0, ['5.ckt', '2000.ckt'])).toEqual(['5.ckt', '2000.ckt']);
      expect(await removableChanges(db, 900, ['5.ckt', '2000.ckt'])).toEqual([]);
      expect(await appliedEverywhere(db)).toMatchObject({ seq: 3500, position: '0/3600' });
    });

    test('not one of which a file is not applied, nor one that a table behind needs', async () => {
      const { db } = await many(2500, 1500, ['public.a']);
      await foldFinished(db, 10);
      expect(await rows(db)).toEqual([]);
      await db.query('UPDATE wirekite_table SET applied_seq = 1000');
      await foldFinished(db, 10);
      expect(await rows(db)).toEqual(['0-999.ckt 1000 done']);
      expect(await appliedEverywhere(db)).toEqual({ seq: 1000, position: '0/1100' });
    });

    test('by default ten thousand rows stay as they are', async () => {
      const { db } = await many(1500, 1500);
      await foldFinished(db);
      expect(await rows(db)).toEqual([]);
    });
  });
});
