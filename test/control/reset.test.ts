import { describe, expect, test } from 'vitest';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import { advance, lockMark, sealChunk } from '../../src/control/progress.js';
import { executeReset, planReset, type ResetTarget } from '../../src/control/reset.js';
import { requireVersion } from '../../src/control/set-up.js';
import { tables } from '../../src/control/table.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { freshControl, planned, worker } from './schema.js';

const target = (db: PgDb): ResetTarget => ({
  rows: async (table) => {
    const { rows } = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table.target}`);
    return rows[0]?.n;
  },
  empty: async (tx, rows) => void (await tx.query(`TRUNCATE ${rows.map((row) => row.target).join(', ')}`)),
});

/** Two tables of three rows, one chunk each, loaded; the workers have gone. */
async function loaded() {
  const control = await freshControl(15);
  const { db } = control;
  for (const table of ['public.a', 'public.b']) {
    await db.query(`CREATE TABLE ${table} (id int)`);
    await planned(db, 1, table);
  }
  const me = await worker(db);
  for (let slice = await claimExtract(db, me); slice; slice = await claimExtract(db, me))
    await sealChunk(db, slice, { rows: 3, rawBytes: 30, checksum: 'c' });
  for (let chunk = await claimLoad(db, me); chunk; chunk = await claimLoad(db, me)) {
    const claim = chunk;
    await db.transaction(async (tx) => {
      await tx.query(`INSERT INTO ${claim.table} SELECT generate_series(1, 3)`);
      await advance(tx, claim, await lockMark(tx, claim), 3, { finished: true });
    });
  }
  await db.query(`UPDATE wirekite_worker SET lease_until = now() - interval '1 second'`);
  return control;
}

const count = async (db: PgDb, table: string) =>
  (await db.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]?.['n'];

test('says what it would empty and touches nothing', async () => {
  const { db } = await loaded();
  expect(await planReset(db, target(db))).toEqual({
    tables: [
      { table: 'public.a', target: 'public.a', loaded: 3, found: 3, changed: false },
      { table: 'public.b', target: 'public.b', loaded: 3, found: 3, changed: false },
    ],
    refusals: [],
  });
  expect([await count(db, 'public.a'), await count(db, 'wirekite_progress')]).toEqual([3, 4]);
});

test('empties tables and progress together; numbers of chunks go on', async () => {
  const { db } = await loaded();
  await db.query(
    'ALTER TABLE public.a ADD PRIMARY KEY (id); ALTER TABLE public.b ADD FOREIGN KEY (id) REFERENCES public.a',
  );
  await executeReset(db, target(db));
  for (const table of ['public.a', 'public.b', 'wirekite_progress', 'wirekite_snapshot'])
    expect(await count(db, table)).toBe(0);
  const { rows } = await db.query('SELECT DISTINCT kind, state FROM wirekite_task');
  expect(rows).toEqual([{ kind: 'event', state: 'WAITING' }]);
  expect(await tables(db)).toMatchObject([
    { state: 'PLANNED', generation: 2, nextChunk: 1 },
    { state: 'PLANNED', generation: 2, nextChunk: 1 },
  ]);
  await requireVersion(db);
});

describe('refuses', () => {
  test('while a worker lives', async () => {
    const { db } = await loaded();
    const id = await worker(db);
    await expect(executeReset(db, target(db))).rejects.toMatchObject({
      code: 'RESET_REFUSED',
      message: expect.stringContaining(id),
    });
    expect(await count(db, 'public.a')).toBe(3);
    await requireVersion(db);
  });

  test.each([
    [
      'rows that were not loaded',
      'INSERT INTO public.b VALUES (4)',
      /public.b has 4 rows, and wirekite_progress says that 3 were loaded/,
    ],
    [
      'rows without progress',
      `DELETE FROM wirekite_progress WHERE table_name = 'public.b'`,
      /public.b has 3 rows, and .* 0 were loaded/,
    ],
  ])('when the target holds %s', async (_, sql, message) => {
    const { db } = await loaded();
    await db.query(sql);
    await expect(executeReset(db, target(db))).rejects.toThrow(message);
    expect(await count(db, 'public.a')).toBe(3);
  });
});

test('PR-20 interrupted after the first table, where TRUNCATE commits by itself: daemons wait, and it can be ended', async () => {
  const { db, open } = await loaded();
  const other = await open();
  const broken: ResetTarget = {
    ...target(db),
    empty: async () => {
      await other.query('TRUNCATE public.a');
      throw new Error('killed');
    },
  };
  await expect(executeReset(db, broken)).rejects.toThrow('killed');
  expect([await count(db, 'public.a'), await count(db, 'public.b'), await count(db, 'wirekite_progress')]).toEqual([
    0, 3, 4,
  ]);
  await expect(requireVersion(db)).rejects.toMatchObject({ code: 'RESET_PENDING' });
  await executeReset(db, target(db));
  expect([await count(db, 'public.b'), await count(db, 'wirekite_progress')]).toEqual([0, 0]);
  await requireVersion(db);
});

test('PR-20 a target table that was emptied before its progress rows is no disagreement', async () => {
  const { db } = await loaded();
  await db.query('TRUNCATE public.a');
  expect((await planReset(db, target(db))).refusals).toEqual([]);
});
