import fc from 'fast-check';
import { expect, it } from 'vitest';
import { criticalPath } from '../../../src/plan/critical-path.js';
import { copySeconds, RATES, stepSeconds } from '../../../src/plan/estimate.js';
import { priorityOf, WEIGHT } from '../../../src/plan/priority.js';
import { task } from './fake.js';

it('has earliest and latest starts, slack, and what may not be late', () => {
  const order = [task('a', 3), task('b', 2), task('c', 4, ['a', 'b']), task('d', 1, ['b']), task('e', 0, ['c', 'd'])];
  const { timing, makespan } = criticalPath(order);
  expect(makespan).toBe(7);
  expect(timing).toEqual([
    { earliest: 0, slack: 0, critical: true },
    { earliest: 0, slack: 1, critical: false },
    { earliest: 3, slack: 0, critical: true },
    { earliest: 2, slack: 4, critical: false },
    { earliest: 7, slack: 0, critical: true },
  ]);
  expect(criticalPath([])).toEqual({ timing: [], makespan: 0 });
});

const seconds = fc.double({ min: 0, max: 1e6, noNaN: true });

it('in any plan a chain of critical tasks fills the time, also where sums are not exact', () => {
  const chains = fc.array(fc.tuple(seconds, fc.array(fc.nat(20), { maxLength: 3 })), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(chains, (all) => {
      const order = all.map(([length, needs], i) =>
        task(
          `t${i}`,
          length,
          needs.filter((need) => need < i).map((need) => `t${need}`),
        ),
      );
      const { timing, makespan } = criticalPath(order);
      const critical = order.filter((_, i) => timing[i]?.critical);
      expect(criticalPath(critical).makespan).toBeCloseTo(makespan, 3);
    }),
  );
});

it('estimates by bytes and kind, and rows where they are the slower; an event takes no time', () => {
  const rates = { ...RATES, index: 50, validate: 200, analyze: 1000, load: 10, extract: 20, rows: 2, task: 1 };
  expect(stepSeconds('event', 1000, rates)).toBe(0);
  expect(stepSeconds('table', 0, rates)).toBe(1);
  expect(stepSeconds('index', 1000, rates)).toBe(21);
  expect(stepSeconds('unique', 1000, rates)).toBe(21);
  expect(stepSeconds('foreign key', 1000, rates)).toBe(6);
  expect(stepSeconds('analyze', 1000, rates)).toBe(2);
  expect(copySeconds('load', { bytes: 1000, rows: 0 }, rates)).toBe(101);
  expect(copySeconds('extract', { bytes: 1000, rows: 200 }, rates)).toBe(101);
});

it('weighs value, effort, risk and the critical path: CONTROL 18', () => {
  expect(priorityOf(WEIGHT, 4, false)).toBe(0.25);
  expect(priorityOf(WEIGHT, 4, true)).toBe(0.5);
  expect(priorityOf({ businessValue: 10, riskScore: 0.25 }, 4, true)).toBe(3.75);
  expect(priorityOf({ businessValue: 10, riskScore: 1 }, 4, true)).toBe(0);
  expect(priorityOf(WEIGHT, 0, false)).toBe(1000);
});
