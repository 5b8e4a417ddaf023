import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import { tableName, type Table } from '../../../src/model/schema.js';
import { countingColumn } from '../foreign/create.js';
import type { ForeignKey, LaterKey, Parts } from '../parts.js';
import type { Moved } from '../targets.js';
import { createTable } from './create.js';
import { isUnknown, said } from './words.js';

/** As the source says it, in words that the target understands. */
export const sameParts = (moved: Moved): Parts => ({
  create: (table) => ({ kind: 'table', sql: createTable(moved, table), needs: needsOf(table) }),
  later: (table) => laterKeys(moved, table),
  foreignKeys: () => moved.schema.tables.flatMap((table) => foreignKeys(moved, table)),
});

/** Sequences of defaults. */
const needsOf = (table: Table): string[] => [
  ...table.needs,
  ...table.columns.flatMap((one) => one.default?.needs ?? []),
];

function laterKeys(moved: Moved, table: Table): LaterKey[] {
  const early = countingColumn(moved.of(table))?.key;
  const unique = table.constraints.filter(({ kind }) => kind === 'unique');
  return [...unique, ...table.indexes]
    .filter((key) => key !== early && !isUnknown(moved, key))
    .map((key) => ({
      id: key.id,
      kind: 'kind' in key ? key.kind : 'index',
      name: quoteIdentifier(key.name),
      definition: said(moved, key.definition),
    }));
}

/** MariaDB may be told to make it only if it is not there: the failure does not say whose it is. */
function foreignKeys(moved: Moved, table: Table): ForeignKey[] {
  const again = moved.server.mariadb ? 'FOREIGN KEY IF NOT EXISTS ' : 'FOREIGN KEY ';
  return table.constraints
    .filter(({ kind }) => kind === 'foreign key')
    .map(({ id, kind, name, definition, references }) => ({
      id,
      kind,
      name: quoteIdentifier(name),
      definition: said(moved, definition.replace(/FOREIGN KEY (?=\()/, again)),
      table,
      referred: moved.schema.tables.find((one) => tableName(one) === references?.table),
    }));
}
