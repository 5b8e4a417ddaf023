/** Statements of cascades. They take their rows from `s (c0, c1 …)`; `t` is the table that they look at. */
import type { Target, TargetColumn } from '../targets.js';

/** A column's values before and after, as expressions. */
export type Pair = readonly [string, string];

/** The rows of which these columns have the values of `s`. */
export const rowsOf = (columns: readonly TargetColumn[]): string =>
  columns.map(({ name, equals }, i) => `t.${name} ${equals} s.c${i}`).join(' AND ');

/** As texts, in order. */
const selected = (values: readonly string[]): string =>
  values.map((value, i) => `CAST(${value} AS text) AS v${i}`).join(', ');

/** Where the rows are, and their values of columns. */
export const placesOf = ({ name }: Target, found: string, columns: readonly TargetColumn[], from: string): string =>
  `SELECT ${selected(['t.ctid', ...columns.map((c) => `t.${c.name}`)])} FROM ONLY ${name} AS t JOIN ${from} ON ${found}`;

export const deletePlaces = ({ name }: Target, from: string): string =>
  `DELETE FROM ONLY ${name} AS t USING ${from} WHERE t.ctid = s.c0`;

export const setNull = ({ name }: Target, columns: readonly TargetColumn[], from: string): string =>
  `UPDATE ONLY ${name} AS t SET ${columns.map((c) => `${c.name} = NULL`).join(', ')} FROM ${from} WHERE ${rowsOf(columns)}`;

/** `s`: the old values of these columns, then the new ones. */
export const follow = ({ name }: Target, columns: readonly TargetColumn[], from: string): string =>
  `UPDATE ONLY ${name} AS t SET ${columns.map((c, i) => `${c.name} = s.c${columns.length + i}`).join(', ')}
   FROM ${from} WHERE ${rowsOf(columns)}`;

/** The old values and the new ones, of rows where they differ: each pair once. */
export function changesOf({ name }: Target, pairs: readonly Pair[], found: string, from: string): string {
  const [before, after] = [pairs.map(([old]) => old), pairs.map(([, value]) => value)];
  return `SELECT DISTINCT ${selected([...before, ...after])} FROM ONLY ${name} AS t JOIN ${from} ON ${found}
    WHERE ROW(${before.join(', ')}) IS DISTINCT FROM ROW(${after.join(', ')})`;
}
