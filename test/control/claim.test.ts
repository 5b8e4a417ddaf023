import { describe, expect, test } from 'vitest';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import { refuseChunk, releaseClaims, renameChunk, sealChunk } from '../../src/control/progress.js';
import { closeSnapshot, lostSnapshots, openSnapshot } from '../../src/control/snapshot.js';
import { caughtTables, takeChunkNumbers } from '../../src/control/table.js';
import { closeEvents } from '../../src/control/task.js';
import type { Db } from '../../src/db/db.js';
import { endLease, freshControl, planned, worker, TARGETS, type Target } from './schema.js';
import { extract, load, seal, sealed, loadTo, rowsIn, upTo } from './chunks.js';

describe.each<Target>([15, 18, 'MariaDB'])('claims on %s', (target) => {
  test('8 sessions, 200 chunks, 20 of them left by a dead worker: none twice, none lost', async () => {
    const { db, open } = await freshControl(target);
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
    const { db, open } = await freshControl(target);
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

async function drain<T>(db: Db, claim: (db: Db, me: string) => Promise<T | undefined>): Promise<T[]> {
  const me = await worker(db);
  const claims: T[] = [];
  for (let next = await claim(db, me); next !== undefined; next = await claim(db, me)) claims.push(next);
  return claims;
}

describe.each(TARGETS)('on %s', (target) => {
  describe('what may be claimed', () => {
    test('urgent tables first, chunks in order', async () => {
      const { db } = await freshControl(target);
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

    test('of equally urgent tables the one that is warm, and never a less urgent one', async () => {
      const { db } = await freshControl(target);
      for (const name of ['public.a', 'public.b']) await planned(db, 2, name, 1);
      await planned(db, 1, 'public.urgent', 5);
      const me = await worker(db);
      const taken: (string | undefined)[] = [];
      for (let i = 0; i < 3; i += 1) taken.push((await claimExtract(db, me, { warm: 'public.b' }))?.source);
      expect(taken).toEqual(['public.urgent.0.dkt', 'public.b.0.dkt', 'public.b.1.dkt']);
    });

    test('no more tables half read than may be, whoever comes at the same time; a held one is none of them', async () => {
      const { db, open } = await freshControl(target);
      const names = ['public.a', 'public.b', 'public.c', 'public.d'];
      for (const name of names) await planned(db, 3, name, 1);
      const at = (of: readonly { table: string }[]) => new Set(of.map(({ table }) => table)).size;
      const claim = async (one: typeof db) => claimExtract(one, await worker(one), { tables: 2 });
      const claims = (await Promise.all(Array.from({ length: 8 }, async () => claim(await open())))).filter(
        (found) => found !== undefined,
      );
      expect([claims.length, at(claims)]).toEqual([6, 2]);
      const [first] = claims;
      const held = JSON.stringify([first?.table]);
      const other = await claimExtract(db, await worker(db), { tables: 2, held });
      expect(claims.map(({ table }) => table)).not.toContain(other?.table);
      // Also with a lower limit, what is begun is read to its end first.
      expect((await claimExtract(db, await worker(db), { tables: 1, held }))?.table).toBe(other?.table);
    });

    test('no slice of a snapshot that is not held any more; its table was caught in the middle', async () => {
      const { db } = await freshControl(target);
      const { snapshotId } = await planned(db, 2);
      const me = await worker(db);
      await seal(db, me);
      await closeSnapshot(db, snapshotId);
      expect(await claimExtract(db, me)).toBeUndefined();
      expect(await caughtTables(db)).toEqual(['public.items']);
    });

    test('a table whose slices are all sealed keeps its snapshot', async () => {
      const { db, snapshotId } = await sealed(target, 2);
      await db.query(
        `UPDATE wirekite_worker SET lease_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND WHERE role = 'keep'`,
      );
      expect(await lostSnapshots(db)).toEqual([snapshotId]);
      expect(await caughtTables(db)).toEqual([]);
    });

    test('nothing is loaded before what its rows need is made', async () => {
      const { db, me } = await sealed(target);
      await db.query(`UPDATE wirekite_task SET state = 'WAITING'`);
      expect(await claimLoad(db, me)).toBeUndefined();
    });

    test('what is released goes on at its mark and is no restart; what is abandoned is', async () => {
      const { db, me } = await sealed(target);
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

  test('a refused chunk is made again under the next number and goes on at its mark', async () => {
    const { db, me } = await sealed(target);
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
    const { db } = await freshControl(target);
    await planned(db, 1);
    const first = await extract(db, await worker(db));
    await endLease(db, first.worker);
    const second = await extract(db, await worker(db));
    await expect(sealChunk(db, first, { rows: 1, rawBytes: 1, checksum: 'x' })).rejects.toMatchObject({
      code: 'FENCED',
    });
    await sealChunk(db, second, { rows: 1, rawBytes: 1, checksum: 'y' });
  });

  test('PR-07 a position of 89 characters fits', async () => {
    const { db } = await freshControl(target);
    const position = '3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5,3E11FA47-71CA-11E1-9E33-C80AA9429563:1-77777777';
    await openSnapshot(db, { position, ticket: 't', worker: await worker(db, 'keep') });
    expect((await db.query('SELECT position FROM wirekite_snapshot')).rows).toEqual([{ position }]);
  });
});
