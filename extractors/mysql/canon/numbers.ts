import type { Decode, Logged } from './canon.js';

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** ZEROFILL pads what a SELECT shows, not the value. */
export function withoutZeros(bytes: Buffer, start: number, end: number): Buffer {
  let at = start;
  while (at < end - 1 && bytes[at] === ZERO && bytes[at + 1] !== POINT) at += 1;
  return bytes.subarray(at, end);
}

const TWO_31 = 2 ** 31;
const TWO_32 = 2 ** 32;

/** Integers of 1, 2, 3, 4 or 8 bytes, the lowest first. */
export function decodeInteger({ unsigned }: Logged): Decode {
  return (bytes, start, end, out) => {
    const value = numberAt(bytes, start, end - start, unsigned);
    if (!Number.isSafeInteger(value))
      return out.ascii(String(unsigned ? bytes.readBigUInt64LE(start) : bytes.readBigInt64LE(start)));
    const at = out.room(17);
    out.done(putInteger(out.bytes, at, value));
  };
}

/** Beyond 53 bits only nearly. */
function numberAt(bytes: Buffer, start: number, size: number, unsigned: boolean): number {
  if (size === 4) return unsigned ? bytes.readUInt32LE(start) : bytes.readInt32LE(start);
  if (size < 4) return unsigned ? bytes.readUIntLE(start, size) : bytes.readIntLE(start, size);
  const high = unsigned ? bytes.readUInt32LE(start + 4) : bytes.readInt32LE(start + 4);
  return high * TWO_32 + bytes.readUInt32LE(start);
}

/** Writes an integer of at most 53 bits in decimal. Returns where it ends. */
export function putInteger(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  let next = at;
  if (rest < 0) {
    bytes[next++] = MINUS;
    rest = -rest;
  }
  let count = 1;
  for (let bound = 10; rest >= bound; bound *= 10) count += 1;
  return putDigits(bytes, next, rest, count);
}

/** The same, with as many digits as are wanted. */
export function putDigits(bytes: Buffer, at: number, value: number, count: number): number {
  let rest = value;
  for (let i = at + count - 1; i >= at; i -= 1) {
    const tenth = rest < TWO_31 ? (rest / 10) | 0 : Math.floor(rest / 10);
    bytes[i] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  return at + count;
}

const GROUP = 9; // digits in four bytes
const BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4] as const;

export const decimalSize = (precision: number, scale: number): number => {
  const whole = precision - scale;
  const bytes = (digits: number) => Math.floor(digits / GROUP) * 4 + BYTES[digits % GROUP]!;
  return bytes(whole) + bytes(scale);
};

/** Groups of nine digits in four bytes, highest first; of a negative number all bits are turned; the first bit is the sign's. */
export function decodeDecimal({ precision, scale }: Pick<Logged, 'precision' | 'scale'>): Decode {
  const whole = precision - scale;
  const groups = [
    { digits: whole % GROUP, count: 1 },
    { digits: GROUP, count: Math.floor(whole / GROUP) },
  ];
  const fraction = [
    { digits: GROUP, count: Math.floor(scale / GROUP) },
    { digits: scale % GROUP, count: 1 },
  ];
  const sizes = (list: { digits: number; count: number }[]) =>
    list.flatMap(({ digits, count }) => (digits === 0 ? [] : new Array<number>(count).fill(digits)));
  const [before, after] = [sizes(groups), sizes(fraction)];
  return (bytes, start, _end, out) => {
    const negative = (bytes[start]! & 0x80) === 0;
    const room = out.room(precision + 3);
    const to = out.bytes;
    let from = start;
    let at = room;
    if (negative) to[at++] = MINUS;
    const first = at;
    for (const digits of before) {
      at = putDigits(to, at, group(bytes, from, BYTES[digits]!, negative, from === start), digits);
      from += BYTES[digits]!;
    }
    at = shift(to, first, at);
    if (scale > 0) to[at++] = POINT;
    for (const digits of after) {
      at = putDigits(to, at, group(bytes, from, BYTES[digits]!, negative, from === start), digits);
      from += BYTES[digits]!;
    }
    out.done(at);
  };
}

function group(bytes: Buffer, from: number, size: number, negative: boolean, first: boolean): number {
  let value = 0;
  for (let i = 0; i < size; i += 1) {
    const byte = first && i === 0 ? bytes[from]! ^ 0x80 : bytes[from + i]!;
    value = value * 256 + (negative ? byte ^ 0xff : byte);
  }
  return value;
}

/** Takes zeros away from the front, but for one digit. Returns where the number ends then. */
function shift(bytes: Buffer, first: number, end: number): number {
  let zeros = 0;
  while (first + zeros < end - 1 && bytes[first + zeros] === ZERO) zeros += 1;
  if (first === end) bytes[end] = ZERO;
  if (zeros > 0) bytes.copyWithin(first, first + zeros, end);
  return first === end ? end + 1 : end - zeros;
}
