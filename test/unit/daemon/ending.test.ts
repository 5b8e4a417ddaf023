/** A run that only loads says that everything is in when it is. */
import { expect, test } from 'vitest';
import { loadEnding } from '../../../src/daemon/ending.js';

const ALL_DONE = {
  ...{ total: 9, open: 0, failed: 0, blocked: 0, aborted: 0, moving: 0 },
  ...{ cutover: 'DONE' as const, inStep: null },
} as const;

test('it is over when nothing is open, and well when nothing was left undone but by a person', () => {
  expect(loadEnding({ ...ALL_DONE, open: 1 })).toBeUndefined();
  expect(loadEnding(ALL_DONE)).toEqual({ code: 0, why: 'everything is in' });
  expect(loadEnding({ ...ALL_DONE, failed: 1, blocked: 2 })).toMatchObject({ code: 1 });
});

test('what nobody has begun any more is not in, though what had failed was mended or left out', () => {
  const why = expect.stringMatching(/0 tasks failed .*; 3 others were not begun any more/);
  expect(loadEnding({ ...ALL_DONE, aborted: 3 })).toEqual({ code: 1, why });
  expect(loadEnding({ ...ALL_DONE, blocked: 3 })).toMatchObject({ code: 1 });
});
