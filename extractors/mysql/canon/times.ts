import type { Decode, Logged } from './canon.js';
import { putDigits } from './numbers.js';
import type { Out } from './out.js';

const DASH = 0x2d;
const COLON = 0x3a;
const SPACE = 0x20;
const POINT = 0x2e;
const ZERO = 0x30;
const UTC = Buffer.from('+00');

/** Formats of the server. */
const TIMESTAMP = 7;
const TIME = 11;
const DATETIME = 12;

/** A moment, in UTC; the zero date is none. */
export function writeTimestamp(bytes: Buffer, start: number, end: number): Buffer {
  if (isZero(bytes, start)) return bytes.subarray(start, end);
  const text = Buffer.allocUnsafe(end - start + UTC.length);
  UTC.copy(text, bytes.copy(text, 0, start, end));
  return text;
}

const isZero = (bytes: Buffer, start: number): boolean =>
  bytes[start] === ZERO && bytes[start + 1] === ZERO && bytes[start + 2] === ZERO && bytes[start + 3] === ZERO;

export const decodeYear: Decode = (bytes, start, _end, out) => {
  const at = out.room(4);
  const year = bytes[start]!;
  out.done(putDigits(out.bytes, at, year === 0 ? 0 : 1900 + year, 4));
};

/** Day in 5 bits, month in 4, year. */
export const decodeDate: Decode = (bytes, start, _end, out) => {
  const value = bytes.readUIntLE(start, 3);
  const at = out.room(10);
  out.done(putDate(out.bytes, at, value >> 9, (value >> 5) & 15, value & 31));
};

function putDate(to: Buffer, at: number, year: number, month: number, day: number): number {
  putDigits(to, at, year, 4);
  to[at + 4] = DASH;
  putDigits(to, at + 5, month, 2);
  to[at + 7] = DASH;
  return putDigits(to, at + 8, day, 2);
}

function putClock(to: Buffer, at: number, hour: number, minute: number, second: number): number {
  let next = putDigits(to, at, hour, hour > 99 ? 3 : 2);
  to[next++] = COLON;
  next = putDigits(to, next, minute, 2);
  to[next++] = COLON;
  return putDigits(to, next, second, 2);
}

function putFraction(to: Buffer, at: number, value: number, digits: number): number {
  if (digits === 0) return at;
  to[at] = POINT;
  return putDigits(to, at + 1, value, digits);
}

/** Fractions take a byte for two digits; of an odd number the last one is a zero. */
const fractionBytes = (digits: number): number => (digits + 1) >> 1;

function fraction(bytes: Buffer, at: number, digits: number): number {
  if (digits === 0) return 0;
  const value = bytes.readUIntBE(at, fractionBytes(digits));
  return digits % 2 === 0 ? value : Math.floor(value / 10);
}

const DAY_BITS = 2 ** 17;

/** 40 bits: a sign, 13 times the year plus the month in 17, day in 5, hour in 5, minute in 6, second in 6. */
export function decodeDatetime({ code, scale }: Logged): Decode {
  if (code === DATETIME) return scale === 0 ? decodeOldDatetime : decodeHiresDatetime(scale);
  return (bytes, start, _end, out) => {
    const packed = bytes.readUIntBE(start, 5) - 2 ** 39;
    const [date, clock] = [Math.floor(packed / DAY_BITS), packed % DAY_BITS];
    const month = date >> 5;
    const at = out.room(26);
    const to = out.bytes;
    let next = putDate(to, at, Math.floor(month / 13), month % 13, date & 31);
    to[next++] = SPACE;
    next = putClock(to, next, clock >> 12, (clock >> 6) & 63, clock & 63);
    out.done(putFraction(to, next, fraction(bytes, start + 5, scale), scale));
  };
}

/** Seconds since 1970, the highest byte first; of the old format the lowest, where it has no fractions. */
export function decodeTimestamp({ code, scale }: Logged): Decode {
  if (code !== TIMESTAMP)
    return (bytes, start, _end, out) =>
      putMoment(out, bytes.readUInt32BE(start), fraction(bytes, start + 4, scale), scale);
  if (scale === 0) return (bytes, start, _end, out) => putMoment(out, bytes.readUInt32LE(start), 0, 0);
  return (bytes, start, end, out) =>
    putMoment(out, bytes.readUInt32BE(start), bytes.readUIntBE(start + 4, end - start - 4), scale);
}

const DAY = 86_400;
let knownDay = -1;
const knownDate = Buffer.alloc(10);

function putMoment(out: Out, seconds: number, part: number, scale: number): void {
  if (seconds === 0 && part === 0) return out.ascii(`0000-00-00 00:00:00${scale === 0 ? '' : `.${'0'.repeat(scale)}`}`);
  const day = Math.floor(seconds / DAY);
  if (day !== knownDay) {
    knownDate.write(new Date(day * DAY * 1000).toISOString().slice(0, 10), 'latin1');
    knownDay = day;
  }
  const at = out.room(32);
  const to = out.bytes;
  knownDate.copy(to, at);
  to[at + 10] = SPACE;
  const clock = seconds % DAY;
  let next = putClock(to, at + 11, Math.floor(clock / 3600), Math.floor(clock / 60) % 60, clock % 60);
  next = putFraction(to, next, part, scale);
  UTC.copy(to, next);
  out.done(next + UTC.length);
}

/** 24 bits and the fraction as one number from which a half is taken: a sign, an unused bit, hours in 10, minutes in 6, seconds in 6. */
export function decodeTime({ code, scale }: Logged): Decode {
  if (code === TIME) return scale === 0 ? decodeOldTime : decodeHiresTime(scale);
  const size = 3 + fractionBytes(scale);
  const unit = 256 ** fractionBytes(scale);
  const half = 2 ** 23 * unit;
  return (bytes, start, _end, out) => {
    const value = bytes.readUIntBE(start, size) - half;
    const [clock, part] = [Math.floor(Math.abs(value) / unit), Math.abs(value) % unit];
    const shown = scale % 2 === 0 ? part : Math.floor(part / 10);
    putSpan(out, value < 0, [clock >> 12, (clock >> 6) & 63, clock & 63], shown, scale);
  };
}

type Clock = readonly [hour: number, minute: number, second: number];

function putSpan(out: Out, negative: boolean, [hour, minute, second]: Clock, part: number, scale: number): void {
  const at = out.room(20);
  const to = out.bytes;
  let next = at;
  if (negative) to[next++] = DASH;
  next = putClock(to, next, hour, minute, second);
  out.done(putFraction(to, next, part, scale));
}

/** The number HHMMSS. */
const decodeOldTime: Decode = (bytes, start, _end, out) => {
  const value = bytes.readIntLE(start, 3);
  const clock = Math.abs(value);
  putSpan(out, value < 0, [Math.floor(clock / 10_000), Math.floor(clock / 100) % 100, clock % 100], 0, 0);
};

/** The number YYYYMMDDHHMMSS. */
const decodeOldDatetime: Decode = (bytes, start, _end, out) => {
  const text = String(bytes.readBigUInt64LE(start)).padStart(14, '0');
  const part = (from: number, to: number) => text.slice(from, to);
  out.ascii(`${part(0, 4)}-${part(4, 6)}-${part(6, 8)} ${part(8, 10)}:${part(10, 12)}:${part(12, 14)}`);
};

/** Before MySQL's format MariaDB had its own for fractions: one number, the highest byte first. */
const hiresTimeBytes = [3, 4, 4, 5, 5, 5, 6] as const;
const hiresDatetimeBytes = [5, 6, 6, 7, 7, 7, 8] as const;
const LONGEST = 3_020_400; // seconds: 838:59:59 and one more

/** How many bytes a value of the old formats takes, which the log does not say. */
export function oldSize(code: number, scale: number): number {
  if (code === TIME) return scale === 0 ? 3 : hiresTimeBytes[scale]!;
  if (code === DATETIME) return scale === 0 ? 8 : hiresDatetimeBytes[scale]!;
  return 4 + fractionBytes(scale);
}

function decodeHiresTime(scale: number): Decode {
  const unit = 10n ** BigInt(scale);
  const zero = BigInt(LONGEST) * unit;
  return (bytes, start, end, out) => {
    const value = big(bytes, start, end) - zero;
    const size = value < 0n ? -value : value;
    const seconds = Number(size / unit);
    const clock: Clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    putSpan(out, value < 0n, clock, Number(size % unit), scale);
  };
}

function decodeHiresDatetime(scale: number): Decode {
  const unit = 10n ** BigInt(scale);
  return (bytes, start, end, out) => {
    const value = big(bytes, start, end);
    let rest = value / unit;
    const parts = [60n, 60n, 24n, 32n, 13n].map((size) => {
      const part = Number(rest % size);
      rest /= size;
      return part;
    });
    const [second = 0, minute = 0, hour = 0, day = 0, month = 0] = parts;
    const at = out.room(26);
    let next = putDate(out.bytes, at, Number(rest), month, day);
    out.bytes[next++] = SPACE;
    next = putClock(out.bytes, next, hour, minute, second);
    out.done(putFraction(out.bytes, next, Number(value % unit), scale));
  };
}

const big = (bytes: Buffer, start: number, end: number): bigint => BigInt(`0x${bytes.toString('hex', start, end)}`);
