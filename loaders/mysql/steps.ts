import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import { tableName, type Schema, type SequenceValue, type Table } from '../../src/model/schema.js';
import { CUTOVER, IN_STEP, rowsOf, type Step } from '../../src/model/step.js';
import { countingColumn } from './foreign/create.js';
import { partsOf, type ForeignKey, type LaterKey, type Parts } from './parts.js';
import { objectSteps } from './same/objects.js';
import { databaseSteps, dropForeignKey, dropKey, inTurn, step } from './step.js';
import type { Moved } from './targets.js';

/**
 * Everything that must be made: tables with their primary keys, then rows, then other keys and indexes, one after another
 * for each table, then, when everything is in step, foreign keys. Each step is one statement that commits by itself.
 */
export function steps(moved: Moved): Step[] {
  const parts = partsOf(moved);
  const { tables } = moved.schema;
  const made = [
    ...databaseSteps(moved),
    ...tables.map((table) => tableStep(moved, table, parts)),
    ...tables.filter(({ hasRows }) => hasRows).flatMap((table) => keySteps(moved, table, parts)),
    ...foreignKeySteps(moved, parts),
    ...(moved.ofFamily ? objectSteps(moved) : []),
  ];
  return withoutUnknown(made, moved.schema);
}

/** What is needed of the source's things and is not made is not waited for. */
function withoutUnknown(steps: readonly Step[], { tables }: Schema): Step[] {
  const events = [CUTOVER, IN_STEP, ...tables.map((table) => rowsOf(tableName(table)))];
  const known = new Set([...events, ...steps.map(({ id }) => id)]);
  return steps.map((one) => ({
    ...one,
    needs: [...new Set(one.needs)].filter((id) => known.has(id) && id !== one.id),
  }));
}

function tableStep(moved: Moved, table: Table, parts: Parts): Step {
  const { kind, sql, needs } = parts.create(table);
  return step(moved, table, { id: table.id, kind, sql, needs });
}

/** Each scans the table, under a lock that keeps the next one out. */
function keySteps(moved: Moved, table: Table, parts: Parts): Step[] {
  const needs = [rowsOf(tableName(table))];
  const alter = `ALTER TABLE ${moved.nameOf(table)} ADD`;
  const made = parts.later(table).map(({ id, kind, name, definition }) => ({
    ...step(moved, table, { id, kind, sql: `${alter} ${definition}`, needs }),
    undo: [dropKey(moved, table, name)],
  }));
  const sql = `ANALYZE TABLE ${moved.nameOf(table)}`;
  const analyze = step(moved, table, { id: analyzeId(table), kind: 'analyze', sql, needs });
  const all = [...made, { ...analyze, repeats: true }];
  return inTurn(all).map((one) => ({ ...one, bytes: table.bytesEstimated }));
}

const analyzeId = (table: Table): string => `analyze ${table.id}`;

/** One after another where they have a table in common. */
function foreignKeySteps(moved: Moved, parts: Parts): Step[] {
  const last = new Map<string, string>();
  return parts.foreignKeys().map((key) => {
    const both = sidesOf(key).map(({ id }) => id);
    const turn = both.flatMap((id) => last.get(id) ?? []);
    for (const id of both) last.set(id, key.id);
    return foreignKeyStep(moved, parts, key, turn);
  });
}

const sidesOf = ({ table, referred }: ForeignKey): Table[] => (referred === undefined ? [table] : [table, referred]);

function foreignKeyStep(moved: Moved, parts: Parts, key: ForeignKey, turn: readonly string[]): Step {
  const { id, kind, table, definition, name } = key;
  const sides = sidesOf(key);
  const keys = sides.flatMap((side): readonly LaterKey[] => parts.later(side)).map((one) => one.id);
  const needs = sides.flatMap((side) => [side.id, rowsOf(tableName(side)), analyzeId(side)]);
  const sql = `ALTER TABLE ${moved.nameOf(table)} ADD ${definition}`;
  return {
    ...step(moved, table, { id, kind, sql, needs: [...needs, ...keys, ...turn, IN_STEP] }),
    undo: [dropForeignKey(moved, table, name)],
    bytes: table.bytesEstimated,
  };
}

/**
 * Where columns and sequences go on counting once nobody writes to the source any more. What is not there, or does not
 * count there, is passed over.
 */
export const counterSteps = (moved: Moved, values: readonly SequenceValue[]): Step[] =>
  values.flatMap((value) => {
    const sql = value.column === undefined ? sequenceSql(moved, value) : counterSql(moved, value, value.column);
    const id = `value of sequence ${value.sequence}`;
    if (sql === undefined) return [];
    return [{ id, kind: 'sequence value', statements: [sql], needs: [CUTOVER], repeats: true, bytes: 0 }];
  });

type Counted = NonNullable<SequenceValue['column']>;

function counterSql(moved: Moved, { last, called }: SequenceValue, column: Counted): string | undefined {
  const table = moved.schema.tables.find((one) => tableName(one) === column.table);
  const counting = table && countingColumn(moved.of(table))?.column.column.name;
  const next = BigInt(last) + (called ? 1n : 0n);
  if (table === undefined || counting !== column.name || next < 1n) return undefined;
  return `ALTER TABLE ${moved.nameOf(table)} AUTO_INCREMENT = ${next}`;
}

/** Only MariaDB has them. */
function sequenceSql({ ofFamily, server, schema, home }: Moved, { sequence, last, called }: SequenceValue) {
  const found = schema.objects.find(({ kind, name }) => kind === 'sequence' && `${schema.home}.${name}` === sequence);
  if (!ofFamily || !server.mariadb || found === undefined) return undefined;
  return `SELECT SETVAL(${quoteIdentifier(home)}.${quoteIdentifier(found.name)}, ${last}, ${called ? 1 : 0})`;
}
