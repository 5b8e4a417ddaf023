import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import type { Constraint, Index, PlainIndex } from '../../../src/model/schema.js';
import { keyNames } from '../names.js';
import type { TargetTable } from '../targets.js';
import { keyBytes } from './fit.js';
import { KEY } from './room.js';

export type Key = Constraint | Index;

/** Columns that an index may have. */
export const MOST_PARTS = 16;

/** As in CREATE TABLE and after ALTER TABLE … ADD: `UNIQUE KEY name (columns)`. */
export function keyDefinition(target: TargetTable, key: Key): string {
  const parts = partsOf(key);
  const room = isWhole(key) ? KEY : roomOfParts(target, parts);
  const list = `(${parts.map((part) => partDefinition(target, part, room)).join(', ')})`;
  if ('kind' in key && key.kind === 'primary key') return `PRIMARY KEY ${list}`;
  return `${'kind' in key ? 'UNIQUE KEY' : words(key)} ${keyNames(target.table).get(key)} ${list}`;
}

function words({ unique, plain }: Index): string {
  if (plain?.method === 'fulltext' || plain?.method === 'spatial') return `${plain.method.toUpperCase()} KEY`;
  return unique ? 'UNIQUE KEY' : 'KEY';
}

/** A fulltext or spatial index knows no prefixes. */
const isWhole = (key: Key): boolean => 'plain' in key && ['fulltext', 'spatial'].includes(key.plain?.method ?? '');

type Part = PlainIndex['parts'][number];

export const partsOf = (key: Key): readonly Part[] =>
  'kind' in key ? key.columns.map((column) => ({ column, descending: false })) : (key.plain?.parts ?? []);

/** What is too long to be whole in an index is there with its beginning. A key has room for all of its columns. */
function partDefinition({ columns }: TargetTable, { column, length, descending }: Part, room: number): string {
  const type = columns.find((one) => one.column.name === column)?.type ?? '';
  const size = keyBytes(type);
  const prefix = length ?? (size > room ? Math.floor(room / (type.includes('utf8mb4') ? 4 : 1)) : undefined);
  return quoteIdentifier(column) + (prefix === undefined ? '' : `(${prefix})`) + (descending ? ' DESC' : '');
}

/** What each part may take; as much as it likes, where all fit. */
function roomOfParts({ columns }: TargetTable, parts: readonly Part[]): number {
  const sizes = parts.map(({ column }) => keyBytes(columns.find((one) => one.column.name === column)?.type ?? ''));
  return sizes.reduce((sum, size) => sum + size, 0) <= KEY ? KEY : Math.floor(KEY / parts.length);
}

/** Why it cannot be made there, if so. */
export function unmakeable(target: TargetTable, key: Key): string | undefined {
  const parts = partsOf(key);
  if (parts.length === 0) return 'only its own server can say it';
  if (parts.length > MOST_PARTS) return `an index there has at most ${MOST_PARTS} columns`;
  const known = parts.every(({ column }) => target.columns.some((one) => one.column.name === column));
  return known ? undefined : 'it has a computed column';
}
