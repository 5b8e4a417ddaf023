import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import { tableName, type Schema, type SchemaObject, type Table } from '../../src/model/schema.js';
import { CUTOVER, type Step } from '../../src/model/step.js';
import { createTable, qualified } from './create-table.js';
import { Family } from './family.js';
import { inTurn } from './turns.js';
import { checkStep, constraintSteps, foreignKeySteps, indexStep, unloggedId } from './keys.js';
import { refuseTooNew } from './too-new.js';

/**
 * Everything that must be made, for a target of this major version. Any order that respects `needs` restores: bare
 * tables, types, functions and views first; what would slow rows down or lock a table once its rows are in; what would
 * fire on rows at cutover. Fault `operator`: the schema uses what this version has not got.
 */
export function steps(schema: Schema, major: number): Step[] {
  const family = new Family(schema);
  const statistics = schema.objects.filter(({ kind }) => kind === 'statistics object');
  const all = [
    ...schema.tables.flatMap((table) => tableSteps(table, family, major)),
    ...schema.tables.flatMap((table) => analyzeSteps(table, statistics, family)),
    ...schema.objects.map((object) => objectStep(object, family)),
  ];
  refuseTooNew(all, major);
  return inTurn(all, schema);
}

function tableSteps(table: Table, family: Family, major: number): Step[] {
  const constraints = table.constraints.filter((constraint) => !constraint.inherited);
  return [
    step(table, table.id, 'table', createTable(table, major), table.needs),
    ...defaultSteps(table, family),
    ...table.indexes.map((index) => indexStep(table, index, family)),
    ...constraints.flatMap((constraint) => {
      if (constraint.kind === 'foreign key') return foreignKeySteps(table, constraint, family, major);
      const isCheck = constraint.kind === 'check' || constraint.kind === 'not null';
      return isCheck ? [checkStep(table, constraint, family)] : constraintSteps(table, constraint, family);
    }),
    ...cutoverSteps(table),
  ];
}

function defaultSteps(table: Table, family: Family): Step[] {
  return table.columns.flatMap((column) => {
    if (column.default === undefined) return [];
    const { id, definition, needs } = column.default;
    const alter = `ALTER TABLE ONLY ${qualified(table)} ALTER COLUMN ${quoteIdentifier(column.name)}`;
    return [step(table, id, 'default', [`${alter} SET DEFAULT ${definition}`], [...needs, ...family.rows(table)])];
  });
}

/** Per column, so that a failure names one. A partition's identity is its root's. */
function cutoverSteps(table: Table): Step[] {
  const always = table.columns.filter((column) => column.identity?.always);
  return [
    ...always.map((column) => {
      const name = quoteIdentifier(column.name);
      const alter = `ALTER TABLE ${qualified(table)} ALTER COLUMN ${name} SET GENERATED ALWAYS`;
      return step(table, `identity always ${table.id} ${name}`, 'identity', [alter], [CUTOVER]);
    }),
    ...(table.options.unlogged
      ? [
          {
            ...step(table, unloggedId(table), 'unlogged', [setLogging(table, 'UNLOGGED')], [CUTOVER]),
            undo: [setLogging(table, 'LOGGED')],
          },
        ]
      : []),
  ];
}

const setLogging = (table: Table, how: 'LOGGED' | 'UNLOGGED'): string => `ALTER TABLE ${qualified(table)} SET ${how}`;

/** Once a family has its indexes and statistics objects. That of a root goes through its partitions too. */
function analyzeSteps(table: Table, statistics: readonly SchemaObject[], family: Family): Step[] {
  if (table.partition?.of) return [];
  const members = table.partition ? family.withDescendants(table) : [table];
  const names = new Set(members.map(tableName));
  const made = statistics.filter((object) => names.has(object.table ?? ''));
  const first = [...members.flatMap((member) => member.indexes), ...made].map(({ id }) => id);
  const needs = [...first, ...members.flatMap((member) => family.rows(member))];
  const statement = `ANALYZE ${qualified(table)}`;
  return [
    { ...step(table, `analyze ${table.id}`, 'analyze', [statement], needs), repeats: true, bytes: family.bytes(table) },
  ];
}

function objectStep(object: SchemaObject, family: Family): Step {
  const table = object.table === undefined ? undefined : family.get(object.table);
  const rows = object.when === 'after rows' && table ? family.rows(table) : [];
  return {
    id: object.id,
    kind: object.kind,
    ...(object.table === undefined ? {} : { table: object.table }),
    statements: object.statements,
    needs: [...object.needs, ...rows, ...(object.when === 'at cutover' ? [CUTOVER] : [])],
    ...(object.optional ? { optional: true } : {}),
    ...(object.undo ? { undo: object.undo } : {}),
    ...(object.kind === 'refresh' ? { repeats: true } : {}),
    bytes: 0,
  };
}

function step(table: Table, id: string, kind: string, statements: string[], needs: readonly string[]): Step {
  const own = id === table.id ? [] : [table.id];
  return { id, kind, table: tableName(table), statements, needs: [...new Set([...own, ...needs])], bytes: 0 };
}
