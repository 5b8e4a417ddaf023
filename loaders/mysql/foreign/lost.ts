import { tableName, type Constraint, type Table } from '../../../src/model/schema.js';
import type { Moved } from '../targets.js';
import { countingColumn, longComments } from './create.js';
import { isLost } from './defaults.js';
import { unmakeable } from './keys.js';
import { referencesOf } from './references.js';
import { leavesOf } from './parts.js';

/** What the source has and the target will not have, a sentence each. */
export const lostOf = (moved: Moved): string[] => [
  ...moved.schema.tables.flatMap((table) => (table.hasRows ? ofTable(moved, table) : [ofRoot(moved, table)])),
  ...referencesOf(moved).lost.map(({ table, key, why }) => `${named(table, key)}: ${why}: ${key.definition}`),
  ...objectsOf(moved),
];

const named = (table: Table, { kind, name }: Constraint): string => `${kind} ${name} of ${tableName(table)}`;

function ofRoot(moved: Moved, table: Table): string {
  const what =
    leavesOf(moved, table).length > 0 ? 'a view of its partitions, which are tables there' : 'an empty table there';
  return `table ${tableName(table)} is ${what}`;
}

function ofTable(moved: Moved, table: Table): string[] {
  return [...keysOf(moved, table), ...columnsOf(moved, table), ...longComments(table).map((what) => cut(table, what))];
}

const cut = (table: Table, what: string): string => `${what} of ${tableName(table)} is cut: it is too long there`;

function keysOf(moved: Moved, table: Table): string[] {
  const target = moved.of(table);
  return [
    ...table.constraints.flatMap((key) => {
      if (key.kind === 'check') return [`${named(table, key)}: ${key.condition ?? key.definition}`];
      if (key.kind === 'exclusion' || key.kind === 'not null') return [`${named(table, key)}: ${key.definition}`];
      const why = key.kind === 'foreign key' ? undefined : unmakeable(target, key);
      const late =
        key.deferrable && key.kind !== 'foreign key' ? [`${named(table, key)} is checked at once, not at the end`] : [];
      return why === undefined ? late : [`${named(table, key)}: ${why}: ${key.definition}`];
    }),
    ...table.indexes.flatMap((index) => {
      const why = unmakeable(target, index);
      return why === undefined ? [] : [`index ${index.name} of ${tableName(table)}: ${why}: ${index.definition}`];
    }),
  ];
}

function columnsOf(moved: Moved, table: Table): string[] {
  const target = moved.of(table);
  const counting = countingColumn(target)?.column;
  return [
    ...target.columns
      .filter(isLost)
      .map(({ column }) => `default of ${of(table, column.name)}: ${column.default?.definition}`),
    ...table.columns.flatMap(({ name, generated }) =>
      generated === undefined ? [] : [`computed column ${of(table, name)}: ${generated.expression}`],
    ),
    ...target.columns
      .filter(({ column }) => column.counts && column !== counting?.column)
      .map(({ column }) => stillOf(table, column.name)),
  ];
}

/** A partition must not give numbers that another one gives too. */
const stillOf = (table: Table, column: string): string => {
  const why = table.partition?.of ? 'it is a partition' : 'only one column does, which leads a key';
  return `${of(table, column)} does not count up there: ${why}`;
};

const of = (table: Table, column: string): string => `${tableName(table)}.${column}`;

/** By kind: there can be very many. */
function objectsOf({ schema }: Moved): string[] {
  const kinds = new Map<string, string[]>();
  for (const { kind, name } of schema.objects) kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  return [...kinds].map(([kind, names]) => `${kind} ${names.join(', ')}: only its own server can say it`);
}
