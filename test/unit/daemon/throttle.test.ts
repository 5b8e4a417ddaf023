import { describe, expect, test } from 'vitest';
import { parseThrottle } from '../../../src/control/throttle.js';

describe('what THROTTLE’s value means', () => {
  test.each([
    ['rows=5000', { rows: 5000, bytes: Infinity }],
    ['bytes=20MB', { rows: Infinity, bytes: 20e6 }],
    ['BYTES=1500', { rows: Infinity, bytes: 1500 }],
    [' rows=10  bytes=1GB ', { rows: 10, bytes: 1e9 }],
    ['none', { rows: Infinity, bytes: Infinity }],
    ['rows=0', undefined],
    ['rows=-1', undefined],
    ['rows=1.5', undefined],
    ['rows', undefined],
    ['20MB', undefined],
    ['rows=1,bytes=2', undefined],
    ['none rows=1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j', (value, rates) => {
    expect(parseThrottle(value)).toEqual(rates);
  });
});
