import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import { tableName, type Constraint, type Index, type IndexPlace, type Table } from '../../src/model/schema.js';
import { IN_STEP, type Step } from '../../src/model/step.js';
import { qualified } from './create-table.js';
import type { Family } from './family.js';

const rooted = (table: Table | undefined): boolean => table?.partition?.by !== undefined;

/** Indexes and keys: each as soon as its own table is in. One of a partition is attached to its root's at once. */
export function indexStep(table: Table, index: Index, family: Family): Step {
  const statements = [index.definition, ...attach(table, index.index, family)];
  const step = keyStep(table, index, 'index', statements, family);
  return alone(table, index.index) ? { ...step, undo: [`DROP INDEX IF EXISTS ${index.index.name}`] } : step;
}

/** Primary keys, unique and exclusion constraints. Of a partitioned table, first without its partitions'. */
export function constraintSteps(table: Table, constraint: Constraint, family: Family): Step[] {
  const undo = alone(table, constraint.index) ? { undo: [dropping(table, constraint)] } : {};
  if (isSplit(table, constraint)) return splitSteps(table, constraint, family);
  const add = `ALTER TABLE ONLY ${qualified(table)} ${adding(constraint)}`;
  return [
    {
      ...keyStep(table, constraint, constraint.kind, [add, ...attach(table, constraint.index, family)], family),
      ...undo,
    },
  ];
}

/** Its index is built by itself, under a lock that lets other indexes of the table be built; then it is made the key. */
export const isSplit = (table: Table, key: Constraint): boolean => key.build !== undefined && alone(table, key.index);

/** The id of the step that builds the index of a split key. */
export const buildId = (key: Constraint): string => `index of ${key.id}`;

function splitSteps(table: Table, key: Constraint, family: Family): Step[] {
  const build = { ...keyStep(table, key, 'index', [key.build ?? ''], family), id: buildId(key) };
  const deferring = / (NOT )?DEFERRABLE.*$/.exec(key.definition)?.[0] ?? '';
  const name = quoteIdentifier(key.name);
  const kind = key.kind === 'unique' ? 'UNIQUE' : 'PRIMARY KEY';
  const add = `ALTER TABLE ONLY ${qualified(table)} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name}${deferring}`;
  return [
    { ...build, undo: [`DROP INDEX IF EXISTS ${key.index?.name ?? name}`] },
    {
      ...build,
      id: key.id,
      kind: key.kind,
      statements: [add],
      needs: [build.id],
      undo: [dropping(table, key)],
      bytes: 0,
    },
  ];
}

const adding = (constraint: Constraint): string =>
  `ADD CONSTRAINT ${quoteIdentifier(constraint.name)} ${constraint.definition}`;

const dropping = (table: Table, constraint: Constraint): string =>
  `ALTER TABLE ${qualified(table)} DROP CONSTRAINT IF EXISTS ${quoteIdentifier(constraint.name)}`;

/** An index of a partition goes only with its root's, so neither is ever taken back. */
const alone = (table: Table, index: IndexPlace | undefined): boolean => !rooted(table) && index?.parent === undefined;

/**
 * One at a time in a whole tree of partitions. PostgreSQL makes the root's index valid when the last one below it is
 * attached; two attached at once on different levels each miss the other, and it stays invalid for ever.
 */
const attach = (table: Table, index: IndexPlace | undefined, family: Family): string[] =>
  index?.parent === undefined
    ? []
    : [
        `LOCK TABLE ONLY ${qualified(family.root(table))} IN SHARE UPDATE EXCLUSIVE MODE`,
        `ALTER INDEX ${index.parent} ATTACH PARTITION ${index.name}`,
      ];

/**
 * A partitioned table's own index is an entry in the catalog, and cheap. It waits for the partitions to be there: one
 * attached later would get an index of its own making.
 */
function keyStep(table: Table, key: Constraint | Index, kind: string, statements: string[], family: Family): Step {
  const members = rooted(table) ? family.withDescendants(table).map((member) => member.id) : [];
  return {
    id: key.id,
    kind,
    table: tableName(table),
    statements,
    needs: [table.id, ...members, ...key.needs, ...(table.hasRows ? family.rows(table) : [])],
    bytes: table.bytesEstimated,
  };
}

/** Checks, and NOT NULL that the source itself holds NOT VALID. They go down to all descendants. */
export function checkStep(table: Table, check: Constraint, family: Family): Step {
  return {
    id: check.id,
    kind: check.kind,
    table: tableName(table),
    statements: [`ALTER TABLE ${qualified(table)} ${adding(check)}`],
    needs: [...family.withDescendants(table).map((member) => member.id), ...check.needs, ...family.rows(table)],
    bytes: check.validated ? family.bytes(table) : 0,
  };
}

/** The id of the step that makes a table unlogged. */
export const unloggedId = (table: Table): string => `unlogged ${table.id}`;

/**
 * Added NOT VALID, which only locks for a moment, then validated, which lets others write. Up to 17 a partitioned table
 * allows neither. The catalog says that a key of one needs those of all its partitions. Between unlogged tables it
 * waits until they are: a logged table may not refer to an unlogged one. While one side is behind the changes, its rows
 * may refer to none.
 */
export function foreignKeySteps(table: Table, key: Constraint, family: Family, major: number): Step[] {
  const referred = family.get(key.references?.table ?? '') ?? table;
  const both = [...new Set([table, referred])];
  const apart = key.validated && (major >= 18 || !both.some(rooted));
  const add = `ALTER TABLE ${qualified(table)} ${adding(key)}${apart ? ' NOT VALID' : ''}`;
  const needs = [
    ...both.flatMap((side) => [side.id, ...family.rows(side), ...(side.options.unlogged ? [unloggedId(side)] : [])]),
    ...both.flatMap((side) => family.withDescendants(side).map((member) => member.id)),
    ...key.needs,
    IN_STEP,
  ];
  const bytes = family.bytes(table);
  const step = { kind: key.kind, table: tableName(table) };
  const undo = [dropping(table, key)];
  const first = { ...step, id: key.id, statements: [add], undo, needs: [...new Set(needs)], bytes: apart ? 0 : bytes };
  if (!apart) return [first];
  const validate = `ALTER TABLE ${qualified(table)} VALIDATE CONSTRAINT ${quoteIdentifier(key.name)}`;
  return [
    first,
    { ...step, id: `validate ${key.id}`, statements: [validate], needs: [key.id, IN_STEP], repeats: true, bytes },
  ];
}
