import { describe, expect, test } from 'vitest';
import { skipTable } from '../../src/control/skip.js';
import { closeSnapshot } from '../../src/control/snapshot.js';
import { failTable, finishTables, insertTables, reopenTables, tables } from '../../src/control/table.js';
import {
  claimTask,
  failTask,
  finishEvent,
  finishTask,
  insertTasks,
  makeReady,
  openTasks,
  reopenTasks,
  type Task,
} from '../../src/control/task.js';
import type { Db } from '../../src/db/db.js';
import { CUTOVER, rowsOf, type Step } from '../../src/model/step.js';
import { endLease, freshControl, isPostgres, planned, worker, TARGETS } from './schema.js';

const step = (id: string, needs: string[] = [], more: Partial<Step> = {}): Step => ({
  id,
  kind: 'index',
  statements: [`CREATE TABLE public.${id} (id int)`],
  needs,
  bytes: 0,
  ...more,
});

const must = async (task: Promise<Task | undefined>): Promise<Task> => {
  const found = await task;
  if (found === undefined) throw new Error('nothing to do');
  return found;
};
/** Figures are text on one of the servers. */
const numbered = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, /^[\d.]+$/.test(String(value)) ? Number(value) : value]),
  );

const states = async (db: Db): Promise<string[]> =>
  (await openTasks(db)).map((task) => `${task.id} ${task.state}`).sort();

describe.each(TARGETS)('on %s', (target) => {
  async function withSteps(...steps: Step[]) {
    const control = await freshControl(target);
    await insertTasks(control.db, steps);
    await makeReady(control.db);
    return { ...control, me: await worker(control.db) };
  }

  test('an event that was found ready while somebody took back what it needs waits again', async () => {
    const { db } = await withSteps(step(CUTOVER, ['a'], { kind: 'event', statements: [] }), step('a'));
    await db.query(`UPDATE wirekite_task SET state = 'READY' WHERE task_id = 'cutover'`);
    await makeReady(db);
    expect(await states(db)).toEqual(['a READY', 'cutover WAITING']);
  });

  test('tasks have the place that the plan gives them, and tables that of the event of their rows', async () => {
    const { db } = await withSteps();
    const event = step(rowsOf('public.items'), [], { kind: 'event', table: 'public.items' });
    const placements = new Map([
      ['one', { phase: 2, priority: 0.25, seconds: 1.5 }],
      [event.id, { phase: 3, priority: 4, seconds: 7 }],
    ]);
    await insertTasks(db, [step('one'), step('two'), event], { batchRun: 'r', placements });
    const more = { target: 't', rowsEstimated: 1, bytesEstimated: 2 };
    await insertTables(db, [
      { table: 'public.items', ...more, businessValue: 2, riskScore: 0.5, critical: true },
      { table: 'public.others', ...more, priority: 9 },
    ]);
    const tasks = `SELECT task_id, batch_run_id, phase, priority, estimate_seconds FROM wirekite_task ORDER BY task_id`;
    expect((await db.query(tasks)).rows.map(numbered)).toEqual([
      { task_id: event.id, batch_run_id: 'r', phase: 3, priority: 4, estimate_seconds: 7 },
      { task_id: 'one', batch_run_id: 'r', phase: 2, priority: 0.25, estimate_seconds: 1.5 },
      { task_id: 'two', batch_run_id: 'r', phase: 1, priority: 0, estimate_seconds: null },
    ]);
    const made = `SELECT table_name, phase, priority, business_value, risk_score, critical FROM wirekite_table ORDER BY table_name`;
    expect((await db.query(made)).rows.map(numbered)).toEqual([
      { table_name: 'public.items', phase: 3, priority: 4, business_value: 2, risk_score: 0.5, critical: 'YES' },
      { table_name: 'public.others', phase: 1, priority: 9, business_value: 1, risk_score: 0, critical: 'NO' },
    ]);
  });

  test('on a table that is to be loaded anew nothing becomes ready', async () => {
    const { db } = await withSteps();
    await planned(db, 1);
    await insertTasks(db, [step('one', [], { table: 'public.items' }), step('two', [], { table: 'public.others' })]);
    await db.query(`UPDATE wirekite_table SET state = 'RELOAD_NEEDED'`);
    await makeReady(db);
    const { rows } = await db.query(
      `SELECT task_id FROM wirekite_task WHERE state = 'READY' AND task_id IN ('one', 'two')`,
    );
    expect(rows).toEqual([{ task_id: 'two' }]);
  });

  describe('order', () => {
    test('a task is ready when all that it needs is done or was allowed to fail', async () => {
      const { db, me } = await withSteps(step('a'), step('b', [], { optional: true }), step('c', ['a', 'b']));
      expect(await states(db)).toEqual(['a READY', 'b READY', 'c WAITING']);
      await finishTask(db, (await must(claimTask(db, me))).id, me);
      expect(await makeReady(db)).toBe(0);
      const optional = await must(claimTask(db, me));
      expect(optional).toMatchObject({ id: 'b', optional: true, attempt: 1 });
      await failTask(db, optional.id, me, 'no such role', 'SKIPPED');
      expect(await makeReady(db)).toBe(1);
      expect(await must(claimTask(db, me))).toMatchObject({ id: 'c' });
    });

    test('the largest first, of the kinds that are asked for', async () => {
      const { db, me } = await withSteps(
        step('small', [], { bytes: 1 }),
        step('large', [], { bytes: 2 }),
        step('key', [], { kind: 'key', bytes: 3 }),
      );
      expect((await must(claimTask(db, me, { kinds: ['index'] }))).id).toBe('large');
      expect((await must(claimTask(db, me))).id).toBe('key');
      expect((await must(claimTask(db, me))).id).toBe('small');
      expect(await claimTask(db, me)).toBeUndefined();
    });

    test('what is left out holds nobody up any more, but for foreign keys to it; what else has failed does', async () => {
      const { db, me } = await withSteps();
      await planned(db, 1);
      await insertTasks(db, [
        step('key', [], { table: 'public.items' }),
        step('other', [], { table: 'public.others' }),
        step('reference', ['key', rowsOf('public.items')], { kind: 'foreign key', table: 'public.others' }),
        step('owner', ['key']),
        step(CUTOVER, ['owner', 'other'], { kind: 'event', statements: [] }),
      ]);
      await makeReady(db);
      for (let i = 0; i < 2; i++) await failTask(db, (await must(claimTask(db, me))).id, me, 'broken');
      await makeReady(db);
      expect(await states(db)).toEqual([
        ...['cutover BLOCKED', 'key FAILED', `${rowsOf('public.items')} READY`],
        ...['other FAILED', 'owner BLOCKED', 'reference BLOCKED'],
      ]);
      await skipTable(db, 'public.items', 'a test');
      await makeReady(db);
      expect(await states(db)).toEqual(['cutover BLOCKED', 'other FAILED', 'owner READY']);
      const blocker = `SELECT blocked_by FROM wirekite_task WHERE task_id = 'cutover'`;
      expect((await db.query(blocker)).rows).toEqual([{ blocked_by: 'other' }]);
    });

    test('what needs a failed task, at any distance, is blocked, and a new run tries it again', async () => {
      const { db, me } = await withSteps(step('a'), step('b', ['a']), step('c', ['b']), step('d'));
      const task = await must(claimTask(db, me));
      await failTask(db, task.id, me, 'out of memory', 'READY');
      expect(await must(claimTask(db, me))).toMatchObject({ id: 'a', attempt: 2 });
      await failTask(db, 'a', me, 'broken');
      await makeReady(db);
      expect(await states(db)).toEqual(['a FAILED', 'b BLOCKED', 'c BLOCKED', 'd READY']);
      expect((await openTasks(db)).find((t) => t.id === 'c')).toMatchObject({ blockedBy: 'a' });
      expect((await reopenTasks(db)).sort()).toEqual(['a', 'b', 'c']);
      await makeReady(db);
      expect(await states(db)).toEqual(['a READY', 'b WAITING', 'c WAITING', 'd READY']);
    });

    test('inserting the same plan again keeps what was done and mended', async () => {
      const { db, me } = await withSteps(step('a'), step('b', ['a']));
      await finishTask(db, (await must(claimTask(db, me))).id, me);
      await db.query(`UPDATE wirekite_task SET statement = 'SELECT 1' WHERE task_id = 'b'`);
      await insertTasks(db, [step('a'), step('b', ['a'])]);
      await makeReady(db);
      expect(await states(db)).toEqual(['b READY']);
      expect(await must(claimTask(db, me))).toMatchObject({ id: 'b', statement: 'SELECT 1' });
    });

    test('an event is never claimed; the coordinator ends it when it is ready', async () => {
      const { db, me } = await withSteps(step(CUTOVER, ['a'], { kind: 'event', statements: [] }), step('a'));
      await expect(finishEvent(db, CUTOVER)).rejects.toThrow(/not READY/);
      await finishTask(db, (await must(claimTask(db, me))).id, me);
      await makeReady(db);
      expect(await claimTask(db, me)).toBeUndefined();
      await finishEvent(db, CUTOVER);
      expect(await openTasks(db)).toEqual([]);
    });
  });

  describe('once', () => {
    test.runIf(isPostgres(target))(
      'the DDL and its DONE commit together, and a task that was taken over is not done twice',
      async () => {
        const { db, me } = await withSteps(step('a'));
        const mine = await must(claimTask(db, me));
        await endLease(db, me);
        const heir = await worker(db);
        expect(await must(claimTask(db, heir))).toMatchObject({ id: 'a', attempt: 2 });
        const run = (who: string) =>
          db.transaction(async (tx) => {
            await tx.query(mine.statement);
            await finishTask(tx, mine.id, who);
          });
        await expect(run(me)).rejects.toMatchObject({ code: 'FENCED' });
        await run(heir);
        expect((await db.query('SELECT id FROM public.a')).rows).toEqual([]);
        expect(await openTasks(db)).toEqual([]);
      },
    );

    test('8 sessions, 100 tasks: none twice, none lost', async () => {
      const { db, open } = await withSteps(...Array.from({ length: 100 }, (_, i) => step(`t${i}`)));
      const drain = async (): Promise<string[]> => {
        const session = await open();
        const me = await worker(db);
        const ids: string[] = [];
        for (let task = await claimTask(session, me); task; task = await claimTask(session, me)) ids.push(task.id);
        return ids;
      };
      const ids = (await Promise.all(Array.from({ length: 8 }, drain))).flat();
      expect(ids).toHaveLength(100);
      expect(new Set(ids).size).toBe(100);
    });
  });

  describe('tables', () => {
    test('a failed table blocks what needs its rows; a new run goes on with it', async () => {
      const { db } = await freshControl(target);
      const { table } = await planned(db, 1);
      await insertTasks(db, [step('key', [rowsOf(table)])]);
      await failTable(db, table, 'bad row');
      await failTable(db, table, 'once more');
      await makeReady(db);
      expect(await states(db)).toEqual(['key BLOCKED', 'load public.items FAILED']);
      expect(await tables(db)).toMatchObject([{ state: 'FAILED', error: 'bad row' }]);
      expect(await reopenTables(db)).toEqual([table]);
      await reopenTasks(db);
      await makeReady(db);
      expect(await states(db)).toEqual(['key WAITING', 'load public.items READY']);
      expect(await tables(db)).toMatchObject([{ state: 'COPYING', error: undefined }]);
    });

    test('a table is done when nothing of it is left to do', async () => {
      const { db } = await freshControl(target);
      const { table, snapshotId } = await planned(db, 0);
      await insertTasks(db, [step('key', [], { table })]);
      await closeSnapshot(db, snapshotId);
      await db.query(`UPDATE wirekite_table SET state = 'LOADED'`);
      await finishEvent(db, rowsOf(table));
      expect(await finishTables(db)).toEqual([]);
      await makeReady(db);
      const me = await worker(db);
      await finishTask(db, (await must(claimTask(db, me))).id, me);
      expect(await finishTables(db)).toEqual([table]);
    });
  });
});
