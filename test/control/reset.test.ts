import { describe, expect, test } from 'vitest';
import { checkpoints, outdatedUpTo } from '../../src/control/checkpoint.js';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import { advance, lockMark, sealChunk } from '../../src/control/progress.js';
import { executeReset, planReset, type ResetTarget } from '../../src/control/reset.js';
import { requireVersion } from '../../src/control/set-up.js';
import { tables } from '../../src/control/table.js';
import type { Db } from '../../src/db/db.js';
import { freshControl, inControl, planned, worker, TARGETS } from './schema.js';

const shop = (db: Db): ResetTarget => ({
  rows: (table) => count(db, table.target),
  empty: async (tx, rows) => {
    for (const row of rows.toReversed()) await tx.query(`DELETE FROM ${row.target}`);
  },
});

const count = async (db: Db, table: string) =>
  Number((await db.query(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.['n']);

describe.each(TARGETS)('on %s', (target) => {
  /** Two tables of three rows, one chunk each, loaded; the workers have gone. */
  async function loaded() {
    const control = await freshControl(target);
    const { db } = control;
    for (const table of ['public.a', 'public.b']) {
      await db.query(`CREATE TABLE ${inControl(table)} (id int)`);
      await planned(db, 1, table);
    }
    const me = await worker(db);
    for (let slice = await claimExtract(db, me); slice; slice = await claimExtract(db, me))
      await sealChunk(db, slice, { rows: 3, rawBytes: 30, checksum: 'c' });
    for (let chunk = await claimLoad(db, me); chunk; chunk = await claimLoad(db, me)) {
      const claim = chunk;
      await db.transaction(async (tx) => {
        await tx.query(`INSERT INTO ${claim.target} VALUES (1), (2), (3)`);
        await advance(tx, claim, await lockMark(tx, claim), 3, { finished: true });
      });
    }
    await db.query(`UPDATE wirekite_worker SET lease_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND`);
    return control;
  }

  test('says what it would empty and touches nothing', async () => {
    const { db } = await loaded();
    expect(await planReset(db, shop(db))).toEqual({
      tables: [
        { table: 'public.a', target: 'a', loaded: 3, found: 3, changed: false },
        { table: 'public.b', target: 'b', loaded: 3, found: 3, changed: false },
      ],
      refusals: [],
    });
    expect([await count(db, 'a'), await count(db, 'wirekite_progress')]).toEqual([3, 4]);
  });

  test('empties tables and progress together; numbers of chunks go on', async () => {
    const { db } = await loaded();
    await db.query('ALTER TABLE a ADD PRIMARY KEY (id); ALTER TABLE b ADD FOREIGN KEY (id) REFERENCES a (id)');
    await executeReset(db, shop(db));
    for (const table of ['a', 'b', 'wirekite_progress', 'wirekite_snapshot']) expect(await count(db, table)).toBe(0);
    const [last] = await checkpoints(db);
    expect(last).toMatchObject({ cause: 'before the reset' });
    expect(await outdatedUpTo(db)).toBe(last?.id);
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
      await expect(executeReset(db, shop(db))).rejects.toMatchObject({
        code: 'RESET_REFUSED',
        message: expect.stringContaining(id),
      });
      expect(await count(db, 'a')).toBe(3);
      await requireVersion(db);
    });

    test.each([
      [
        'rows that were not loaded',
        'INSERT INTO b VALUES (4)',
        /b has 4 rows, and wirekite_progress says that 3 were loaded/,
      ],
      [
        'rows without progress',
        `DELETE FROM wirekite_progress WHERE table_name = 'public.b'`,
        /b has 3 rows, and .* 0 were loaded/,
      ],
    ])('when the target holds %s', async (_, sql, message) => {
      const { db } = await loaded();
      await db.query(sql);
      await expect(executeReset(db, shop(db))).rejects.toThrow(message);
      expect(await count(db, 'a')).toBe(3);
    });
  });

  test('PR-20 interrupted after the first table, where TRUNCATE commits by itself: daemons wait, and it can be ended', async () => {
    const { db, open } = await loaded();
    const other = await open();
    const broken: ResetTarget = {
      ...shop(db),
      empty: async () => {
        await other.query('TRUNCATE TABLE a');
        throw new Error('killed');
      },
    };
    await expect(executeReset(db, broken)).rejects.toThrow('killed');
    expect([await count(db, 'a'), await count(db, 'b'), await count(db, 'wirekite_progress')]).toEqual([0, 3, 4]);
    await expect(requireVersion(db)).rejects.toMatchObject({ code: 'RESET_PENDING' });
    await executeReset(db, shop(db));
    expect([await count(db, 'b'), await count(db, 'wirekite_progress')]).toEqual([0, 0]);
    await requireVersion(db);
  });

  test('PR-20 a target table that was emptied before its progress rows is no disagreement', async () => {
    const { db } = await loaded();
    await db.query('TRUNCATE TABLE a');
    expect((await planReset(db, shop(db))).refusals).toEqual([]);
  });
});
