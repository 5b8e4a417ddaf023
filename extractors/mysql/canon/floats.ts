import type { Decode } from './canon.js';

/** Beyond so many digits before the point, when none is behind it, or zeros behind it, the server writes an exponent. */
const PLAIN = 15;

/** A number with the fewest digits that tell it from its neighbours, laid out as the server does. */
export function formatDouble(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  const [, sign = '', lead = '', fraction = '', exponent = ''] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(
    value.toExponential(),
  )!;
  const digits = lead + fraction;
  const point = Number(exponent) + 1; // how many digits stand before it
  if ((point > PLAIN && digits.length <= point) || point < 1 - PLAIN)
    return `${sign}${lead}${fraction === '' ? '' : `.${fraction}`}e${point - 1}`;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A float as the double that it is. */
export const decodeFloat: Decode = (bytes, start, _end, out) => out.ascii(formatDouble(bytes.readFloatLE(start)));

export const decodeDouble: Decode = (bytes, start, _end, out) => out.ascii(formatDouble(bytes.readDoubleLE(start)));
