import { Fault } from '../../src/base/fault.js';
import type { Slice } from '../../src/connector/extractor.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import { storedColumns, tableName, type Column, type Constraint, type Table } from '../../src/model/schema.js';
import { canonOf } from './canon/canon.js';

/**
 * What a slice's bounds say, kept as JSON in its `DE` row. Keys are half-open, their values literals of SQL; `null` is
 * open-ended, as the first and the last slice always are, so that rows beyond the edges seen at planning are not missed.
 */
export type Bounds =
  | { readonly all: true }
  | {
      /** The first columns of the key, as many as each edge has values. */
      readonly key: readonly string[];
      readonly from: readonly string[] | null;
      readonly to: readonly string[] | null;
    };

/** By which a table is stored, and may be cut. */
export interface SliceKey {
  readonly index: string;
  readonly columns: readonly Column[];
}

/** The primary key, else the first unique key without NULLs: InnoDB stores rows in its order. */
export function keyOf(table: Table): SliceKey | undefined {
  const unique = (kind: Constraint['kind']) => table.constraints.filter((constraint) => constraint.kind === kind);
  const columnsOf = (key: Constraint) =>
    key.columns.map((name) => table.columns.find((column) => column.name === name));
  for (const key of [...unique('primary key'), ...unique('unique')]) {
    const columns = columnsOf(key).filter((column) => column !== undefined);
    if (columns.length === key.columns.length && columns.every((column) => !column.nullable))
      return { index: key.name, columns };
  }
  return undefined;
}

/** The columns that a key begins with and whose values compare as they are sorted: an enum's do not. */
export function sliceable({ columns }: SliceKey): Column[] {
  const end = columns.findIndex((column) => literalOf(column) === undefined);
  return columns.slice(0, end < 0 ? undefined : end);
}

const AS_NUMBER = new Set(['integer', 'decimal', 'year']);
const AS_STRING = new Set(['date', 'time', 'timestamp', 'timestamptz', 'uuid']);

/** SQL that makes, of a column's value, the literal that stands for it in a bound. Undefined: it cannot. */
export function literalOf({ name, type, value: { kind } }: Column): string | undefined {
  const quoted = quoteIdentifier(name);
  if (AS_NUMBER.has(kind)) return `CAST(${quoted} AS CHAR)`;
  if (AS_STRING.has(kind)) return `CONCAT('''', ${quoted}, '''')`;
  if (kind === 'bytes' && /^(var)?binary/i.test(type)) return `CONCAT('X''', HEX(${quoted}), '''')`;
  // In the column's own characters; then the column's collation is the one that decides.
  return kind === 'text' ? `CONCAT('_', CHARSET(${quoted}), ' X''', HEX(${quoted}), '''')` : undefined;
}

/** Slices between these edges, which are in the key's order. */
export function slicesBetween(table: Table, key: readonly string[], edges: readonly (readonly string[])[]): Slice[] {
  if (edges.length === 0) return [sliceOf(table, { all: true })];
  return Array.from({ length: edges.length + 1 }, (_, i) =>
    sliceOf(table, { key, from: edges[i - 1] ?? null, to: edges[i] ?? null }),
  );
}

const sliceOf = (table: Table, bounds: Bounds): Slice => ({ table, encoding: 'text', bounds: JSON.stringify(bounds) });

/**
 * The SELECT that reads a slice. A chunk that is made again must have its rows in the same order, for its mark says how
 * many of them are in: the key gives it; without one, rows come as they are stored.
 */
export function selectStatement(slice: Slice): string {
  const { table } = slice;
  const bounds = boundsOf(slice);
  const key = keyOf(table);
  const list = storedColumns(table).map((column) => {
    const name = quoteIdentifier(column.name);
    return canonOf(column.type)?.select(name) ?? name;
  });
  const names = key?.columns.map((column) => quoteIdentifier(column.name));
  const order = key && names ? ` ORDER BY ${names.join(', ')}` : '';
  return `SELECT ${list.join(', ') || 'NULL'} FROM ${qualified(table)} ${hintFor(key)}${where(bounds)}${order}`;
}

export const qualified = (table: Table): string => `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;

export const hintFor = (key: SliceKey | undefined): string =>
  key ? `FORCE INDEX (${quoteIdentifier(key.index)})` : 'USE INDEX ()';

function boundsOf({ bounds, table }: Slice): Bounds {
  try {
    return JSON.parse(bounds) as Bounds;
  } catch {
    throw new Fault(
      'permanent',
      `the slice bounds ${JSON.stringify(bounds)} in wirekite_progress.position are not openkite's`,
      { place: { table: tableName(table) }, hint: 'do not edit DE rows; reload the table' },
    );
  }
}

function where(bounds: Bounds): string {
  const text = condition(bounds);
  return text === '' ? '' : ` WHERE ${text}`;
}

/** Where bounds lie on the key: '' for a whole table. */
export function condition(bounds: Bounds): string {
  if ('all' in bounds) return '';
  const key = bounds.key.map(quoteIdentifier);
  const parts = [bounds.from && atLeast(key, bounds.from), bounds.to && below(key, bounds.to)];
  return parts.filter((part) => part !== null).join(' AND ');
}

/** Rows of several columns are compared in steps: only so does the server use the index. */
function atLeast(
  [column = '', ...others]: readonly string[],
  [value = '', ...values]: readonly string[],
  last = '>=',
): string {
  if (values.length === 0) return `${column} ${last} ${value}`;
  return `${column} >= ${value} AND (${column} > ${value} OR ${atLeast(others, values, last)})`;
}

function below([column = '', ...others]: readonly string[], [value = '', ...values]: readonly string[]): string {
  if (values.length === 0) return `${column} < ${value}`;
  return `${column} <= ${value} AND (${column} < ${value} OR ${below(others, values)})`;
}

/** What comes after every row of this key. */
export const beyond = (key: readonly string[], values: readonly string[]): string =>
  atLeast(key.map(quoteIdentifier), values, '>');
