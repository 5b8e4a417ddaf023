/** SIGKILL at every labelled point of following, while a writer never rests; then both sides are compared. */
import { expect, it } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { change, following, leave, SMALL } from './following.js';
import { Migration } from './migration.js';
import { until } from './run.js';

/** One run each: a daemon that dies again and again is started ever later. */
const ROUNDS = [
  'S7,S8,S5:2,X8:2,L6:2,A7,A8',
  'C1,C2:300,C3:5,A1,A2:300,A3:5',
  'C4:2,C5:2,C7:2,C6:2,A4:2,A5:2,A6:2,L6:2',
];

it('PR-24 loses and doubles nothing, wherever a daemon is killed', { timeout: 480_000 }, async () => {
  const { migration, writer } = await following();
  for (const points of ROUNDS) {
    const run = migration.follow('stopped', points);
    const names = points.split(',').map((point) => point.split(':')[0]!);
    await until(`struck at ${points}`, () => names.every((name) => migration.struck.includes(name)), 120).catch(
      () => undefined,
    );
    expect(migration.struck.sort()).toEqual(names.sort());
    expect(run.lives).toBe(true);
    await leave(run);
  }
  await writer.stop();
  await migration.follow().code();
  await migration.expectInStep();
});

const FAMILY = `CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE);
  INSERT INTO parent SELECT generate_series(1, 99); INSERT INTO child SELECT i, i FROM generate_series(1, 99) AS i`;
const CHANGE = `DELETE FROM parent WHERE id % 7 = 0; INSERT INTO parent SELECT generate_series(200, 299); INSERT INTO child SELECT i, i FROM generate_series(200, 299) AS i`;

it('H1: the coordinator is killed between the event that all are in step and what waits for it', async () => {
  const source = await freshDatabase(15);
  await change(source, FAMILY);
  const migration = await Migration.create({ source, changes: true, settings: SMALL });
  expect(await migration.follow('stopped', 'H1').code()).toBe('SIGKILL');
  await change(source, CHANGE);
  await migration.follow().code();
  await migration.expectInStep();
  const validated = `SELECT count(*)::int AS n FROM pg_constraint WHERE conrelid = 'child'::regclass AND contype = 'f' AND convalidated`;
  expect(await migration.ask(validated)).toEqual([{ n: 1 }]);
});
