/**
 * Statements that take their rows from a temporary table, which is `s` in them, and write to `t`. STRAIGHT_JOIN: for each
 * staged row the target's is found by its index, whatever statistics say of a table that was filled just now.
 */
import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import type { Staged, Target, TargetColumn } from './targets.js';

type Name = Pick<Staged, 'name'>;

const list = (columns: readonly Name[], of: (column: Name) => string): string => columns.map(of).join(', ');

/** The staged columns that hold the key which a row had before it moved. */
export const oldKeys = ({ keys }: Target): Staged[] =>
  keys.map((key, i) => ({ ...key, name: quoteIdentifier(`openkite old ${i}`) }));

/** The target's row, as `alias`, of each staged row. Keys are compared as their own column compares: as its unique index does. */
export function joined({ name, keys }: Target, from: string, by: readonly Name[] = keys, alias = 't'): string {
  const found = keys.map((key, i) => `${alias}.${key.name} = s.${by[i]!.name}`).join(' AND ');
  return `${from} AS s STRAIGHT_JOIN ${name} AS ${alias} ON ${found}`;
}

/** `s`: the keys. */
export const deleteKeys = (target: Target, from: string): string => `DELETE t FROM ${joined(target, from)}`;

/** `s`: these columns, the keys among them, which stay as they are. `untouched`: assignments besides. */
export const update = (
  target: Target,
  sent: readonly TargetColumn[],
  from: string,
  untouched: readonly string[],
): string =>
  `UPDATE ${joined(target, from)} SET ${assigned(
    target,
    sent.filter((column) => !column.key),
    untouched,
  )}`;

/** `s`: the old keys, then these columns. */
export const move = (
  target: Target,
  sent: readonly TargetColumn[],
  from: string,
  untouched: readonly string[],
): string => `UPDATE ${joined(target, from, oldKeys(target))} SET ${assigned(target, sent, untouched)}`;

/** Where nothing was sent, the row must be there all the same. */
function assigned({ keys }: Target, sent: readonly TargetColumn[], untouched: readonly string[]): string {
  const values = sent.map(({ name }) => `t.${name} = s.${name}`);
  return (values.length > 0 ? [...values, ...untouched] : keys.map(({ name }) => `t.${name} = t.${name}`)).join(', ');
}

/** `s`: the key. Every value in its canonical text, but not above so many characters. */
export const rowByKey = (target: Target, from: string, limit: number): string =>
  `SELECT ${target.columns.map(({ name, back }, i) => `LEFT(${back(`t.${name}`)}, ${limit}) AS f${i}`).join(', ')} ` +
  `FROM ${joined(target, from)} LIMIT 1`;

/** How many copies of an image there are to go, and what tells images apart, by which they are found. */
export const COPIES: Staged = { name: quoteIdentifier('openkite copies'), type: 'bigint' };
const IMAGE = quoteIdentifier('openkite image');
export const IMAGE_DEFINITIONS = [`${IMAGE} binary(32) NULL`, `KEY (${IMAGE})`];

/** Of a whole row, by what tells values apart that columns compare as equal, such as a and A: their bytes or canonical text. */
const image = (columns: readonly TargetColumn[], of: string): string =>
  `UNHEX(SHA2(CONCAT_WS(',', ${columns.map((column) => sign(column, `${of}.${column.name}`)).join(', ')}), 256))`;

/** What can be long is summed up by itself: functions of texts end at max_allowed_packet. */
const sign = ({ type, back }: TargetColumn, value: string): string =>
  LONG.test(type) ? `IFNULL(SHA2(${value}, 256), 'NULL')` : `QUOTE(CONVERT(${back(value)} USING utf8mb4))`;

const LONG = /^(?:tiny|medium|long)?(?:text|blob)\b|^json\b/i;

export const markImages = ({ columns }: Target, from: string): string =>
  `UPDATE ${from} AS s SET s.${IMAGE} = ${image(columns, 's')}`;

/** Puts the rows that stay, though others of their image go, into `kept`. */
export const keepImages = ({ name, columns, stored }: Target, from: string, kept: string): string => `
  INSERT INTO ${kept} (${list(stored, (c) => c.name)})
  SELECT ${list(stored, (c) => `f.${c.name}`)} FROM (
    SELECT ${list(stored, (c) => `t.${c.name}`)}, w.copies AS ${COPIES.name},
      row_number() OVER (PARTITION BY w.image) AS ${IMAGE}
    FROM ${name} AS t
    STRAIGHT_JOIN (SELECT s.${IMAGE} AS image, SUM(s.${COPIES.name}) AS copies FROM ${from} AS s GROUP BY s.${IMAGE}) AS w
      ON w.image = ${image(columns, 't')}
  ) AS f WHERE f.${IMAGE} > f.${COPIES.name}`;

/** All of these images. */
export const deleteImages = ({ name, columns }: Target, from: string): string =>
  `DELETE t FROM ${name} AS t STRAIGHT_JOIN ${from} AS s ON s.${IMAGE} = ${image(columns, 't')}`;

/** One image. */
export const deleteImage = ({ name, columns }: Target, from: string, copies: number): string =>
  `DELETE FROM ${name} WHERE ${image(columns, name)} = (SELECT s.${IMAGE} FROM ${from} AS s) LIMIT ${copies}`;

export const putBack = ({ name, stored }: Target, kept: string): string =>
  `INSERT INTO ${name} (${list(stored, (c) => c.name)}) SELECT ${list(stored, (c) => `k.${c.name}`)} FROM ${kept} AS k`;
