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

function foreignKeys(moved: Moved, table: Table): ForeignKey[] {
  return table.constraints
    .filter(({ kind }) => kind === 'foreign key')
    .map(({ id, kind, name, definition, references }) => {
      const referred = moved.schema.tables.find((one) => tableName(one) === references?.table);
      const text = said(moved, withWhole(moved, definition, referred));
      return { id, kind, name: quoteIdentifier(name), definition: text, table, referred };
    });
}

const NAME = '`(?:[^`]|``)*`';
const REFERENCE = new RegExp(`FOREIGN KEY (\\(${NAME}(?:, ?${NAME})*\\) REFERENCES )((?:${NAME}\\.)?${NAME})`);

/**
 * MariaDB may be told to make it only if it is not there: the failure does not say whose it is. And it asks for the right
 * to a table that is named without its database in the session's own, which is that of the control tables.
 */
function withWhole(moved: Moved, definition: string, referred: Table | undefined): string {
  const begins = moved.server.mariadb ? 'FOREIGN KEY IF NOT EXISTS ' : 'FOREIGN KEY ';
  return definition.replace(
    REFERENCE,
    (_, columns: string, name: string) => `${begins}${columns}${referred ? moved.nameOf(referred) : name}`,
  );
}
