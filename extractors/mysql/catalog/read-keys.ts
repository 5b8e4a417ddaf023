import type { Constraint, Index, PlainIndex } from '../../../src/model/schema.js';
import { partId, tableId } from './names.js';
import type { CheckText, ForeignKeyText, KeyText, TableText } from './parse-table.js';

/** Of which table, and what holds for all foreign keys of the server. */
export interface KeyContext {
  readonly schema: string;
  readonly table: string;
  /** Whether the log has what a foreign key's action does to the rows that refer. */
  readonly logsActions: boolean;
}

/** A key by whole columns is a constraint; one by prefixes, expressions or downwards only an index can say. */
const isConstraint = ({ kind, parts }: KeyText): boolean =>
  kind === 'PRIMARY' ||
  (kind === 'UNIQUE' && parts !== undefined && parts.every((part) => part.length === undefined && !part.descending));

export function readConstraints(
  text: TableText,
  columnChecks: readonly CheckText[],
  context: KeyContext,
): Constraint[] {
  const taken = new Set(text.checks.map(({ name }) => name));
  const checks = [...text.checks, ...columnChecks.filter(({ name }) => !taken.has(name))];
  return [
    ...text.keys.filter(isConstraint).map((key) => keyConstraint(key, context)),
    ...checks.map((check) => checkConstraint(check, context)),
    ...text.foreignKeys.map((key) => foreignKey(key, context)),
  ];
}

const always = { inherited: false, deferrable: false, validated: true } as const;

function keyConstraint({ name, kind, definition, parts = [] }: KeyText, { schema, table }: KeyContext): Constraint {
  return {
    ...always,
    id: keyId(name, schema, table),
    name,
    kind: kind === 'PRIMARY' ? 'primary key' : 'unique',
    columns: parts.map(({ column }) => column),
    definition,
    needs: [tableId(schema, table)],
    index: { name },
  };
}

const keyId = (name: string, schema: string, table: string): string => partId('key', name, schema, table);

/** Without `condition` where the source does not hold its rows to it. */
function checkConstraint(
  { name, definition, condition, enforced }: CheckText,
  { schema, table }: KeyContext,
): Constraint {
  const id = partId('check', name, schema, table);
  const needs = [tableId(schema, table)];
  const columns = [...new Set([...condition.matchAll(/`((?:[^`]|``)*)`/g)].map(([, column = '']) => column))];
  return { ...always, id, name, kind: 'check', columns, definition, needs, ...(enforced ? { condition } : {}) };
}

/** What it refers to is found by `withReferredKeys`, when all tables are known. */
function foreignKey(key: ForeignKeyText, { schema, table, logsActions }: KeyContext): Constraint {
  const { name, definition, columns, referenced, onDelete, onUpdate } = key;
  const target = { schema: key.schema ?? schema, name: key.table };
  const acts = [onDelete, onUpdate].some((action) => action !== 'no action' && action !== 'restrict');
  return {
    ...always,
    id: partId('foreign key', name, schema, table),
    name,
    kind: 'foreign key',
    columns,
    definition,
    needs: [tableId(schema, table), tableId(target.schema, target.name)],
    references: {
      table: `${target.schema}.${target.name}`,
      columns: referenced,
      onDelete,
      onUpdate,
      ...(acts && !logsActions ? { unlogged: true } : {}),
    },
  };
}

export const readIndexes = (text: TableText, { schema, table }: KeyContext): Index[] =>
  text.keys
    .filter((key) => !isConstraint(key))
    .map((key) => {
      const { name, kind, definition, parts } = key;
      const plain = plainOf(key);
      return {
        id: keyId(name, schema, table),
        name,
        unique: kind === 'UNIQUE',
        columns: parts?.map(({ column }) => column) ?? [],
        index: { name },
        definition,
        needs: [tableId(schema, table)],
        ...(plain ? { plain } : {}),
      };
    });

const METHODS = {
  PRIMARY: 'ordered',
  UNIQUE: 'ordered',
  FULLTEXT: 'fulltext',
  SPATIAL: 'spatial',
  '': 'ordered',
} as const;

function plainOf({ kind, parts, hash }: KeyText): PlainIndex | undefined {
  if (parts === undefined || kind === 'other') return undefined;
  return { method: hash && kind === '' ? 'hash' : METHODS[kind], parts };
}
