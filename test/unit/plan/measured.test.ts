import { expect, it } from 'vitest';
import { copySeconds, RATES, stepSeconds } from '../../../src/plan/estimate.js';
import { measuredRates, measuredStep, type Measured } from '../../../src/plan/measured.js';

const MB = 1e6;
const many = (count: number, one: Measured): Measured[] => Array.from({ length: count }, () => one);

it('without anything that has ended, all is guessed', () => {
  expect(measuredRates([], 0)).toEqual(RATES);
  const little = [
    measuredStep('index', 1 * MB, 9),
    { what: 'load', tasks: 1, bytes: MB, rows: 10, seconds: 3 } as const,
  ];
  expect(measuredRates(little, 12)).toEqual(RATES);
});

it('what was measured takes as long again as it took', () => {
  const found: Measured[] = [
    ...many(20, measuredStep('table', 0, 0.01)),
    ...many(10, measuredStep('index', 100 * MB, 2)),
    ...many(10, measuredStep('foreign key', 100 * MB, 0.5)),
    { what: 'extract', tasks: 10, bytes: 1000 * MB, rows: 1e6, seconds: 20 },
    { what: 'load', tasks: 10, bytes: 1000 * MB, rows: 1e6, seconds: 40 },
  ];
  const inHand = 20 * 0.01 + 20 + 5 + 40;
  const rates = measuredRates(found, inHand + 50 * 0.02); // twenty milliseconds around each of fifty
  expect(rates.task).toBeCloseTo(0.03);
  expect(stepSeconds('index', 100 * MB, rates)).toBeCloseTo(2.02);
  expect(stepSeconds('foreign key', 100 * MB, rates)).toBeCloseTo(0.52);
  expect(stepSeconds('table', 0, rates)).toBeCloseTo(0.03);
  expect(copySeconds('load', { bytes: 100 * MB, rows: 1e5 }, rates)).toBeCloseTo(4.02);
  expect(copySeconds('extract', { bytes: 100 * MB, rows: 1e5 }, rates)).toBeCloseTo(2); // which has what is around it within
  expect(rates.analyze).toBe(RATES.analyze);
});
