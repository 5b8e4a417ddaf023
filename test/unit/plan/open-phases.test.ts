import { describe, expect, it, test } from 'vitest';
import { mergedPhases, openPhases, type Phase } from '../../../src/plan/open-phases.js';

const phases = (...ended: boolean[]): Phase[] => ended.map((hasEnded, i) => ({ phase: i + 1, hasEnded }));

describe('which phases are open', () => {
  test('of a frontier all are', () => {
    expect(openPhases.frontier(phases(true, false, false))).toEqual([1, 2, 3]);
  });

  test.each([
    [phases(false, false, false), [1]],
    [phases(true, false, false), [2]],
    [phases(true, true, true), []],
    [phases(false, true, false), [1]],
    [[], []],
  ])('of waves the first that has not ended: %j', (given, open) => {
    expect(openPhases.wave(given)).toEqual(open);
  });
});

describe('phases of a plan that has grown', () => {
  it.each([
    [
      ['reference', 'transaction'],
      ['reference', 'master', 'transaction'],
      ['reference', 'master', 'transaction'],
    ],
    [['reference'], ['reference', 'archive'], ['reference', 'archive']],
    [['master'], ['reference', 'master'], ['reference', 'master']],
    [
      ['reference', 'transaction'],
      ['master', 'transaction'],
      ['reference', 'master', 'transaction'],
    ],
    [['master', 'detail'], ['reference'], ['master', 'detail', 'reference']],
    [
      ['a', 'b'],
      ['b', 'c', 'a'],
      ['c', 'a', 'b'],
    ],
    [[], ['reference', 'master'], ['reference', 'master']],
  ])('%j and %j', (before, wanted, merged) => {
    expect(mergedPhases(before, wanted)).toEqual(merged);
  });
});
