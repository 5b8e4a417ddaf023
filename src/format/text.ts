/** Values as fields of COPY text: in a row of a `text` .dkt, and in a line of a .ckt. Bytes in, bytes out. */
import { Fault } from '../base/fault.js';

const BACKSLASH = 0x5c;
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

/** The same bytes where nothing is to be escaped, and a copy else. */
export function escape(value: Uint8Array): Uint8Array {
  let escapes = 0;
  for (const byte of value) if (letterOf[byte] !== 0) escapes += 1;
  if (escapes === 0) return value;
  const field = Buffer.allocUnsafe(value.length + escapes);
  let at = 0;
  for (const byte of value) {
    const letter = letterOf[byte]!;
    if (letter !== 0) field[at++] = BACKSLASH;
    field[at++] = letter === 0 ? byte : letter;
  }
  return field;
}

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
