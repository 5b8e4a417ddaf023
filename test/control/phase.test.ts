/** Phases and checkpoints as the coordinator turns them, without one. */
import { describe, expect, test } from 'vitest';
import { checkpoints, readCheckpoint, takeCheckpoint } from '../../src/control/checkpoint.js';
import { claimExtract } from '../../src/control/claim.js';
import { closePhases, insertPhases, phaseProgress, phases, renumberPhases } from '../../src/control/phase.js';
import { defaultSettings } from '../../src/control/setting.js';
import {
  claimTask,
  failTask,
  finishTask,
  insertTasks,
  makeReady,
  openTasks,
  reopenTasks,
} from '../../src/control/task.js';
import type { Db } from '../../src/db/db.js';
import { mergedPhases, type Model } from '../../src/plan/open-phases.js';
import type { Step } from '../../src/model/step.js';
import { Checkpoints } from '../../src/run/checkpoints.js';
import { turnPhases } from '../../src/run/phases.js';
import { freshControl, planned, worker, TARGETS } from './schema.js';

const step = (id: string, needs: string[] = [], kind = 'index'): Step => ({
  id,
  kind,
  statements: [],
  needs,
  bytes: 0,
});

const stateOf = async (db: Db): Promise<string[]> =>
  (await phases(db)).map(({ name, isOpen, hasEnded }) => `${name} ${hasEnded ? 'ended' : isOpen ? 'open' : 'closed'}`);

const waiting = async (db: Db): Promise<string[]> =>
  (await openTasks(db)).map(({ id, state }) => `${id} ${state}`).sort();

const told = (): Promise<void> => Promise.resolve();

const causes = async (db: Db): Promise<string[]> => (await checkpoints(db)).map(({ cause }) => cause);

describe.each(TARGETS)('on %s', (target) => {
  test('how far a phase is goes by the rows of its tables', async () => {
    const { db } = await freshControl(target);
    await insertPhases(db, ['reference', 'keys']);
    await planned(db, 1); // a table of about a hundred rows, in the first
    await db.query('UPDATE wirekite_table SET rows_loaded = 20');
    const seen = { name: 'reference', tables: 1, percent: 20, seconds: undefined };
    expect(await phaseProgress(db)).toMatchObject([seen, { name: 'keys', tables: 0, percent: 0 }]);
    await db.query(`UPDATE wirekite_phase SET opened_at = CURRENT_TIMESTAMP, ended_at = CURRENT_TIMESTAMP`);
    await db.query(`UPDATE wirekite_table SET state = 'DONE'`);
    expect(await phaseProgress(db)).toMatchObject([
      { percent: 100, seconds: 0 },
      { percent: 100, seconds: 0 },
    ]);
    // What was left out is not to come any more.
    await db.query(`UPDATE wirekite_table SET state = 'SKIPPED'`);
    expect(await phaseProgress(db)).toMatchObject([{ percent: 100 }, { percent: 100 }]);
  });

  /** `a1` and `a2` in the first phase, `b` in the second, `c` in the third; nothing needs anything. */
  async function threePhases() {
    const { db } = await freshControl(target);
    const at = (phase: number) => ({ phase, priority: 0, seconds: 1 });
    const placements = new Map([
      ['a1', at(1)],
      ['a2', at(1)],
      ['b', at(2)],
      ['c', at(3)],
    ]);
    await insertPhases(db, ['first', 'second', 'third']);
    await insertTasks(
      db,
      ['a1', 'a2', 'b', 'c'].map((id) => step(id)),
      { placements },
    );
    const due = new Checkpoints(defaultSettings, told);
    const turn = async (model: Model) => {
      await turnPhases(db, model, due);
      await makeReady(db);
    };
    const me = await worker(db);
    const finish = async () => {
      const task = await claimTask(db, me);
      if (task) await finishTask(db, task.id, me);
    };
    return { db, due, turn, finish, me };
  }

  test('a frontier is open from the beginning, and ends phase by phase', async () => {
    const { db, turn, finish } = await threePhases();
    expect(await makeReady(db)).toBe(0);
    await turn('frontier');
    expect(await waiting(db)).toEqual(['a1 READY', 'a2 READY', 'b READY', 'c READY']);
    for (let i = 0; i < 4; i++) await finish();
    await turn('frontier');
    expect(await stateOf(db)).toEqual(['first ended', 'second ended', 'third ended']);
    expect(await causes(db)).toEqual([
      'phase 1 (first) has ended; phase 2 (second) has ended; phase 3 (third) has ended',
    ]);
  });

  test('a wave begins when all of the one before is settled, and after a checkpoint', async () => {
    const { db, turn, finish, me } = await threePhases();
    await turn('wave');
    expect(await waiting(db)).toEqual(['a1 READY', 'a2 READY', 'b WAITING', 'c WAITING']);
    await finish();
    await turn('wave');
    expect(await waiting(db)).toEqual(['a2 READY', 'b WAITING', 'c WAITING']);
    expect(await causes(db)).toEqual([]);
    const last = await claimTask(db, me);
    await failTask(db, last?.id ?? '', me, 'broken');
    await turn('wave');
    expect(await stateOf(db)).toEqual(['first ended', 'second open', 'third closed']);
    expect(await waiting(db)).toEqual(['a2 FAILED', 'b READY', 'c WAITING']);
    expect(await causes(db)).toEqual(['phase 1 (first) has ended']);
    await reopenTasks(db);
    await turn('wave');
    expect(await stateOf(db)).toEqual(['first open', 'second open', 'third closed']);
    await db.query(`UPDATE wirekite_task SET state = 'HELD' WHERE task_id = 'b'`);
    await finish();
    await turn('wave');
    expect(await stateOf(db)).toEqual(['first ended', 'second open', 'third closed']);
    await db.query(`UPDATE wirekite_task SET state = 'SKIPPED' WHERE task_id = 'b'`);
    await turn('wave');
    expect(await stateOf(db)).toEqual(['first ended', 'second ended', 'third open']);
    const status = `SELECT current_phase FROM wirekite_status`;
    expect(Number((await db.query(status)).rows[0]?.['current_phase'])).toBe(3);
  });

  test('no slice of a phase that is not open is read; without phases all are', async () => {
    const { db } = await freshControl(target);
    await planned(db, 2);
    const me = await worker(db, 'extract');
    expect(await claimExtract(db, me)).toBeDefined();
    await insertPhases(db, ['first']);
    expect(await claimExtract(db, me)).toBeUndefined();
    await turnPhases(db, 'wave', new Checkpoints(defaultSettings, told));
    expect(await claimExtract(db, me)).toBeDefined();
  });

  test('a plan that grows keeps phases by name, and nothing comes before what it needs', async () => {
    const { db, turn, finish } = await threePhases();
    await planned(db, 1);
    await db.query(`UPDATE wirekite_table SET phase = 3; UPDATE wirekite_task SET phase = 3 WHERE kind = 'event'`);
    await turn('wave');
    for (let i = 0; i < 2; i++) await finish();
    await turn('wave');
    const names = mergedPhases(['first', 'second', 'third'], ['first', 'between', 'second', 'third', 'last']);
    await renumberPhases(db, names);
    await insertTasks(db, [step('z', ['c']), step('c', ['y']), step('y')], {
      placements: new Map([['y', { phase: 5, priority: 0, seconds: 1 }]]),
    });
    expect(await stateOf(db)).toEqual(['first ended', 'between closed', 'second open', 'third closed', 'last closed']);
    const { rows } = await db.query<{ task_id: string; phase: number }>(
      `SELECT task_id, phase FROM wirekite_task WHERE kind <> 'event' ORDER BY task_id`,
    );
    expect(rows.map((row) => `${row.task_id} ${row.phase}`)).toEqual(['a1 1', 'a2 1', 'b 3', 'c 5', 'y 5', 'z 5']);
    expect((await db.query('SELECT phase FROM wirekite_table')).rows).toEqual([{ phase: 4 }]);
    await closePhases(db, 1);
    expect(await waiting(db)).toContain('b WAITING');
  });

  test('a checkpoint is due by rows and progress since the last one, whoever took it, and before the first foreign key', async () => {
    const { db, due } = await threePhases();
    const look = async (records_processed: number, progress_percent: number) => {
      await due.look(db, { records_processed, progress_percent });
      await due.take(db);
      return causes(db);
    };
    expect(await look(10, 10)).toEqual([]);
    expect(await look(10, 26)).toEqual(['25 % of all rows are in']);
    await db.query(`UPDATE wirekite_checkpoint SET created_at = created_at - INTERVAL '901' SECOND`);
    const again = new Checkpoints(defaultSettings, told);
    await again.look(db, { records_processed: 200_000, progress_percent: 24 });
    await insertTasks(db, [step('key', ['a1'], 'foreign key')]);
    await again.lookAtKeys(db);
    await db.query(`UPDATE wirekite_task SET state = 'DONE' WHERE task_id = 'a1'`);
    await again.lookAtKeys(db);
    await again.lookAtKeys(db);
    await again.take(db);
    await again.take(db);
    expect((await causes(db))[0]).toBe(
      '15 minutes have passed; 100000 more rows are in; before foreign keys are made and validated',
    );
    expect(await causes(db)).toHaveLength(2);
  });

  test('the last ones are kept, and what goes with one is done with it or not at all', async () => {
    const { db } = await freshControl(target);
    await planned(db, 1);
    for (const cause of ['one', 'two', 'three']) await takeCheckpoint(db, { cause, keep: 2 });
    expect(await causes(db)).toEqual(['three', 'two']);
    const fails = takeCheckpoint(db, { cause: 'four', keep: 2 }, async (tx) => {
      await tx.query(`DELETE FROM wirekite_checkpoint`);
      throw new Error('no');
    });
    await expect(fails).rejects.toThrow('no');
    expect(await causes(db)).toEqual(['three', 'two']);
    const id = (await checkpoints(db))[0]?.id ?? 0;
    expect((await readCheckpoint(db, id))?.state.outputs['public.items']).toEqual({
      ...{ table: 'public.items', state: 'COPYING', generation: 1, rowsLoaded: 0, rowsMarked: 0 },
    });
  });
});
