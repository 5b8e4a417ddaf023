import { expect, test } from 'vitest';
import type { TableState } from '../../../src/control/table.js';
import { isLater, isOfAnotherGeneration } from '../../../src/run/later.js';

const rows = (state: TableState, rowsMarked: number, generation = 1) => ({ state, rowsMarked, generation });

test.each([
  ['it was not begun, and is', rows('PLANNED', 0), rows('COPYING', 0), true],
  ['it was not there', undefined, rows('DONE', 5), true],
  ['it was not there, and has nothing', undefined, rows('PLANNED', 0), false],
  ['more rows are in', rows('COPYING', 5), rows('COPYING', 6), true],
  ['no more rows are in', rows('COPYING', 5), rows('COPYING', 5), false],
  ['all rows are in', rows('COPYING', 5), rows('LOADED', 5), true],
  ['its keys came after its rows', rows('LOADED', 5), rows('DONE', 5), false],
  ['it failed', rows('COPYING', 5), rows('FAILED', 5), true],
  ['it was read anew in between', rows('COPYING', 5), rows('COPYING', 5, 2), true],
  ['it was emptied in between', rows('COPYING', 5), rows('PLANNED', 0, 2), false],
  ['a person has left it out', rows('COPYING', 5), rows('SKIPPED', 9), false],
])('%s', (_, then, now, later) => {
  expect(isLater(then, now)).toBe(later);
});

test('whose rows of then are gone cannot have them again', () => {
  expect(isOfAnotherGeneration(rows('DONE', 5), rows('PLANNED', 0, 2))).toBe(true);
  expect(isOfAnotherGeneration(rows('DONE', 5), rows('LOADED', 5))).toBe(false);
  expect(isOfAnotherGeneration(rows('COPYING', 5), rows('DONE', 9, 2))).toBe(false);
});
