import { quoteLiteral } from '../../../src/db/mysql/quote.js';
import type { Constraint, Index, Table } from '../../../src/model/schema.js';
import { exactCollation } from '../server.js';
import type { Moved, TargetColumn, TargetTable } from '../targets.js';
import { counts, defaultClause } from './defaults.js';
import { keyDefinition, unmakeable, type Key } from './keys.js';

/** Characters of a comment. */
const COMMENT = { table: 2_048, column: 1_024 };

/**
 * A table with its primary key, which rows are stored by: built later it would have them all written again. And with the
 * key of a column that counts, without which that may not count.
 */
export function createTable(moved: Moved, table: Table): string {
  const target = moved.of(table);
  const keys = primaryKeys(table).filter((key) => unmakeable(target, key) === undefined);
  const counting = countingColumn(target);
  const definitions = [
    ...target.columns.map((column) => columnDefinition(column, column === counting?.column)),
    ...[...keys, ...(counting?.key ? [counting.key] : [])].map((key) => keyDefinition(target, key)),
  ];
  const words = `ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=${exactCollation(moved.server)}`;
  const comment = commentClause(table.comment, COMMENT.table, 'COMMENT=');
  return `CREATE TABLE ${target.name} (\n  ${definitions.join(',\n  ')}\n) ${words}${comment}`;
}

const primaryKeys = (table: Table): Constraint[] => table.constraints.filter(({ kind }) => kind === 'primary key');

function columnDefinition(target: TargetColumn, countsUp: boolean): string {
  const { column, name, type, check } = target;
  return [
    `${name} ${type}`,
    column.nullable ? 'NULL' : 'NOT NULL',
    defaultClause(target),
    countsUp ? 'AUTO_INCREMENT' : undefined,
    commentClause(column.comment, COMMENT.column, 'COMMENT ').trimStart() || undefined,
    check && `CHECK (${check(name)})`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

const commentClause = (comment: string | undefined, most: number, word: string): string =>
  comment === undefined || comment === '' ? '' : ` ${word}${quoteLiteral(comment.slice(0, most))}`;

/** What of the comments is cut. */
export const longComments = (table: Table): string[] => [
  ...((table.comment?.length ?? 0) > COMMENT.table ? ['its comment'] : []),
  ...table.columns
    .filter((c) => (c.comment?.length ?? 0) > COMMENT.column)
    .map((c) => `the comment of column ${c.name}`),
];

/**
 * The column that counts, and the key that has to be made for it, if it does not lead the primary key. There can be one
 * only. A partition is a table of its own there, and must not give numbers that another one gives too.
 */
export function countingColumn(target: TargetTable): { column: TargetColumn; key?: Key } | undefined {
  const { table, columns } = target;
  if (table.partition?.of) return undefined;
  for (const key of [...primaryKeys(table), ...uniqueKeys(table), ...plainIndexes(table)]) {
    const column = columns.find(({ column: { name } }) => name === leading(key));
    if (
      column &&
      counts(column.column) &&
      column.column.override === undefined &&
      unmakeable(target, key) === undefined
    )
      return primaryKeys(table).includes(key as Constraint) ? { column } : { column, key };
  }
  return undefined;
}

const uniqueKeys = (table: Table): Constraint[] => table.constraints.filter(({ kind }) => kind === 'unique');

const plainIndexes = (table: Table): Index[] => table.indexes.filter(({ plain }) => plain?.method === 'ordered');

const leading = (key: Key): string | undefined =>
  'plain' in key && key.plain ? key.plain.parts[0]?.column : key.columns[0];
