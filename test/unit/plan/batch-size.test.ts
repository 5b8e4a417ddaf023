import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextBatchSize } from '../../../src/plan/batch-size.js';

const RULE = { least: 100, most: 10_000, step: 100, seconds: 1 };
const good = (amount: number) => ({ amount, seconds: 0.5, failed: false });

it('grows by a step, halves at once, and stays within bounds', () => {
  expect(nextBatchSize(1000, good(1000), RULE)).toBe(1100);
  expect(nextBatchSize(9950, good(9950), RULE)).toBe(10_000);
  expect(nextBatchSize(1001, { amount: 1001, seconds: 1.1, failed: false }, RULE)).toBe(500);
  expect(nextBatchSize(1000, { amount: 1000, seconds: 0.1, failed: true }, RULE)).toBe(500);
  expect(nextBatchSize(150, { amount: 150, seconds: 9, failed: false }, RULE)).toBe(100);
});

it('a batch that was not full says nothing of larger ones, but much if even it was too large', () => {
  expect(nextBatchSize(1000, good(999), RULE)).toBe(1000);
  expect(nextBatchSize(1000, { amount: 600, seconds: 2, failed: false }, RULE)).toBe(300);
});

it('comes to a bound nobody told it, from anywhere, and stays between half of it and a step more', () => {
  const bounds = fc.record({
    start: fc.integer({ min: 100, max: 10_000 }),
    bound: fc.integer({ min: 300, max: 9000 }),
  });
  fc.assert(
    fc.property(bounds, ({ start, bound }) => {
      let size = start;
      for (let i = 0; i < 300; i++) {
        size = nextBatchSize(size, { amount: size, seconds: size > bound ? 2 : 0.5, failed: false }, RULE);
        if (i < 150) continue;
        expect(size).toBeGreaterThanOrEqual(Math.floor(bound / 2));
        expect(size).toBeLessThanOrEqual(bound + RULE.step);
      }
    }),
  );
});

it('two that share a server come to equal shares', () => {
  let [a, b] = [9000, 200];
  for (let i = 0; i < 2000; i++) {
    const seconds = a + b > 8000 ? 2 : 0.5;
    [a, b] = [a, b].map((size) => nextBatchSize(size, { amount: size, seconds, failed: false }, RULE)) as [
      number,
      number,
    ];
  }
  expect(Math.abs(a - b)).toBeLessThanOrEqual(RULE.step);
});
