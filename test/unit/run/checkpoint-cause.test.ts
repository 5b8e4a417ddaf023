import { expect, test } from 'vitest';
import { checkpointCauses, type CheckpointRule, type Moment } from '../../../src/run/checkpoint-cause.js';

const RULE: CheckpointRule = { minutes: 15, rows: 1000, percent: 25 };
const START: Moment = { seconds: 100, rows: 0, percent: 0 };

const after = (seconds: number, rows: number, percent: number, rule: Partial<CheckpointRule> = {}, from = START) =>
  checkpointCauses(from, { seconds: from.seconds + seconds, rows, percent }, { ...RULE, ...rule });

test.each([
  ['nothing is due', after(899, 999, 24.9), []],
  ['time', after(900, 0, 0), ['15 minutes have passed']],
  ['rows', after(60, 1000, 10), ['1000 more rows are in']],
  ['rows come by the million: once a minute', after(59, 5_000_000, 10), []],
  ['a quarter', after(1, 10, 25), ['25 % of all rows are in']],
  ['three quarters at once', after(1, 10, 80), ['75 % of all rows are in']],
  ['within the same quarter', after(1, 10, 49, {}, { seconds: 0, rows: 0, percent: 26 }), []],
  [
    'several causes',
    after(900, 1000, 50),
    ['15 minutes have passed', '1000 more rows are in', '50 % of all rows are in'],
  ],
  ['0 is never', after(90_000, 1e9, 100, { minutes: 0, rows: 0, percent: 0 }), []],
])('%s', (_, causes, expected) => {
  expect(causes).toEqual(expected);
});

test('what was emptied counts from where it is', () => {
  const full: Moment = { seconds: 0, rows: 5000, percent: 100 };
  expect(after(100, 10, 0, {}, full)).toEqual([]);
  expect(after(900, 10, 0, {}, full)).toEqual(['15 minutes have passed']);
});
