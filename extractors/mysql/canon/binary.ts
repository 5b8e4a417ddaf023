import type { Decode, Logged } from './canon.js';
import type { Out } from './out.js';
import { inflated } from './texts.js';

const ZERO = 0x30;
const PREFIX = Buffer.from('\\x');

export function writeHex(bytes: Buffer, start: number, end: number): Buffer {
  return Buffer.from(`\\x${bytes.toString('hex', start, end)}`, 'latin1');
}

const COMPRESSED = new Set([140, 141]);

/** `length`: of BINARY(n), whose zero bytes at the end are not stored. */
export function decodeHex({ length, code }: Logged): Decode {
  if (COMPRESSED.has(code))
    return (bytes, start, end, out) => {
      const plain = inflated(bytes, start, end);
      putHex(plain, 0, plain.length, 0, out);
    };
  return (bytes, start, end, out) => putHex(bytes, start, end, length, out);
}

/** A buffer takes no more characters than this at once. */
const MOST = 128 << 20;

function putHex(bytes: Buffer, start: number, end: number, length: number, out: Out): void {
  const size = 2 + 2 * Math.max(length, end - start);
  const at = out.room(size);
  PREFIX.copy(out.bytes, at);
  let next = at + 2;
  for (let from = start; from < end; from += MOST) {
    const to = Math.min(end, from + MOST);
    next += out.bytes.write(bytes.toString('hex', from, to), next, 'latin1');
  }
  out.bytes.fill(ZERO, next, at + size);
  out.done(at + size);
}

const bitsOf = (type: string): number => Number(/\((\d+)\)/.exec(type)?.[1] ?? 1);

export function writeBits(bytes: Buffer, start: number, end: number, type: string): Buffer {
  return Buffer.from(bits(bytes, start, end, bitsOf(type)), 'latin1');
}

export function decodeBits({ type }: Logged): Decode {
  const count = bitsOf(type);
  return (bytes, start, end, out) => out.ascii(bits(bytes, start, end, count));
}

function bits(bytes: Buffer, start: number, end: number, count: number): string {
  let text = '';
  for (let at = start; at < end; at += 1) text += bytes[at]!.toString(2).padStart(8, '0');
  return text.slice(-count).padStart(count, '0');
}

const HAS_SRID = 0x20;

/** The server puts the SRID before a WKB, the lowest byte first; EWKB has it behind the type, which says so. */
export function writeGeometry(bytes: Buffer, start: number, end: number): Buffer {
  const wkb = bytes.toString('hex', start + 4, end).toUpperCase();
  if (bytes.readUInt32LE(start) === 0) return Buffer.from(wkb, 'latin1');
  const flags = Buffer.of(bytes[start + 8]! | HAS_SRID)
    .toString('hex')
    .toUpperCase();
  const srid = bytes.toString('hex', start, start + 4).toUpperCase();
  return Buffer.from(wkb.slice(0, 8) + flags + srid + wkb.slice(10), 'latin1');
}

export const decodeGeometry: Decode = (bytes, start, end, out) => {
  const text = writeGeometry(bytes, start, end);
  out.pass(text, 0, text.length);
};
