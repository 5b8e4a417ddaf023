/** COMMITs whose fate the client does not know (torture AK-01 to AK-06), on a table where only the mark can tell. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { LoadClaim } from '../../src/control/chunk.js';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import { advance, lockMark, sealChunk } from '../../src/control/progress.js';
import type { Db } from '../../src/db/db.js';
import { endLease, freshControl, planned, worker } from '../control/schema.js';
import { freshDatabase } from '../servers/index.js';
import { Proxy, type Mishap } from '../servers/proxy.js';
import { contentsOf, type Contents } from './contents.js';
import { Migration } from './migration.js';
import { until } from './run.js';
import { freshSource } from './source.js';

let source: URL;
let twins: Contents;

beforeAll(async () => {
  source = await freshSource();
  twins = { 'public.twins': (await contentsOf(source))['public.twins'] ?? '' };
});

async function behindProxy(dist?: string): Promise<{ migration: Migration; proxy: Proxy }> {
  const target = await freshDatabase(18);
  const proxy = await Proxy.start(target);
  onTestFinished(() => proxy.stop());
  const settings = { load_connections: 1, lock_timeout_seconds: 2 };
  const how = { source, target, tables: ['public.twins'], settings };
  const migration = await Migration.create({ ...how, through: { target: proxy.url }, ...(dist ? { dist } : {}) });
  return { migration, proxy };
}

describe('the answer to a COMMIT is lost', () => {
  const mishaps: [string, Mishap][] = [
    ['AK-01 answered, then FIN', { commit: 'answered', by: 'FIN' }],
    ['AK-02 answered, then RST', { commit: 'answered', by: 'RST' }],
    ['AK-03 closed before it', { commit: 'unsent', by: 'FIN' }],
    ['AK-04 torn in the middle', { commit: 'torn', by: 'RST' }],
  ];

  it.each(mishaps)('%s: the mark says what to do', async (_, mishap) => {
    const { migration, proxy } = await behindProxy();
    proxy.next = mishap;
    expect(await migration.run().code()).toBe(0);
    expect(proxy.next).toBeUndefined();
    await migration.expectWhole(twins);
    expect(migration.runs[0]?.said).toContain('COMMIT_UNKNOWN');
  });
});

describe('the client vanishes and its session lives on', () => {
  it.each([
    ['AK-06 and its COMMIT arrives late', (proxy: Proxy) => proxy.release()],
    ['AK-05 and then ends', (proxy: Proxy) => proxy.drop()],
  ])('%s', async (_, end) => {
    const { migration, proxy } = await behindProxy();
    proxy.next = { commit: 'held', by: 'RST' };
    const run = migration.run();
    await until('the next try meets the old session', () => /session \d+ of the target holds the chunk/.test(run.said));
    end(proxy);
    expect(await run.code()).toBe(0);
    await migration.expectWhole(twins);
  });
});

/** One chunk of ten rows for a table without key, in the hands of a loader whose lease then ends. */
async function halfLoaded(db: Db): Promise<LoadClaim> {
  await db.query('CREATE TABLE public.items (n integer)');
  await planned(db, 1);
  const extract = await claimExtract(db, await worker(db, 'extract'));
  await sealChunk(db, extract!, { rows: 10, rawBytes: 100, checksum: 'x' });
  const old = await claimLoad(db, await worker(db));
  await endLease(db, old!.worker);
  return old!;
}

const TEN = 'INSERT INTO public.items SELECT generate_series(1, 10)';

describe('AK-06 between two sessions', () => {
  it('a batch that was overtaken cannot move the mark, and rolls back', async () => {
    const { db, open } = await freshControl(18);
    const old = await halfLoaded(db);
    const late = await open();
    const batch = late.transaction(async (tx) => {
      await tx.query(TEN);
      const next = await claimLoad(db, await worker(db));
      await db.transaction(async (other) => {
        expect(await lockMark(other, next!)).toBe(0);
        await other.query(TEN);
        await advance(other, next!, 0, 10, { finished: true });
      });
      await advance(tx, old, 0, 10, { finished: true });
    });
    await expect(batch).rejects.toMatchObject({ code: 'FENCED' });
    expect((await db.query('SELECT count(*)::int AS n FROM public.items')).rows).toEqual([{ n: 10 }]);
  });

  it('AK-05: nobody can take a chunk over while the old batch is open', async () => {
    const { db, open } = await freshControl(18);
    const old = await halfLoaded(db);
    const late = await open();
    await late.transaction(async (tx) => {
      expect(await lockMark(tx, old)).toBe(0);
      await tx.query(TEN);
      await advance(tx, old, 0, 10, { finished: false });
      expect(await claimLoad(db, await worker(db))).toBeUndefined();
      const refused = db.transaction((other) => lockMark(other, old));
      await expect(refused).rejects.toMatchObject({ code: 'LOCKED', message: expect.stringContaining(late.session) });
    });
    const next = await claimLoad(db, await worker(db));
    expect(await db.transaction((tx) => lockMark(tx, next!))).toBe(10);
  });
});
