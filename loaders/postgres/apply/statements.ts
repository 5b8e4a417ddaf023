/** Statements that take their rows from `s (c0, c1 …)`, whose columns come in the order given here. */
import { withValue } from '../expressions.js';
import type { Target, TargetColumn } from './targets.js';

/** A column's value out of what came for it. */
const valueOf = ({ expression, type }: TargetColumn, from: string): string =>
  expression === undefined ? from : `CAST((${withValue(expression, from)}) AS ${type})`;

/** As it is once it is in the table: padded, rounded. */
const storedValue = (column: TargetColumn, from: string): string =>
  `CAST(${valueOf(column, from)} AS ${column.stored})`;

/** The type in which a column's values come. */
export const staged = ({ expression, type }: TargetColumn): string => (expression === undefined ? type : 'text');

const list = (columns: readonly TargetColumn[], of: (column: TargetColumn, i: number) => string): string =>
  columns.map(of).join(', ');

/** Where the row's key is that of `s`, from its column `from` on. */
const found = (keys: readonly TargetColumn[], from: (key: TargetColumn, i: number) => number): string =>
  keys.map((key, i) => `t.${key.name} ${key.equals} ${valueOf(key, `s.c${from(key, i)}`)}`).join(' AND ');

/** The image of a whole row: what works for types that cannot be compared, and tells 1.0 from 1.00. */
const image = (columns: readonly TargetColumn[], of: (column: TargetColumn, i: number) => string): string =>
  `CAST(ROW(${list(columns, of)}) AS text)`;

export const copyInto = ({ name, columns }: Target): string =>
  `COPY ${name}${columns.length === 0 ? '' : ` (${list(columns, (c) => c.name)})`} FROM STDIN`;

/** `s`: whole rows, for tables to which an expression belongs. */
export const insert = ({ name, columns }: Target, from: string): string =>
  `INSERT INTO ${name} (${list(columns, (c) => c.name)}) SELECT ${list(columns, (c, i) => valueOf(c, `s.c${i}`))} FROM ${from}`;

/** `s`: the keys. */
export const deleteKeys = (target: Target, from: string): string =>
  `DELETE FROM ONLY ${target.name} AS t USING ${from} WHERE ${rowsByKey(target)}`;

/** Where the row's key is that of `s`, which holds nothing else. */
export const rowsByKey = ({ keys }: Target): string => found(keys, (_, i) => i);

/** Of what `update` or `move` changes: which rows, and a column's value afterwards. */
export function newValues({ keys }: Target, sent: readonly TargetColumn[], moved: boolean) {
  const first = moved ? keys.length : 0;
  return {
    found: found(keys, (key, i) => (moved ? i : sent.indexOf(key))),
    valueOf: (column: TargetColumn): string => {
      const at = sent.indexOf(column);
      return at < 0 ? `t.${column.name}` : valueOf(column, `s.c${first + at}`);
    },
  };
}

/** `s`: these columns, the keys among them, which stay as they are. */
export function update({ name, keys }: Target, sent: readonly TargetColumn[], from: string): string {
  const others = sent.filter((column) => !column.key);
  const set =
    others.length > 0 ? others.map((c) => `${c.name} = ${valueOf(c, `s.c${sent.indexOf(c)}`)}`) : keys.map(itself);
  return `UPDATE ONLY ${name} AS t SET ${set.join(', ')} FROM ${from} WHERE ${found(keys, (key) => sent.indexOf(key))}`;
}

/** Nothing else was sent: the row must be there all the same. */
const itself = ({ name }: TargetColumn): string => `${name} = t.${name}`;

/** `s`: the old keys, then these columns. */
export const move = ({ name, keys }: Target, sent: readonly TargetColumn[], from: string): string =>
  `UPDATE ONLY ${name} AS t SET ${list(sent, (c, i) => `${c.name} = ${valueOf(c, `s.c${keys.length + i}`)}`)} FROM ${from} WHERE ${found(keys, (_, i) => i)}`;

/** `s`: how many copies, then all columns. */
export const deleteImages = ({ name, columns }: Target, from: string): string => `
  DELETE FROM ONLY ${name} WHERE ctid = ANY (ARRAY(
    SELECT place FROM (
      SELECT t.ctid AS place, w.copies, row_number() OVER (PARTITION BY w.image) AS copy
      FROM ONLY ${name} AS t
      JOIN (SELECT s.c0 AS copies, ${image(columns, (c, i) => storedValue(c, `s.c${i + 1}`))} AS image FROM ${from}) AS w
        ON w.image = ${image(columns, (c) => `t.${c.name}`)}
    ) AS found WHERE copy <= copies))`;

/** The row that has this key (`:k0`, `:k1` …): every value as COPY prints it, but not above so many characters. */
export const rowByKey = ({ name, columns, keys }: Target, limit: number): string => `
  SELECT ${list(columns, (c, i) => `CASE num_nulls(t.${c.name}) WHEN 0 THEN left(format('%s', t.${c.name}), ${limit}) END AS f${i}`)}
  FROM ONLY ${name} AS t
  WHERE ${keys.map((key, i) => `t.${key.name} ${key.equals} ${valueOf(key, `CAST(:k${i} AS ${staged(key)})`)}`).join(' AND ')} LIMIT 1`;
