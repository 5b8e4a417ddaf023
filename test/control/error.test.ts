import { describe, expect, test } from 'vitest';
import { countErrors, insertErrors, type RowError } from '../../src/control/error.js';
import { executeReset, planReset, type ResetTarget } from '../../src/control/reset.js';
import { resolveStart } from '../../src/control/start.js';
import { tables } from '../../src/control/table.js';
import type { Db } from '../../src/db/db.js';
import { addTables, loaded, opened } from './changes.js';
import { freshControl, TARGETS, type Target } from './schema.js';

const found = (error: Partial<RowError> = {}): RowError => ({
  table: 'public.a',
  chunk: '3.ckt',
  seq: 7,
  op: 'U',
  key: '1',
  row: '1\tnew',
  found: undefined,
  cause: 'there is no such row',
  code: undefined,
  ...error,
});

const escalated = async (db: Db) => {
  const { rows } = await db.query(
    `SELECT errors_total AS total, errors_escalated AS escalated FROM wirekite_table ORDER BY table_name`,
  );
  return rows;
};

describe.each<Target>([10, 18, 'MariaDB'])('the error queue on %s', (target) => {
  test('holds what did not go through, in words, and counts it', async () => {
    const { db } = await freshControl(target);
    await addTables(db, ['public.a', 'public.b']);
    await insertErrors(db, [
      found(),
      found({ op: 'I', found: '1\told\0', cause: 'duplicate key', code: '23505' }),
      found({ table: 'public.b', op: 'R', row: undefined, code: '23503' }),
    ]);
    const { rows } = await db.query(
      'SELECT queue, table_name, chunk, seq, row_key, raw_row, cause, fault FROM wirekite_error ORDER BY error_id',
    );
    expect(rows).toEqual([
      {
        queue: 'error_queue_a_diverged',
        table_name: 'public.a',
        chunk: '3.ckt',
        seq: '7',
        row_key: '1',
        raw_row: 'update\nthe source has: 1\tnew\nthe target has no such row',
        cause: 'there is no such row',
        fault: 'data',
      },
      expect.objectContaining({
        queue: 'error_queue_a_unique',
        raw_row: 'insert\nthe source has: 1\tnew\nthe target has: 1\told\\0',
        fault: '23505',
      }),
      expect.objectContaining({ queue: 'error_queue_b_fk', raw_row: 'delete\nthe target has no such row' }),
    ]);
    expect(await escalated(db)).toEqual([
      { total: '2', escalated: '2' },
      { total: '1', escalated: '1' },
    ]);
    expect(await countErrors(db)).toBe(3);
  });
});

describe.each(TARGETS)('on %s', (target) => {
  async function withTables() {
    const control = await freshControl(target);
    await addTables(control.db, ['public.a', 'public.b']);
    return control;
  }

  describe('a person', () => {
    test('settles one, and is written down', async () => {
      const { db, operator, typed } = await withTables();
      await insertErrors(db, [found(), found()]);
      const sql = await operator();
      await sql.query(typed(`UPDATE wirekite.wirekite_error SET resolution = ' skip ' WHERE error_id = 1`));
      expect(await countErrors(db)).toBe(1);
      expect((await escalated(db))[0]).toEqual({ total: '2', escalated: '1' });
      const { rows } = await db.query(
        `SELECT h.new_value, CASE WHEN h.changed_by = e.author AND e.resolved_at IS NOT NULL THEN 'YES' END AS signed, e.resolution
       FROM wirekite_history h JOIN wirekite_error e ON CAST(e.error_id AS char(1)) = h.row_key WHERE h.object = 'wirekite_error'`,
      );
      expect(rows).toEqual([{ new_value: 'SKIP', signed: 'YES', resolution: 'SKIP' }]);
      await sql.query(typed('UPDATE wirekite.wirekite_error SET resolution = NULL WHERE error_id = 1'));
      expect(await countErrors(db)).toBe(2);
      expect((await escalated(db))[0]).toEqual({ total: '2', escalated: '2' });
    });

    test.each(['RETRY', 'REPLACE', ''])('is told that %j is not obeyed yet', async (word) => {
      const { db } = await withTables();
      await insertErrors(db, [found()]);
      await expect(db.query('UPDATE wirekite_error SET resolution = :word', { word })).rejects.toThrow(
        `resolution '${word}' is not obeyed by this version`,
      );
    });
  });

  test('a reset settles errors and forgets the stream, also of tables whose rows changes have altered', async () => {
    const { db } = await opened(target, ['public.a']);
    await db.query('CREATE TABLE a (id int); INSERT INTO a VALUES (1), (2), (3), (4), (5)');
    const shop: ResetTarget = {
      rows: async () => Number((await db.query('SELECT count(*) AS n FROM a')).rows[0]?.['n']),
      empty: async (tx) => void (await tx.query('TRUNCATE TABLE a')),
    };
    await loaded(db, 'public.a');
    await resolveStart(db, { table: 'public.a', generation: 1, startSeq: 3 });
    await insertErrors(db, [found()]);
    expect((await planReset(db, shop)).refusals).toHaveLength(1);
    await db.query('UPDATE wirekite_table SET applied_seq = NULL');
    expect(await planReset(db, shop)).toMatchObject({
      tables: [{ loaded: 0, found: 5, changed: true }],
      refusals: [],
    });
    await db.query(`UPDATE wirekite_progress SET mark = 'spoilt' WHERE target = 'changes'`);
    await executeReset(db, shop);
    expect(await tables(db)).toMatchObject([{ state: 'PLANNED', generation: 2, appliedSeq: undefined }]);
    expect(await countErrors(db)).toBe(0);
    for (const empty of ['wirekite_progress', 'wirekite_sample', 'a'])
      expect((await db.query(`SELECT 1 FROM ${empty}`)).rows).toEqual([]);
  });
});
