import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asLoaded } from '../../loaders/mysql/apply/as-loaded.js';
import { each } from './bed.js';

async function text(pieces: readonly string[]): Promise<string> {
  const got: Buffer[] = [];
  for await (const piece of asLoaded(each(pieces.map((one) => Buffer.from(one))))) got.push(Buffer.from(piece));
  return Buffer.concat(got).toString();
}

test('form feed and vertical tab are sent as they are, wherever a piece ends', async () => {
  expect(await text(['a\\fb\\v\\\\f\\\\\\f\\n\\N\n'])).toBe('a\fb\v\\\\f\\\\\f\\n\\N\n');
  const parts = fc.array(fc.constantFrom('\\\\', '\\f', '\\v', '\\n', 'f', 'v', 'x', '\t', '\\N'), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(parts, fc.array(fc.nat(24), { maxLength: 5 }), async (escapes, cuts) => {
      const whole = escapes.join('');
      const ends = [...cuts.map((at) => Math.min(at, whole.length)), 0, whole.length].sort((a, b) => a - b);
      const pieces = ends.slice(1).map((end, i) => whole.slice(ends[i], end));
      const expected = escapes.map((one) => (one === '\\f' ? '\f' : one === '\\v' ? '\v' : one)).join('');
      expect(await text(pieces)).toBe(expected);
    }),
  );
});
