/** Chunks on their way into a table `public.items`. */
import type { ExtractClaim, LoadClaim } from '../../src/control/chunk.js';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import { advance, lockMark, sealChunk } from '../../src/control/progress.js';
import type { Db } from '../../src/db/db.js';
import { freshControl, planned, worker, type Target } from './schema.js';

const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('nothing could be claimed');
  return value;
};
export const extract = async (db: Db, me: string): Promise<ExtractClaim> => must(await claimExtract(db, me));
export const load = async (db: Db, me: string): Promise<LoadClaim> => must(await claimLoad(db, me));

export async function seal(db: Db, me: string, rows = 10): Promise<ExtractClaim> {
  const slice = await extract(db, me);
  await sealChunk(db, slice, { rows, rawBytes: rows * 100, checksum: `of ${slice.source}` });
  return slice;
}

/** A table with one sealed chunk of ten rows, and an empty target table without a key. */
export async function sealed(target: Target, chunks = 1) {
  const control = await freshControl(target);
  const { db } = control;
  await db.query('CREATE TABLE items (id int)');
  const items = await planned(db, chunks);
  const me = await worker(db);
  for (let i = 0; i < chunks; i += 1) await seal(db, me);
  return { ...control, ...items, me };
}

/** Loads rows from the mark up to `to` and moves it, as a loader does. */
export const loadTo = (db: Db, chunk: LoadClaim, to: number, before?: () => Promise<void>) =>
  db.transaction(async (tx) => {
    const from = await lockMark(tx, chunk);
    const ids = Array.from({ length: to - from }, (_, i) => `(${from + 1 + i})`);
    await tx.query(`INSERT INTO items VALUES ${ids.join(', ')}`);
    await before?.();
    await advance(tx, chunk, from, to, { finished: to === chunk.rows });
  });

export const rowsIn = async (db: Db): Promise<string[]> =>
  (await db.query<{ id: number }>('SELECT id FROM items ORDER BY id')).rows.map((row) => String(row.id));
export const upTo = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i + 1));
