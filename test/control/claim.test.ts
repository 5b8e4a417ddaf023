import { describe, expect, test } from 'vitest';
import type { ExtractClaim, LoadClaim } from '../../src/control/chunk.js';
import { claimExtract, claimLoad, stopIfLost } from '../../src/control/claim.js';
import {
  advance,
  finishedBefore,
  lockMark,
  refuseChunk,
  releaseClaims,
  renameChunk,
  sealChunk,
  unloadedBytes,
} from '../../src/control/progress.js';
import { closeSnapshot, lostSnapshots, openSnapshot } from '../../src/control/snapshot.js';
import { caughtTables, emptyForReload, foldTotals, tables, takeChunkNumbers } from '../../src/control/table.js';
import { closeEvents, openTasks } from '../../src/control/task.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { endLease, freshControl, plan, planned, worker } from './schema.js';

const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('nothing could be claimed');
  return value;
};
const extract = async (db: PgDb, me: string): Promise<ExtractClaim> => must(await claimExtract(db, me));
const load = async (db: PgDb, me: string): Promise<LoadClaim> => must(await claimLoad(db, me));

async function seal(db: PgDb, me: string, rows = 10): Promise<ExtractClaim> {
  const slice = await extract(db, me);
  await sealChunk(db, slice, { rows, rawBytes: rows * 100, checksum: `of ${slice.source}` });
  return slice;
}

/** A table with one sealed chunk of ten rows, and an empty target table without a key. */
async function sealed(chunks = 1) {
  const control = await freshControl(18);
  const { db } = control;
  await db.query('CREATE TABLE public.items (id int)');
  const items = await planned(db, chunks);
  const me = await worker(db);
  for (let i = 0; i < chunks; i += 1) await seal(db, me);
  return { ...control, ...items, me };
}

/** Loads rows from the mark up to `to` and moves it, as a loader does. */
const loadTo = (db: PgDb, chunk: LoadClaim, to: number, before?: () => Promise<void>) =>
  db.transaction(async (tx) => {
    const from = await lockMark(tx, chunk);
    await tx.query('INSERT INTO public.items SELECT generate_series(:from::int + 1, :to::int)', { from, to });
    await before?.();
    await advance(tx, chunk, from, to, { finished: to === chunk.rows });
  });

const rowsIn = async (db: PgDb): Promise<string[]> =>
  (await db.query<{ id: number }>('SELECT id FROM public.items ORDER BY id')).rows.map((row) => String(row.id));
const upTo = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i + 1));

describe.each([15, 18] as const)('claims on PostgreSQL %i', (major) => {
  test('8 sessions, 200 chunks, 20 of them left by a dead worker: none twice, none lost', async () => {
    const { db, open } = await freshControl(major);
    await planned(db, 200);
    const dead = await worker(db);
    for (let i = 0; i < 20; i += 1) await extract(db, dead);
    await endLease(db, dead);
    const claimed = await Promise.all(Array.from({ length: 8 }, async () => drain(await open(), claimExtract)));
    const names = claimed.flat().map((claim) => claim.source);
    expect(names).toHaveLength(200);
    expect(new Set(names).size).toBe(200);
    expect(claimed.flat().filter((claim) => claim.restarts === 1 && claim.generation === 2)).toHaveLength(20);
  });

  test('the same for loading', async () => {
    const { db, open } = await freshControl(major);
    await planned(db, 60);
    const me = await worker(db);
    for (let i = 0; i < 60; i += 1) await seal(db, me);
    const dead = await worker(db);
    for (let i = 0; i < 10; i += 1) await load(db, dead);
    await endLease(db, dead);
    const claimed = await Promise.all(Array.from({ length: 8 }, async () => drain(await open(), claimLoad)));
    expect(new Set(claimed.flat().map((claim) => claim.source)).size).toBe(60);
    expect(claimed.flat()).toHaveLength(60);
  });
});

async function drain<T>(db: PgDb, claim: (db: PgDb, me: string) => Promise<T | undefined>): Promise<T[]> {
  const me = await worker(db);
  const claims: T[] = [];
  for (let next = await claim(db, me); next !== undefined; next = await claim(db, me)) claims.push(next);
  return claims;
}

describe('what may be claimed', () => {
  test('urgent tables first, chunks in order', async () => {
    const { db } = await freshControl(18);
    await planned(db, 2, 'public.small', 1);
    await planned(db, 2, 'public.large', 5);
    const claims = await drain(db, claimExtract);
    expect(claims.map((claim) => claim.source)).toEqual([
      'public.large.0.dkt',
      'public.large.1.dkt',
      'public.small.0.dkt',
      'public.small.1.dkt',
    ]);
  });

  test('no slice of a snapshot that is not held any more; its table was caught in the middle', async () => {
    const { db } = await freshControl(18);
    const { snapshotId } = await planned(db, 2);
    const me = await worker(db);
    await seal(db, me);
    await closeSnapshot(db, snapshotId);
    expect(await claimExtract(db, me)).toBeUndefined();
    expect(await caughtTables(db)).toEqual(['public.items']);
  });

  test('a table whose slices are all sealed keeps its snapshot', async () => {
    const { db, snapshotId } = await sealed(2);
    await db.query(`UPDATE wirekite_worker SET lease_until = now() WHERE role = 'keep'`);
    expect(await lostSnapshots(db)).toEqual([snapshotId]);
    expect(await caughtTables(db)).toEqual([]);
  });

  test('nothing is loaded before what its rows need is made', async () => {
    const { db, me } = await sealed();
    await db.query(`UPDATE wirekite_task SET state = 'WAITING'`);
    expect(await claimLoad(db, me)).toBeUndefined();
  });

  test('what is released goes on at its mark and is no restart; what is abandoned is', async () => {
    const { db, me } = await sealed();
    const chunk = await load(db, me);
    await loadTo(db, chunk, 4);
    await releaseClaims(db, me);
    const second = await load(db, await worker(db));
    expect(second).toMatchObject({
      source: chunk.source,
      restarts: 0,
      rows: 10,
      rawBytes: 1000,
      checksum: 'of public.items.0.dkt',
    });
    await endLease(db, second.worker);
    const third = await load(db, await worker(db));
    expect(third).toMatchObject({ restarts: 1, generation: 2 });
    await loadTo(db, third, 10);
    expect(await rowsIn(db)).toEqual(upTo(10));
  });
});

describe('rows and mark', () => {
  test('a chunk is loaded in two batches, and then its event is closed', async () => {
    const { db, me, table } = await sealed();
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
    expect(await tables(db)).toMatchObject([{ state: 'LOADED', rowsLoaded: 10, rowsExtracted: 10, bytesLoaded: 1000 }]);
    expect(await openTasks(db)).toEqual([]);
  });

  test('totals are recomputed, not added to', async () => {
    const { db, me } = await sealed(2);
    await loadTo(db, await load(db, me), 10);
    await foldTotals(db);
    await foldTotals(db);
    expect(await tables(db)).toMatchObject([{ rowsLoaded: 10, rowsExtracted: 20 }]);
  });

  test('a chunk of no rows is finished too', async () => {
    const { db } = await freshControl(18);
    await planned(db, 1);
    const me = await worker(db);
    await seal(db, me, 0);
    const chunk = await load(db, me);
    await db.transaction(async (tx) => advance(tx, chunk, await lockMark(tx, chunk), 0, { finished: true }));
    expect(await closeEvents(db)).toEqual(['public.items']);
  });

  test('AK-06 a COMMIT that arrives late does not bring the rows twice', async () => {
    const { db, open, me } = await sealed();
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

  test('a row that is held names its session', async () => {
    const { db, open, me } = await sealed();
    const chunk = await load(db, me);
    const holder = await open();
    await holder.transaction(async (tx) => {
      await lockMark(tx, chunk);
      await expect(loadTo(db, chunk, 10)).rejects.toThrow(`session ${holder.session} of the target holds`);
    });
  });

  test('a zombie is fenced when its chunk was taken over', async () => {
    const { db, me } = await sealed();
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
    const { db, me, table, snapshotId } = await sealed();
    const zombie = await load(db, me);
    const old = await extractAgain(db, table, snapshotId, me);
    expect(old).toEqual([`${table}.1.dkt`]);
    await expect(db.transaction((tx) => advance(tx, zombie, 0, 10, { finished: true }))).rejects.toMatchObject({
      code: 'FENCED',
    });
    await expect(loadTo(db, zombie, 10)).rejects.toMatchObject({ code: 'FENCED' });
    expect(await rowsIn(db)).toEqual([]);
  });

  async function extractAgain(db: PgDb, table: string, snapshotId: string, me: string): Promise<string[]> {
    await db.transaction((tx) => emptyForReload(tx, table, 'test'));
    const names = await plan(db, table, 2, snapshotId, 1);
    await db.query(`UPDATE wirekite_task SET state = 'READY'`);
    await seal(db, me);
    await load(db, await worker(db));
    return names;
  }

  test('a plan for a generation that is over is refused', async () => {
    const { db, table, snapshotId } = await sealed();
    await db.transaction((tx) => emptyForReload(tx, table, 'test'));
    await expect(plan(db, table, 1, snapshotId, 1)).rejects.toMatchObject({ code: 'FENCED' });
    expect(await db.transaction((tx) => takeChunkNumbers(tx, table, 2))).toBe(1);
    expect(await db.transaction((tx) => takeChunkNumbers(tx, table, 1))).toBe(3);
  });

  test.each([null, 'abc', '-1', '1e3', ' 10', '01', '9007199254740993', '1.0', ''])(
    'PR-06 the mark %j stops the loader',
    async (mark) => {
      const { db, me } = await sealed();
      const chunk = await load(db, me);
      await db.query(`UPDATE wirekite_progress SET mark = :mark WHERE operation = 'D'`, { mark });
      const shown = mark === null ? 'NULL' : JSON.stringify(mark);
      await expect(loadTo(db, chunk, 10)).rejects.toMatchObject({
        code: 'MARK_INVALID',
        message: expect.stringContaining(shown),
      });
      expect(await rowsIn(db)).toEqual([]);
    },
  );

  test('a mark that somebody moved in between is not overwritten', async () => {
    const { db, open, me } = await sealed();
    const chunk = await load(db, me);
    await (await open()).query(`UPDATE wirekite_progress SET mark = '3' WHERE operation = 'D'`);
    await expect(db.transaction((tx) => advance(tx, chunk, 0, 10, { finished: true }))).rejects.toMatchObject({
      code: 'FENCED',
    });
  });
});

describe('deleted progress', () => {
  test('PR-01 in flight: the batch is rolled back', async () => {
    const { db, open, me } = await sealed();
    const chunk = await load(db, me);
    await (await open()).query(`DELETE FROM wirekite_progress WHERE operation = 'D'`);
    await expect(loadTo(db, chunk, 10)).rejects.toMatchObject({ code: 'FENCED' });
    expect(await rowsIn(db)).toEqual([]);
  });

  test('PR-01 between two runs: the chunk is not taken for a new one, its table is stopped, others go on', async () => {
    const { db, me } = await sealed(2);
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
    const { db, open, me } = await sealed(2);
    const [first, second] = [await load(db, me), await load(db, me)];
    await loadTo(db, first, 10);
    await (await open()).query('TRUNCATE wirekite_progress');
    await expect(loadTo(db, second, 10)).rejects.toMatchObject({ code: 'FENCED' });
    expect(await claimLoad(db, me)).toBeUndefined();
    expect(await claimExtract(db, me)).toBeUndefined();
    expect(await closeEvents(db)).toEqual([]);
    expect(await stopIfLost(db)).toMatchObject([{ code: 'PROGRESS_DELETED', place: { table: 'public.items' } }]);
    expect(await tables(db)).toMatchObject([{ state: 'FAILED' }]);
  });

  test('an empty table is not a lost one', async () => {
    const { db } = await freshControl(18);
    await planned(db, 0);
    expect(await stopIfLost(db)).toEqual([]);
    expect(await closeEvents(db)).toEqual(['public.items']);
  });
});

test('a refused chunk is made again under the next number and goes on at its mark', async () => {
  const { db, me } = await sealed();
  const chunk = await load(db, me);
  await loadTo(db, chunk, 4);
  await refuseChunk(db, chunk, 'block 1 is damaged');
  await expect(refuseChunk(db, chunk, 'again')).rejects.toMatchObject({ code: 'FENCED' });
  expect(await claimLoad(db, me)).toBeUndefined();
  const slice = await extract(db, me);
  expect(slice.refused).toBe('block 1 is damaged');
  const number = await db.transaction((tx) => takeChunkNumbers(tx, slice.table, 1));
  const again = await renameChunk(db, slice, { name: `public.items.${number}.dkt`, number });
  await sealChunk(db, again, { rows: 10, rawBytes: 1000, checksum: 'new' });
  const second = await load(db, me);
  expect(second).toMatchObject({ source: 'public.items.1.dkt', checksum: 'new', number: 1 });
  await loadTo(db, second, 10);
  expect(await rowsIn(db)).toEqual(upTo(10));
  expect(await closeEvents(db)).toEqual(['public.items']);
});

test('a sealed chunk that was taken over meanwhile is not sealed a second time', async () => {
  const { db } = await freshControl(18);
  await planned(db, 1);
  const first = await extract(db, await worker(db));
  await endLease(db, first.worker);
  const second = await extract(db, await worker(db));
  await expect(sealChunk(db, first, { rows: 1, rawBytes: 1, checksum: 'x' })).rejects.toMatchObject({ code: 'FENCED' });
  await sealChunk(db, second, { rows: 1, rawBytes: 1, checksum: 'y' });
});

test('PR-07 a position of 89 characters fits', async () => {
  const { db } = await freshControl(18);
  const position = '3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5,3E11FA47-71CA-11E1-9E33-C80AA9429563:1-77777777';
  await openSnapshot(db, { position, ticket: 't', worker: await worker(db, 'keep') });
  expect((await db.query('SELECT position FROM wirekite_snapshot')).rows).toEqual([{ position }]);
});
