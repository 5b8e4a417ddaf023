import type { Encoding } from '../model/schema.js';

/**
 * The offset at which `rows` rows of whole-row `bytes` have ended, or undefined if it holds fewer.
 * text: a raw LF ends a row, since one within a value is escaped. pgcopy: count, then per value length and bytes.
 */
export function afterRows(encoding: Encoding, bytes: Buffer, rows: number): number | undefined {
  const rowEnd = encoding === 'text' ? textRowEnd : tupleEnd;
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    at = rowEnd(bytes, at);
    if (at < 0) return undefined;
  }
  return at;
}

function textRowEnd(bytes: Buffer, start: number): number {
  const lf = bytes.indexOf(0x0a, start);
  return lf < 0 ? -1 : lf + 1;
}

function tupleEnd(bytes: Buffer, start: number): number {
  if (start + 2 > bytes.length) return -1;
  let at = start + 2;
  for (let values = bytes.readInt16BE(start); values > 0; values -= 1) {
    if (at + 4 > bytes.length) return -1;
    at += 4 + Math.max(0, bytes.readInt32BE(at)); // -1 is NULL and has no bytes
  }
  return at > bytes.length ? -1 : at;
}
