/** Fields within a row's COPY text. */
import { escape, NULL_FIELD, TAB, unescape } from './text.js';

const FAR = Buffer.from('\\F');
const UNCHANGED = Buffer.from('\\U');

/** The fields of a row of so many columns, in place. */
export function fieldsOf(row: Uint8Array, columns: number): Buffer[] {
  const bytes = bufferOf(row);
  const fields: Buffer[] = [];
  for (let start = 0; fields.length < columns;) {
    const tab = bytes.indexOf(TAB, start);
    const end = tab < 0 ? bytes.length : tab;
    fields.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return fields;
}

export function rowOf(fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat(fields.flatMap((field, i) => (i === 0 ? [field] : [Buffer.of(TAB), field])));
}

/** What a statement's parameter takes. Faults as `unescape`. */
export const parameterOf = (field: Buffer): string | null =>
  field.equals(NULL_FIELD) ? null : bufferOf(unescape(field)).toString();

/** What it was made of. */
export const fieldOf = (parameter: string | null): Buffer =>
  parameter === null ? NULL_FIELD : escape(Buffer.from(parameter));

export const isUnchanged = (field: Buffer): boolean => field.equals(UNCHANGED);

/** A far value's field in a row. */
export interface FarMark {
  readonly start: number;
  readonly end: number;
  readonly number: number;
}

/** The first far value's field from `start` on. A value's own backslash is doubled: `\F` begins no other field. */
export function nextFar(row: Uint8Array, start: number): FarMark | undefined {
  const bytes = bufferOf(row);
  for (let at = bytes.indexOf(FAR, start); at >= 0; at = bytes.indexOf(FAR, at + 1)) {
    if (at > 0 && bytes[at - 1] !== TAB) continue;
    const tab = bytes.indexOf(TAB, at);
    const end = tab < 0 ? bytes.length : tab;
    return { start: at, end, number: Number(bytes.toString('latin1', at + FAR.length, end)) };
  }
  return undefined;
}

/** The same memory. */
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
