import type { ColumnMapping } from '../../../src/connector/loader.js';
import { quoteIdentifier, quoteLiteral } from '../../../src/db/postgres/quote.js';
import {
  storedColumns,
  tableName,
  type Column,
  type Default,
  type Identity,
  type SchemaObject,
  type Table,
} from '../../../src/model/schema.js';
import type { ValueType } from '../../../src/model/type.js';
import { uniqueLoss } from './equal.js';
import type { Ground } from './ground.js';
import { isEnum, targetType, type TargetType } from './types.js';

export interface TranslatedColumn {
  readonly column: Column;
  readonly mapping: ColumnMapping;
  /** The type that is made for it alone. */
  readonly made?: SchemaObject;
}

/** Those that have values of their own. Expressions of another dialect are not translated. */
export function translateColumns(table: Table, ground: Ground): TranslatedColumn[] {
  for (const { name, generated } of table.columns)
    if (generated)
      ground.notMade(`column ${name} of table ${tableName(table)}: it is generated as ${generated.expression}`);
  return storedColumns(table).map((column) => translateColumn(table, column, ground));
}

function translateColumn(table: Table, column: Column, ground: Ground): TranslatedColumn {
  const { name, value, override } = column;
  const made = override?.type === undefined && isEnum(value) ? enumFor(table, name, value.labels, ground) : undefined;
  const counted = isCounted(table, name, ground);
  const target = targetType(value, { facts: ground.facts, counted, ...(made ? { labels: made.name } : {}) });
  const type = override?.type ?? target.type;
  const identity = identityOf(table, column, type, ground);
  return {
    column: {
      name,
      type,
      value,
      numbered: false,
      nullable: column.nullable,
      ...(column.nullable ? {} : { notNull: 'NOT NULL' }),
      ...(identity ? { identity } : { ...defaultOf(table, column, ground) }),
      ...(override ? { override } : {}),
      options: [],
      local: true,
    },
    mapping: mappingOf(table, column, { ...target, type }, identity !== undefined),
    ...(made ? { made } : {}),
  };
}

function mappingOf(table: Table, column: Column, target: TargetType, counts: boolean): ColumnMapping {
  const { name, type, override } = column;
  const loses = [
    override?.type === undefined && target.loses,
    override === undefined && uniqueLoss(table, column),
    column.counts && !counts && 'it does not count by itself',
    column.onUpdateNow && 'it is not set by updates: that takes a trigger',
  ].filter((words) => typeof words === 'string');
  return {
    column: name,
    type,
    targetType: target.type,
    ...(override === undefined && target.refuses !== undefined ? { refuses: target.refuses } : {}),
    ...(loses.length > 0 ? { loses: loses.join('; ') } : {}),
  };
}

function enumFor(table: Table, column: string, labels: readonly string[], { names }: Ground): SchemaObject {
  const name = names.take(table.schema, table.name, column);
  const type = `${quoteIdentifier(table.schema)}.${quoteIdentifier(name)}`;
  return {
    id: `type ${type}`,
    kind: 'type',
    name: type,
    table: tableName(table),
    statements: [`CREATE TYPE ${type} AS ENUM (${labels.map((label) => quoteLiteral(label)).join(', ')})`],
    needs: [`schema ${table.schema}`],
    when: 'before rows',
  };
}

const COUNTING = ['smallint', 'integer', 'bigint'];

function identityOf(table: Table, column: Column, type: string, { names }: Ground): Identity | undefined {
  if (!column.counts || !COUNTING.includes(type)) return undefined;
  const sequence = names.take(table.schema, table.name, column.name, 'seq');
  return { always: false, sequence: `${quoteIdentifier(table.schema)}.${quoteIdentifier(sequence)}`, options: '' };
}

/** A key and what refers to it have to be of one type. */
function isCounted(table: Table, name: string, ground: Ground, seen: readonly Table[] = []): boolean {
  if (seen.includes(table)) return false;
  if (table.columns.find((column) => column.name === name)?.counts) return true;
  return table.constraints.some(({ columns, references }) => {
    const parent = ground.tables.get(references?.table ?? '');
    const referred = references?.columns[columns.indexOf(name)];
    return parent && referred !== undefined && isCounted(parent, referred, ground, [...seen, table]);
  });
}

function defaultOf(
  table: Table,
  { name, default: given, value, override }: Column,
  ground: Ground,
): { default?: Default } {
  if (given === undefined) return {};
  const definition = override?.type === undefined ? words(given, value) : literal(given);
  if (definition !== undefined) return { default: { id: given.id, definition, needs: [] } };
  ground.notMade(`default of column ${name} of table ${tableName(table)}: ${given.definition}`);
  return {};
}

const literal = ({ plain }: Default): string | undefined =>
  plain !== undefined && 'value' in plain ? quoteLiteral(plain.value) : undefined;

/** Zero dates are no values there. */
function words(given: Default, value: ValueType): string | undefined {
  const { plain } = given;
  if (plain !== undefined && 'now' in plain) return NOW[value.kind]?.(plain.now);
  const isDate = value.kind === 'date' || value.kind === 'timestamp' || value.kind === 'timestamptz';
  return isDate && /^0000|-00/.test(plain?.value ?? '') ? undefined : literal(given);
}

const NOW: { readonly [K in ValueType['kind']]?: (digits: number) => string } = {
  timestamp: (digits) => `LOCALTIMESTAMP(${digits})`,
  timestamptz: (digits) => `CURRENT_TIMESTAMP(${digits})`,
  date: () => 'CURRENT_DATE',
  time: (digits) => `LOCALTIME(${digits})`,
};
