/** What `openkite plan --simulate` says of the two examples, with the chart that shows why. */
import { expect, it } from 'vitest';
import { showSimulation } from '../../../src/cli/show-schedule.js';
import { comparison } from '../../../src/plan/comparison.js';
import { duration } from '../../../src/plan/duration.js';
import { COUNTER_EXAMPLE, SEED, type Example } from '../../../src/plan/examples.js';
import { gantt, taskRows } from '../../../src/plan/gantt.js';
import { simulate } from '../../../src/plan/simulate.js';
import { modelOf } from '../../../src/plan/comparison.js';
import { LIMITLESS } from './fake.js';

const hours = ({ tasks, capacity, barrierSeconds }: Example) =>
  comparison(tasks, capacity, barrierSeconds).map(({ name, simulation }) => [name, simulation.makespan / 3600]);

it('the seed’s waves take 61 h with three barriers of an hour, and 58 h without', () => {
  expect(hours(SEED)).toEqual([
    ['wave', 61],
    ['wave, no barriers', 58],
    ['frontier', 58],
    ['frontier, latest start first', 58],
  ]);
  const [waves] = comparison(SEED.tasks, SEED.capacity, SEED.barrierSeconds);
  expect(waves?.simulation).toMatchObject({ checkpoints: 4, idle: 3 * 3600 });
});

it('in the counter-example the frontier loses against waves', () => {
  expect(hours(COUNTER_EXAMPLE)).toEqual([
    ['wave', 12],
    ['frontier', 15],
    ['frontier, latest start first', 12],
  ]);
});

it('both are printed, with a chart, and neither model is praised', () => {
  const plan = { tasks: [], makespan: 0, phases: [], deferredKeys: [], leftOut: [], warnings: [] };
  const text = showSimulation(plan, { ...LIMITLESS, workers: 8, source: 4, target: 4, disk: 1e10 }, 1);
  expect(text).toContain('this migration: 4 workers on the source, 4 on the target, 10000000000 bytes of files');
  expect(text).toMatch(/^total duration +61 h +58 h +58 h +58 h$/m);
  expect(text).toMatch(/^total duration +12 h +15 h +12 h$/m);
  expect(text).toContain('Here waves are 20 % shorter than the frontier.');
  expect(text).toContain('Neither model always wins');
});

it('a chart has a line a task', () => {
  const { schedule, makespan } = simulate(COUNTER_EXAMPLE.tasks, COUNTER_EXAMPLE.capacity, modelOf('frontier', 0));
  const lines = gantt(taskRows(schedule), makespan).split('\n');
  const cells = (line: string) => line.slice(line.indexOf('|') + 1, -1);
  expect(lines.map((line) => line[0])).toEqual(['B', 'D', 'A', 'C', 'E', ' '].sort((a, b) => order(a) - order(b)));
  const drawn = Object.fromEntries(lines.slice(0, -1).map((line) => [line[0], cells(line)]));
  expect(drawn['B']).toBe('x'.repeat(16) + ' '.repeat(64));
  expect(drawn['A']).toMatch(/^ {16}x{43} {21}$/);
  expect(drawn['E']).toMatch(/^ {58}x{22}$/);
  expect(lines.at(-1)).toMatch(/^ +0 +15 h$/);
});

const order = (label: string): number => ['B', 'D', 'C', 'A', 'E', ' '].indexOf(label);

it('durations are short words', () => {
  expect([0, 0.001, 0.05, 12.34, 59.99, 60, 245, 3600, 9000, 61 * 3600].map(duration)).toEqual([
    ...['0 s', '<0.01 s', '0.05 s', '12.3 s', '60 s', '1 min', '4 min 05 s', '1 h', '2 h 30 min', '61 h'],
  ]);
});
