/** The coordinator dies at every step of a cutover, and whoever comes next goes on with the same end. */
import { expect, it } from 'vitest';
import { differencesOf } from './differences.js';
import { following, inStep, leave } from './following.js';
import { slotsOf } from './workplace.js';

const STEPS = ['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7'];

it('killed at every step, it is cut over once, and nothing is lost', { timeout: 360_000 }, async () => {
  const { migration, writer } = await following(
    { settings: { poll_seconds: 1, lease_seconds: 5 } },
    { sessions: 2, largest: 300, rest: 300 },
  );
  const run = migration.follow('stopped');
  await inStep(migration);
  await writer.stop();
  await migration.row(`SELECT 1 AS yes FROM wirekite_cutover_ready WHERE ready = 'YES' LIMIT 1`, 60);
  await leave(run);
  await migration.ask(`INSERT INTO wirekite_command (action) VALUES ('CUTOVER')`);
  const ends = new Set<unknown>();
  for (const step of STEPS) {
    const struck = migration.follow('stopped', step);
    expect(await struck.code(60), step).toBe('SIGKILL');
    expect(migration.struck).toEqual([step]);
    const [state] = await migration.ask<{ value: string }>(
      `SELECT value FROM wirekite_setting WHERE name = 'cutover' AND value <> ''`,
    );
    if (state) ends.add((JSON.parse(state.value) as { end: string }).end);
  }
  const last = migration.follow('stopped');
  expect(await last.code(60), last.said).toBe(0);
  expect(ends.size).toBe(1);
  expect(await differencesOf(migration.source, migration.target)).toEqual([]);
  expect(await slotsOf(migration.source)).toEqual([]);
  expect(await migration.ask(`SELECT state, result FROM wirekite_command`)).toEqual([
    { state: 'DONE', result: expect.stringMatching(/^cut over: the source ended at/) },
  ]);
  expect(await migration.ask(`SELECT status FROM wirekite_status`)).toEqual([{ status: 'cut over' }]);
});
