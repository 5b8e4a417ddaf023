import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import { storedColumns, tableName, type Table } from '../../../src/model/schema.js';
import { IN_STEP, rowsOf, type Step } from '../../../src/model/step.js';
import { databaseSteps, dropForeignKey, dropKey, inTurn, step } from '../step.js';
import type { Moved } from '../targets.js';
import { countingColumn, createTable } from './create.js';
import { keyDefinition, unmakeable, type Key } from './keys.js';
import { referencesOf, type Reference } from './references.js';

/**
 * Tables with their primary keys, then rows, then other keys and indexes, one after another for each table, then foreign
 * keys when everything is in step. Whatever only the source's own server can say is left out: `mapping` names it.
 */
export function foreignSteps(moved: Moved): Step[] {
  const tables = moved.schema.tables.filter(({ hasRows }) => hasRows);
  return [
    ...databaseSteps(moved),
    ...tables.map((table) => step(moved, table, { id: table.id, kind: 'table', sql: createTable(moved, table) })),
    ...moved.schema.tables.filter(({ hasRows }) => !hasRows).map((table) => rootStep(moved, table)),
    ...tables.flatMap((table) => keySteps(moved, table)),
    ...referenceSteps(moved),
  ];
}

/** What stands for a table that has no rows of its own: a view of its partitions, where it has any. */
function rootStep(moved: Moved, table: Table): Step {
  const leaves = leavesOf(moved, table);
  if (leaves.length === 0) return step(moved, table, { id: table.id, kind: 'table', sql: createTable(moved, table) });
  const list = storedColumns(table).map(({ name }) => quoteIdentifier(name));
  const selects = leaves.map((leaf) => `SELECT ${list.join(', ')} FROM ${moved.nameOf(leaf)}`);
  const sql = `CREATE VIEW ${moved.nameOf(table)} (${list.join(', ')}) AS ${selects.join(' UNION ALL ')}`;
  return step(moved, table, { id: table.id, kind: 'view', sql, needs: leaves.map(({ id }) => id) });
}

/** Partitions with rows, however far below. */
export function leavesOf(moved: Moved, table: Table): Table[] {
  const children = moved.schema.tables.filter(({ partition }) => `table ${partition?.of?.parent}` === table.id);
  return children.flatMap((child) => (child.hasRows ? [child] : leavesOf(moved, child)));
}

/** Keys and indexes that are made once the rows are in. */
export const laterKeys = (moved: Moved, table: Table): Key[] => {
  const target = moved.of(table);
  const early = countingColumn(target)?.key;
  const unique = table.constraints.filter(({ kind }) => kind === 'unique');
  return [...unique, ...table.indexes].filter((key) => key !== early && unmakeable(target, key) === undefined);
};

/** Each scans the table, under a lock that keeps the next one out. */
function keySteps(moved: Moved, table: Table): Step[] {
  const target = moved.of(table);
  const made = laterKeys(moved, table).map((key) => ({
    ...step(moved, table, {
      id: key.id,
      kind: 'kind' in key ? key.kind : 'index',
      sql: `ALTER TABLE ${target.name} ADD ${keyDefinition(target, key)}`,
      needs: [rowsOf(tableName(table))],
    }),
    undo: [dropKey(moved, table, key.name)],
    bytes: table.bytesEstimated,
  }));
  const analyze = step(moved, table, {
    id: `analyze ${table.id}`,
    kind: 'analyze',
    sql: `ANALYZE TABLE ${target.name}`,
    needs: [rowsOf(tableName(table))],
  });
  return inTurn([...made, { ...analyze, repeats: true, bytes: table.bytesEstimated }]);
}

/** One after another where they have a table in common. */
function referenceSteps(moved: Moved): Step[] {
  const last = new Map<string, string>();
  return referencesOf(moved).made.map((reference) => {
    const { table, referred, key } = reference;
    const both = [table.id, referred.id];
    const turn = both.flatMap((id) => last.get(id) ?? []);
    for (const id of both) last.set(id, key.id);
    return referenceStep(moved, reference, turn);
  });
}

function referenceStep(moved: Moved, { table, referred, key, definition, name }: Reference, turn: string[]): Step {
  const both = [table, referred];
  const needs = both.flatMap((side) => [side.id, rowsOf(tableName(side)), `analyze ${side.id}`]);
  return {
    ...step(moved, table, {
      id: key.id,
      kind: key.kind,
      sql: `ALTER TABLE ${moved.nameOf(table)} ADD ${definition}`,
      needs: [...needs, ...laterKeys(moved, referred).map(({ id }) => id), ...turn, IN_STEP],
    }),
    undo: [dropForeignKey(moved, table, name)],
    bytes: table.bytesEstimated,
  };
}
