import type { SequenceValue } from './schema.js';

/**
 * Where a counter stands `margin` values further on. One that has not so much room left, or whose room is unknown, stays.
 */
export function beyond(value: SequenceValue, margin: number): SequenceValue {
  if (margin === 0 || value.limit === undefined) return value;
  const step = BigInt(value.increment ?? '1');
  const last = BigInt(value.last) + step * BigInt(margin);
  const room = step > 0n ? BigInt(value.limit) - last : last - BigInt(value.limit);
  return room < 0n ? value : { ...value, last: last.toString() };
}
