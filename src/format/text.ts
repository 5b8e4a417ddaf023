/** Values as fields of COPY text: in a row of a `text` .dkt, and in a line of a .ckt. Bytes in, bytes out. */
import { Fault } from '../base/fault.js';

export const [TAB, LF, BACKSLASH] = [0x09, 0x0a, 0x5c];
export const NULL_FIELD = Buffer.from('\\N');

const pairs: readonly (readonly [string, string])[] = [
  ['\\', '\\'],
  ['\b', 'b'],
  ['\f', 'f'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
  ['\v', 'v'],
];
/** Indexed by byte; 0 where there is none. No value of these needs a NUL, which is never escaped. */
const letterOf = new Uint8Array(256);
const byteOf = new Uint8Array(256);
for (const [byte, letter] of pairs) {
  letterOf[byte.charCodeAt(0)] = letter.charCodeAt(0);
  byteOf[letter.charCodeAt(0)] = byte.charCodeAt(0);
}

/** Writes a value as a field into `target` from `at` on, where twice its length must be free. Returns the field's end. */
export function escapeInto(target: Uint8Array, at: number, value: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i += 1) {
    const byte = value[i]!;
    const letter = letterOf[byte]!;
    if (letter === 0) {
      target[at++] = byte;
    } else {
      target[at++] = BACKSLASH;
      target[at++] = letter;
    }
  }
  return at;
}

/** A value as a field, in memory of its own. */
export function escape(value: Uint8Array): Buffer {
  const field = Buffer.allocUnsafe(2 * value.length);
  return field.subarray(0, escapeInto(field, 0, value, 0, value.length));
}

/** Whether a backslash and this letter stand for a byte. */
export const isEscape = (letter: number | undefined): boolean => letter !== undefined && byteOf[letter] !== 0;

/**
 * The value of a field that is not NULL. Escapes that openkite does not write are refused rather than guessed at:
 * a COPY takes a leaked marker `\U` for the letter U, without complaint. Fault `data`, code BAD_ESCAPE.
 */
export function unescape(field: Uint8Array): Uint8Array {
  if (!field.includes(BACKSLASH)) return field;
  const value = Buffer.allocUnsafe(field.length);
  let length = 0;
  for (let at = 0; at < field.length; at += 1) {
    let byte = field[at]!;
    if (byte === BACKSLASH) {
      const letter = field[++at];
      byte = letter === undefined ? 0 : byteOf[letter]!;
      if (byte === 0) throw badEscape(letter);
    }
    value[length++] = byte;
  }
  return value.subarray(0, length);
}

const badEscape = (letter: number | undefined): Fault =>
  new Fault(
    'data',
    `a value holds the escape ${JSON.stringify(`\\${String.fromCharCode(letter ?? 0)}`)}, which no value may`,
    {
      code: 'BAD_ESCAPE',
    },
  );
