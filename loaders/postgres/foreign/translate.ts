import type { Mapping, TableMapping } from '../../../src/connector/loader.js';
import { quoteIdentifier, quoteLiteral } from '../../../src/db/postgres/quote.js';
import { tableName, type Schema, type SchemaObject, type Table } from '../../../src/model/schema.js';
import { qualified } from '../create-table.js';
import { translateColumns } from './columns.js';
import { translateConstraints } from './constraints.js';
import type { Facts, Ground } from './ground.js';
import { translateIndexes } from './indexes.js';
import { Names, refusedNames } from './names.js';

export interface Translation {
  /** In the target's own words, under the ids and table names of the source's. */
  readonly schema: Schema;
  readonly mapping: Mapping;
}

/** What becomes of a schema of another dialect. Pure. */
export function translate(schema: Schema, facts: Facts): Translation {
  const notMade = schema.objects.map(({ id }) => `${id}: it is in the source's own words`);
  const ground: Ground = {
    facts,
    schema,
    tables: new Map(schema.tables.map((table) => [tableName(table), table])),
    names: new Names(schema.tables),
    notMade: (sentence) => notMade.push(sentence),
  };
  const tables = schema.tables.map((table) => translateTable(table, ground));
  return {
    schema: {
      ...schema,
      dialect: 'postgres',
      tables: tables.map(({ table }) => table),
      objects: [...schemasOf(schema), ...tables.flatMap(({ objects }) => objects)],
    },
    mapping: { tables: tables.map(({ mapping }) => mapping), notMade, refused: refusedNames(schema) },
  };
}

interface TranslatedTable {
  readonly table: Table;
  readonly objects: readonly SchemaObject[];
  readonly mapping: TableMapping;
}

function translateTable(table: Table, ground: Ground): TranslatedTable {
  const columns = translateColumns(table, ground);
  const made = columns.flatMap((column) => column.made ?? []);
  const { id, schema, name, hasRows, rowsEstimated, bytesEstimated } = table;
  return {
    table: {
      ...{ id, schema, name, hasRows, rowsEstimated, bytesEstimated },
      columns: columns.map(({ column }) => column),
      inherits: [],
      constraints: translateConstraints(table, ground),
      indexes: translateIndexes(table, ground),
      options: { unlogged: false, parameters: [] },
      needs: [`schema ${schema}`, ...made.map((type) => type.id)],
      encodings: ['text'],
    },
    objects: [...made, ...commentsOf(table)],
    mapping: { table: tableName(table), target: qualified(table), columns: columns.map(({ mapping }) => mapping) },
  };
}

function schemasOf({ tables }: Schema): SchemaObject[] {
  return [...new Set(tables.map(({ schema }) => schema))].map((name) => ({
    id: `schema ${name}`,
    kind: 'schema',
    name,
    statements: [`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(name)}`],
    needs: [],
    when: 'before rows',
  }));
}

function commentsOf(table: Table): SchemaObject[] {
  const comment = (of: string, on: string, text: string | undefined): SchemaObject[] =>
    text === undefined || text === ''
      ? []
      : [
          {
            id: `${of} of ${table.id}`,
            kind: 'comment',
            name: table.id,
            table: tableName(table),
            statements: [`COMMENT ON ${on} IS ${quoteLiteral(text)}`],
            needs: [table.id],
            when: 'after rows',
          },
        ];
  return [
    ...comment('comment', `TABLE ${qualified(table)}`, table.comment),
    ...table.columns
      .filter(({ generated }) => generated === undefined)
      .flatMap(({ name, comment: text }) => {
        const column = quoteIdentifier(name);
        return comment(`comment on column ${column}`, `COLUMN ${qualified(table)}.${column}`, text);
      }),
  ];
}
