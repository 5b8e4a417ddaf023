import { expect, it } from 'vitest';
import { NO_RELIEF, nextRelief, type Memory } from '../../../src/plan/relief.js';

const short: Memory = { heap: 0.9, free: 0.5 };
const enough: Memory = { heap: 0.2, free: 0.5 };

it('one session after the other leaves while memory is short, of the heap or of the host; the last one stays', () => {
  const once = nextRelief(NO_RELIEF, short, 3);
  expect(once.fewer).toBe(1);
  expect(nextRelief(once, { heap: 0.1, free: 0.01 }, 3).fewer).toBe(2);
  expect(nextRelief({ fewer: 2, calm: 0 }, short, 3).fewer).toBe(2);
  expect(nextRelief(NO_RELIEF, short, 1).fewer).toBe(0);
});

it('one comes back after a while in which memory was not short', () => {
  let now = { fewer: 2, calm: 0 };
  const seen = Array.from({ length: 13 }, () => (now = nextRelief(now, enough, 4)).fewer);
  expect(seen).toEqual([2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 0, 0]);
  expect(nextRelief({ fewer: 1, calm: 5 }, short, 4)).toEqual({ fewer: 2, calm: 0 });
});
