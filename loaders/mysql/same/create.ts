import { quoteIdentifier, quoteLiteral } from '../../../src/db/mysql/quote.js';
import type { Column, Table } from '../../../src/model/schema.js';
import { countingColumn } from '../foreign/create.js';
import type { Moved } from '../targets.js';
import { defaultFor, isUnknown, said, typeFor } from './words.js';

/**
 * As SHOW CREATE TABLE says it, but with only those keys that rows are stored by or a column counts by, and always on an
 * engine in which rows and mark commit together.
 */
export function createTable(moved: Moved, table: Table): string {
  const early = [
    ...table.constraints.filter(({ kind }) => kind === 'primary key'),
    ...(countingColumn(moved.of(table))?.key ? [countingColumn(moved.of(table))!.key!] : []),
    ...table.constraints.filter((check) => check.kind === 'check' && !isUnknown(moved, check)),
  ];
  const definitions = [
    ...table.columns.map((column) => columnDefinition(moved, table, column)),
    ...early.map(({ definition }) => said(moved, definition)),
  ];
  const comment = table.comment === undefined ? [] : [`COMMENT=${quoteLiteral(table.comment)}`];
  const [words, partitions] = tableOptions(moved, table);
  return `CREATE TABLE ${moved.nameOf(table)} (\n  ${definitions.join(',\n  ')}\n) ${[...words, ...comment, ...partitions].join(' ')}`;
}

function columnDefinition(moved: Moved, table: Table, column: Column): string {
  const { name, generated, notNull, counts, onUpdateNow, options, comment } = column;
  const type = moved.of(table).columns.find((one) => one.column === column)?.type ?? typeFor(moved, column).type;
  const kind = generated?.stored ? 'STORED' : 'VIRTUAL';
  return [
    `${quoteIdentifier(name)} ${type}`,
    generated && `GENERATED ALWAYS AS (${said(moved, generated.expression)}) ${kind}`,
    notNull ?? (generated ? undefined : 'NULL'),
    defaultFor(moved, column),
    onUpdateNow && `ON UPDATE CURRENT_TIMESTAMP(${'digits' in column.value ? column.value.digits : 0})`,
    counts && 'AUTO_INCREMENT',
    comment !== undefined && `COMMENT ${quoteLiteral(comment)}`,
    ...options.map((option) => said(moved, option)),
  ]
    .filter((part) => typeof part === 'string')
    .join(' ');
}

/** Engines that roll back what a failed batch wrote. */
const SAFE = /^ENGINE=(InnoDB|ROCKSDB|TokuDB)$/i;
const NEUTRAL = /^(DEFAULT CHARSET|COLLATE)=/;

/** Without an option of an engine that it is not made on. */
function tableOptions(moved: Moved, { options: { parameters } }: Table): [words: string[], partitions: string[]] {
  const partitions = parameters.filter((option) => option.startsWith('PARTITION BY'));
  const words = parameters.filter((option) => !partitions.includes(option)).map((option) => said(moved, option));
  const isSafe = words.some((option) => SAFE.test(option));
  const kept = isSafe ? words : ['ENGINE=InnoDB', ...words.filter((option) => NEUTRAL.test(option))];
  return [kept, partitions.map((option) => (isSafe ? option : option.replace(/ENGINE ?= ?\w+/g, 'ENGINE = InnoDB')))];
}

/** It was made on another engine. */
export const engineOf = ({ options: { parameters } }: Table): string | undefined =>
  parameters.find((option) => option.startsWith('ENGINE=') && !SAFE.test(option))?.slice('ENGINE='.length);
