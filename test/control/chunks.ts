/** Chunks on their way into a table `public.items`. */
import type { ExtractClaim, LoadClaim } from '../../src/control/chunk.js';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import { advance, lockMark, sealChunk } from '../../src/control/progress.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { freshControl, planned, worker } from './schema.js';

const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('nothing could be claimed');
  return value;
};
export const extract = async (db: PgDb, me: string): Promise<ExtractClaim> => must(await claimExtract(db, me));
export const load = async (db: PgDb, me: string): Promise<LoadClaim> => must(await claimLoad(db, me));

export async function seal(db: PgDb, me: string, rows = 10): Promise<ExtractClaim> {
  const slice = await extract(db, me);
  await sealChunk(db, slice, { rows, rawBytes: rows * 100, checksum: `of ${slice.source}` });
  return slice;
}

/** A table with one sealed chunk of ten rows, and an empty target table without a key. */
export async function sealed(chunks = 1) {
  const control = await freshControl(18);
  const { db } = control;
  await db.query('CREATE TABLE public.items (id int)');
  const items = await planned(db, chunks);
  const me = await worker(db);
  for (let i = 0; i < chunks; i += 1) await seal(db, me);
  return { ...control, ...items, me };
}

/** Loads rows from the mark up to `to` and moves it, as a loader does. */
export const loadTo = (db: PgDb, chunk: LoadClaim, to: number, before?: () => Promise<void>) =>
  db.transaction(async (tx) => {
    const from = await lockMark(tx, chunk);
    await tx.query('INSERT INTO public.items SELECT generate_series(:from::int + 1, :to::int)', { from, to });
    await before?.();
    await advance(tx, chunk, from, to, { finished: to === chunk.rows });
  });

export const rowsIn = async (db: PgDb): Promise<string[]> =>
  (await db.query<{ id: number }>('SELECT id FROM public.items ORDER BY id')).rows.map((row) => String(row.id));
export const upTo = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i + 1));
