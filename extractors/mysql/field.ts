import { BACKSLASH } from '../../src/format/text.js';

/** How a column's values, as the server sends them, become canonical text. */
export interface FieldForm {
  /** `as is`; `hex`: behind `\x`; `whole`: what `write` makes of a value. */
  readonly form: 'as is' | 'hex' | 'whole';
  write(bytes: Buffer, start: number, end: number): Uint8Array;
}

/** The length of a value that is NULL. */
export const NULL = 0xfb;

const DIGITS = Buffer.from('0123456789abcdef');
const X = 0x78;

/** The mark of hex. Its backslash is itself escaped. */
export function hexMark(target: Uint8Array, at: number): number {
  target[at] = BACKSLASH;
  target[at + 1] = BACKSLASH;
  target[at + 2] = X;
  return at + 3;
}

export function hexInto(target: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i += 1) {
    const byte = bytes[i]!;
    target[at++] = DIGITS[byte >> 4]!;
    target[at++] = DIGITS[byte & 15]!;
  }
  return at;
}
