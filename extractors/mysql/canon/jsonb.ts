import type { Decode } from './canon.js';
import { formatDouble } from './floats.js';
import { decodeDecimal } from './numbers.js';
import { Out } from './out.js';

/** Types of values in the server's binary JSON. Those with an odd number are arrays and objects of the large kind. */
const OBJECT = [0x00, 0x01];
const ARRAY = [0x02, 0x03];
const LITERAL = 0x04;
const INT16 = 0x05;
const UINT16 = 0x06;
const INT32 = 0x07;
const UINT32 = 0x08;
const INT64 = 0x09;
const UINT64 = 0x0a;
const DOUBLE = 0x0b;
const STRING = 0x0c;
const OPAQUE = 0x0f;

const LITERALS = ['null', 'true', 'false'];

/** Types of fields that an opaque value can be of. */
const DECIMAL = 246;
const TIME = 11;
const DATES = new Set([7, 10, 12]);
const DATE = 10;

/** Binary JSON, printed as the server does. */
export const decodeJson: Decode = (bytes, start, end, out) => {
  const text = Buffer.from(end === start ? 'null' : printed(bytes, bytes[start]!, start + 1));
  out.pass(text, 0, text.length);
};

/** `at`: where the value stands, without its type. */
function printed(bytes: Buffer, type: number, at: number): string {
  if (OBJECT.includes(type)) return collection(bytes, at, type === OBJECT[1], true);
  if (ARRAY.includes(type)) return collection(bytes, at, type === ARRAY[1], false);
  if (type === STRING) return quoted(bytes, at);
  if (type === OPAQUE) return opaque(bytes, at);
  return scalar(bytes, type, at);
}

function scalar(bytes: Buffer, type: number, at: number): string {
  if (type === LITERAL) return LITERALS[bytes[at]!] ?? 'null';
  if (type === INT16) return String(bytes.readInt16LE(at));
  if (type === UINT16) return String(bytes.readUInt16LE(at));
  if (type === INT32) return String(bytes.readInt32LE(at));
  if (type === UINT32) return String(bytes.readUInt32LE(at));
  if (type === INT64) return String(bytes.readBigInt64LE(at));
  if (type === UINT64) return String(bytes.readBigUInt64LE(at));
  if (type === DOUBLE) return double(bytes.readDoubleLE(at));
  throw new RangeError(`a JSON value of type ${type}`);
}

/** With a point or an exponent, so that it is told from an integer. */
function double(value: number): string {
  const text = formatDouble(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A count, the size, then where the keys are and how long, then type and place of each value. Small values stand there themselves. */
function collection(bytes: Buffer, start: number, large: boolean, isObject: boolean): string {
  const word = large ? 4 : 2;
  const number = (at: number) => bytes.readUIntLE(at, word);
  const count = number(start);
  const keys = start + 2 * word;
  const values = keys + (isObject ? count * (word + 2) : 0);
  const parts: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const at = values + i * (word + 1);
    const type = bytes[at]!;
    const place = isInlined(type, large) ? at + 1 : start + number(at + 1);
    const value = printed(bytes, type, place);
    const key = keys + i * (word + 2);
    parts.push(isObject ? `${escaped(bytes, start + number(key), bytes.readUInt16LE(key + word))}: ${value}` : value);
  }
  return isObject ? `{${parts.join(', ')}}` : `[${parts.join(', ')}]`;
}

const isInlined = (type: number, large: boolean): boolean =>
  type === LITERAL || type === INT16 || type === UINT16 || (large && (type === INT32 || type === UINT32));

/** Seven bits of the length in each byte, as long as the eighth is set. */
function length(bytes: Buffer, at: number): { size: number; next: number } {
  let [size, next, factor] = [0, at, 1];
  for (; bytes[next]! >= 0x80; next += 1, factor *= 128) size += (bytes[next]! & 0x7f) * factor;
  return { size: size + bytes[next]! * factor, next: next + 1 };
}

function quoted(bytes: Buffer, at: number): string {
  const { size, next } = length(bytes, at);
  return escaped(bytes, next, size);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const escaped = (bytes: Buffer, at: number, size: number): string =>
  `"${bytes.toString('utf8', at, at + size).replace(/["\\\x00-\x1f]/g, (c) => ESCAPES[c] ?? control(c))}"`;

const control = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

function opaque(bytes: Buffer, at: number): string {
  const type = bytes[at]!;
  const { size, next } = length(bytes, at + 1);
  if (type === DECIMAL) return decimal(bytes, next, size);
  if (type === TIME) return `"${time(bytes.readBigInt64LE(next))}"`;
  if (DATES.has(type)) return `"${datetime(bytes.readBigInt64LE(next), type === DATE)}"`;
  return `"base64:type${type}:${bytes.toString('base64', next, next + size)}"`;
}

function decimal(bytes: Buffer, at: number, size: number): string {
  let text = '';
  const sink = {
    value: () => undefined,
    append: (b: Uint8Array, from: number, to: number) => (text = ascii(b, from, to)),
  };
  const decode = decodeDecimal({ precision: bytes[at]!, scale: bytes[at + 1]! });
  decode(bytes, at + 2, at + size, new Out(sink));
  return text;
}

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.subarray(from, to)).toString('latin1');
const two = (value: bigint): string => String(value).padStart(2, '0');
const micros = (value: bigint): string => String(value & 0xffffffn).padStart(6, '0');

function datetime(packed: bigint, dateOnly: boolean): string {
  const [date, clock] = [packed >> 41n, packed >> 24n];
  const month = date >> 5n;
  const day = `${String(month / 13n).padStart(4, '0')}-${two(month % 13n)}-${two(date & 31n)}`;
  return dateOnly ? day : `${day} ${clockOf(clock & 0x1ffffn)}.${micros(packed)}`;
}

function time(packed: bigint): string {
  const size = packed < 0n ? -packed : packed;
  return `${packed < 0n ? '-' : ''}${clockOf(size >> 24n)}.${micros(size)}`;
}

const clockOf = (clock: bigint): string => `${two(clock >> 12n)}:${two((clock >> 6n) & 63n)}:${two(clock & 63n)}`;
