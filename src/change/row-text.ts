/** Rows as COPY text: values separated by TAB, without the LF. A raw TAB ends a value, since one within it is escaped. */

const [TAB, BACKSLASH, U] = [0x09, 0x5c, 0x55];

/** One character for each byte: equal texts are equal bytes. */
export const textOf = (bytes: Uint8Array, start = 0, end = bytes.length): string =>
  (bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).toString(
    'latin1',
    start,
    end,
  );

export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A value that was not sent. No value is written so, since its backslash would be doubled. */
const UNCHANGED = '\\U';

/** Whether some of its values were not sent. */
export function isPartial(row: Uint8Array): boolean {
  for (let at = row.indexOf(BACKSLASH); at >= 0; at = row.indexOf(BACKSLASH, at + 2))
    if (row[at + 1] === U) return true;
  return false;
}

/** The newer row, with values that it was not sent taken from the older; those that neither has stay unsent. */
export const merged = (older: Uint8Array, newer: Uint8Array): Uint8Array =>
  bytesOf(filled(textOf(newer), textOf(older)));

/** The values, and where one was not sent the known one. */
function filled(values: string, known: string): string {
  const before = known.split('\t');
  return values
    .split('\t')
    .map((value, i) => (value === UNCHANGED ? before[i]! : value))
    .join('\t');
}

/** The positions of the values that were sent, and their text. */
export function sentOf(row: Uint8Array): { columns: number[]; text: string } {
  const values = textOf(row).split('\t');
  const columns = [...values.keys()].filter((i) => values[i] !== UNCHANGED);
  return { columns, text: columns.map((i) => values[i]).join('\t') };
}

/** Makes what takes the values at these positions (ascending) out of a row: as text, since keys are compared. */
export function picker(positions: readonly number[]): (row: Uint8Array) => string {
  const first = positions[0] ?? 0;
  const adjacent = positions.every((position, i) => position === first + i);
  if (adjacent) return (row) => slice(row, first, positions.length);
  return (row) => positions.map((position) => slice(row, position, 1)).join('\t');
}

/** So many values from that position on. */
function slice(row: Uint8Array, position: number, count: number): string {
  const start = position === 0 ? 0 : afterTabs(row, 0, position);
  const end = afterTabs(row, start, count) - 1;
  return textOf(row, start, end);
}

/** Behind the n-th TAB from `at` on; the row's end counts as one. */
function afterTabs(row: Uint8Array, at: number, n: number): number {
  for (; n > 0; at += 1) if (at >= row.length || row[at] === TAB) n -= 1;
  return at;
}

/** Whether some of a key's values were not sent. */
export const lacks = (key: string): boolean => key.includes(UNCHANGED) && key.split('\t').includes(UNCHANGED);

/** The key, with values that it was not sent taken from the old key. */
export const keyWith = (key: string, old: string): string => (lacks(key) ? filled(key, old) : key);

/** The row, with these values in those positions. */
export function withValues(row: Uint8Array, positions: readonly number[], text: string): Uint8Array {
  const values = textOf(row).split('\t');
  const given = text.split('\t');
  positions.forEach((position, i) => (values[position] = given[i]!));
  return bytesOf(values.join('\t'));
}
