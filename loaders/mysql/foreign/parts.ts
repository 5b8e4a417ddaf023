import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import { storedColumns, type Table } from '../../../src/model/schema.js';
import type { LaterKey, Parts } from '../parts.js';
import { keyNames } from '../names.js';
import type { Moved } from '../targets.js';
import { countingColumn, createTable } from './create.js';
import { keyDefinition, unmakeable } from './keys.js';
import { referencesOf } from './references.js';

/** Out of the neutral fields. What only the source's own server can say is left out: `lostOf` names it. */
export const foreignParts = (moved: Moved): Parts => ({
  create: (table) =>
    table.hasRows ? { kind: 'table', sql: createTable(moved, table), needs: [] } : standIn(moved, table),
  later: (table) => laterKeys(moved, table),
  foreignKeys: () => referencesOf(moved).made,
});

/** What stands for a table that has no rows of its own: a view of its partitions, where it has any. */
function standIn(moved: Moved, table: Table): ReturnType<Parts['create']> {
  const leaves = leavesOf(moved, table);
  if (leaves.length === 0) return { kind: 'table', sql: createTable(moved, table), needs: [] };
  const list = storedColumns(table).map(({ name }) => quoteIdentifier(name));
  const selects = leaves.map((leaf) => `SELECT ${list.join(', ')} FROM ${moved.nameOf(leaf)}`);
  const sql = `CREATE VIEW ${moved.nameOf(table)} (${list.join(', ')}) AS ${selects.join(' UNION ALL ')}`;
  return { kind: 'view', sql, needs: leaves.map(({ id }) => id) };
}

/** Partitions with rows, however far below. */
export function leavesOf(moved: Moved, table: Table): Table[] {
  const children = moved.schema.tables.filter(({ partition }) => `table ${partition?.of?.parent}` === table.id);
  return children.flatMap((child) => (child.hasRows ? [child] : leavesOf(moved, child)));
}

function laterKeys(moved: Moved, table: Table): LaterKey[] {
  const target = moved.of(table);
  const early = countingColumn(target)?.key;
  const unique = table.constraints.filter(({ kind }) => kind === 'unique');
  return [...unique, ...table.indexes]
    .filter((key) => table.hasRows && key !== early && unmakeable(target, key) === undefined)
    .map((key) => ({
      id: key.id,
      kind: 'kind' in key ? key.kind : 'index',
      name: keyNames(table).get(key) ?? '',
      definition: keyDefinition(target, key),
    }));
}
