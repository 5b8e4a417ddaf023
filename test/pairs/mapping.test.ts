/** What the extractor says of its columns, keys and sequences for engines that do not know its words; and overrides. */
import { describe, expect, test } from 'vitest';
import { readSchema } from '../../extractors/postgres/catalog/read-schema.js';
import { readSequences } from '../../extractors/postgres/catalog/sequences.js';
import { PgLoader } from '../../loaders/postgres/loader.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import type { Column, Schema, Table } from '../../src/model/schema.js';
import type { ValueType } from '../../src/model/type.js';
import { freshDatabase, type Major } from '../servers/index.js';

const exact = { exact: true, padded: false };

/** Type, default and what they are in neutral words. */
const COLUMNS: readonly (readonly [type: string, value: ValueType, given?: string, plain?: unknown])[] = [
  ['boolean', { kind: 'boolean' }, 'true', { value: 't' }],
  ['smallint', { kind: 'integer', bits: 16, unsigned: false }, '-3', { value: '-3' }],
  ['integer', { kind: 'integer', bits: 32, unsigned: false }, '1 + 1', undefined],
  ['bigint', { kind: 'integer', bits: 64, unsigned: false }, '5', { value: '5' }],
  ['numeric', { kind: 'decimal', unsigned: false, special: true }, '0.10', { value: '0.10' }],
  ['numeric(10,2)', { kind: 'decimal', precision: 10, scale: 2, unsigned: false, special: true }, '0', { value: '0' }],
  ['real', { kind: 'float', bits: 32, special: true }],
  ['double precision', { kind: 'float', bits: 64, special: true }, '1.5', { value: '1.5' }],
  ['text', { kind: 'text', fixed: false, compares: exact }, `E'it''s \\\\'`, { value: `it's \\` }],
  ['varchar(7)', { kind: 'text', length: 7, fixed: false, compares: exact }, `'x'`, { value: 'x' }],
  ['char(3)', { kind: 'text', length: 3, fixed: true, compares: { exact: true, padded: true } }, `'x'`, { value: 'x' }],
  ['bpchar', { kind: 'text', fixed: false, compares: { exact: true, padded: true } }],
  ['public.citext', { kind: 'text', fixed: false, compares: { exact: false, padded: false } }],
  ['public.below', { kind: 'text', length: 5, fixed: false, compares: exact }],
  ['bytea', { kind: 'bytes', fixed: false }, `'\\x00ff'`, { value: '\\x00ff' }],
  ['bit(3)', { kind: 'bits', length: 3, varying: false }, `B'101'`, { value: '101' }],
  ['varbit', { kind: 'bits', varying: true }],
  ['date', { kind: 'date', zero: false, special: true }, `'2024-02-29'`, { value: '2024-02-29' }],
  ['time(2)', { kind: 'time', digits: 2, day: true }],
  ['timetz', { kind: 'timetz', digits: 6 }],
  ['timestamp(3)', { kind: 'timestamp', digits: 3, zero: false, special: true }, 'now()', { now: 3 }],
  ['timestamptz', { kind: 'timestamptz', digits: 6, zero: false, special: true }, 'CURRENT_TIMESTAMP(2)', { now: 2 }],
  ['interval', { kind: 'interval' }],
  ['json', { kind: 'json', verbatim: true }],
  ['jsonb', { kind: 'json', verbatim: false }, `'{"a":1}'`, { value: '{"a": 1}' }],
  ['uuid', { kind: 'uuid' }],
  ['public.mood', { kind: 'enum', labels: ['sad', `it's`], compares: exact }, `'it''s'`, { value: `it's` }],
  ['inet', { kind: 'network', name: 'inet' }],
  ['cidr', { kind: 'network', name: 'cidr' }],
  ['macaddr', { kind: 'network', name: 'macaddr' }],
  ['macaddr8', { kind: 'network', name: 'macaddr8' }],
  ['varchar(4)[][]', { kind: 'array', of: { kind: 'text', length: 4, fixed: false, compares: exact } }],
  ['public.mood[]', { kind: 'array', of: { kind: 'enum', labels: ['sad', `it's`], compares: exact } }],
  ...['int4range', 'money', 'oid', 'regclass', 'tsvector', 'xml', 'point', 'public.hstore', 'public.pair'].map(
    (type) => [type, { kind: 'other', name: type }] as const,
  ),
];

const DDL = `
  CREATE EXTENSION citext WITH SCHEMA public; CREATE EXTENSION hstore WITH SCHEMA public;
  CREATE TYPE public.mood AS ENUM ('sad', 'it''s'); CREATE TYPE public.pair AS (a int, b text);
  CREATE DOMAIN public.above AS varchar(5); CREATE DOMAIN public.below AS public.above CHECK (value <> '');
  CREATE TABLE public.every (${COLUMNS.map(([type, , given], i) => `c${i} ${type}${given ? ` DEFAULT ${given}` : ''}`).join(', ')});
  CREATE TABLE public.parent (id serial PRIMARY KEY, n bigint GENERATED ALWAYS AS IDENTITY, name text UNIQUE CHECK (name <> ''));
  CREATE TABLE public.child (a int REFERENCES public.parent ON DELETE CASCADE ON UPDATE SET NULL, b text);
  COMMENT ON TABLE public.parent IS 'whose'; COMMENT ON COLUMN public.parent.name IS 'what';
  CREATE INDEX plainly ON public.child (b DESC, a); CREATE INDEX hashed ON public.child USING hash (b);
  CREATE INDEX lowered ON public.child (lower(b)); CREATE INDEX partly ON public.child (b) WHERE a > 0;
  CREATE SEQUENCE public.free;`;

async function made(major: Major, sql: string): Promise<PgDb> {
  const db = await connect(await freshDatabase(major), { name: 'openkite:test:mapping', searchPath: '' });
  await db.query(sql);
  return db;
}

const tableIn = (schema: Schema, name: string): Table => schema.tables.find((table) => table.name === name)!;
const columnIn = (table: Table, name: string): Column => table.columns.find((column) => column.name === name)!;

describe.each([10, 15, 18] as const)('PostgreSQL %i', (major) => {
  test('says in neutral words what it has', async () => {
    const db = await made(major, DDL);
    const [schema, sequences] = [await readSchema(db), await readSequences(db)];
    await db.close();
    const every = tableIn(schema, 'every').columns;
    expect(every.map(({ value }, i) => [COLUMNS[i]![0], value])).toEqual(COLUMNS.map(([type, value]) => [type, value]));
    expect(every.map((column, i) => [COLUMNS[i]![0], column.default?.plain])).toEqual(
      COLUMNS.map(([type, , , plain]) => [type, plain]),
    );

    const [parent, child] = [tableIn(schema, 'parent'), tableIn(schema, 'child')];
    expect(parent.comment).toBe('whose');
    expect(columnIn(parent, 'name')).toMatchObject({ comment: 'what' });
    expect(parent.columns.map(({ name, counts }) => [name, counts])).toEqual([
      ['id', true],
      ['n', true],
      ['name', undefined],
    ]);
    expect(parent.constraints.find(({ kind }) => kind === 'check')?.condition).toBe(`(name <> ''::text)`);
    expect(child.constraints[0]?.references).toEqual({
      table: 'public.parent',
      columns: ['id'],
      onDelete: 'cascade',
      onUpdate: 'set null',
    });
    expect(Object.fromEntries(child.indexes.map(({ name, plain }) => [name, plain]))).toEqual({
      plainly: {
        method: 'ordered',
        parts: [
          { column: 'b', descending: true },
          { column: 'a', descending: false },
        ],
      },
      hashed: { method: 'hash', parts: [{ column: 'b', descending: false }] },
      lowered: undefined,
      partly: undefined,
    });
    expect(sequences.map(({ sequence, column }) => [sequence, column])).toEqual([
      ['public.free', undefined],
      ['public.parent_id_seq', { table: 'public.parent', name: 'id' }],
      ['public.parent_n_seq', { table: 'public.parent', name: 'n' }],
    ]);
  });
});

test('a scale below zero, a collation that is not deterministic, NULLS NOT DISTINCT', async () => {
  const db = await made(
    18,
    `CREATE COLLATION public.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
     CREATE TABLE public.t (a numeric(4,-2), b text COLLATE public.loose, c int);
     CREATE UNIQUE INDEX u ON public.t (c) NULLS NOT DISTINCT; CREATE UNIQUE INDEX i ON public.t (c) INCLUDE (a);`,
  );
  const table = tableIn(await readSchema(db), 't');
  await db.close();
  expect(columnIn(table, 'a').value).toMatchObject({ precision: 4, scale: -2 });
  expect(columnIn(table, 'b').value).toMatchObject({ compares: { exact: false } });
  expect(table.indexes.map(({ name, plain }) => [name, plain?.parts.length])).toEqual([
    ['i', 1],
    ['u', undefined],
  ]);
});

test('a schema of the same dialect is mapped to itself, but for what the operator wants', async () => {
  const source = await made(18, `CREATE TABLE public.t (a integer DEFAULT 5, b text COLLATE "C", c date)`);
  const schema = await readSchema(source);
  await source.close();
  const [table] = schema.tables as [Table];
  const override = { type: 'character varying(3)', expression: `lpad(:value, 3, '0')` };
  const columns = table.columns.map((column) => (column.name === 'c' ? column : { ...column, override }));
  const wanted: Schema = { ...schema, tables: [{ ...table, columns }] };

  const target = await made(18, '');
  const loader = new PgLoader(target, 18);
  expect(loader.accepts(table)).toEqual(['pgcopy', 'text']);
  expect(loader.accepts(wanted.tables[0]!)).toEqual(['text']);
  loader.learn(wanted);
  expect(loader.mapping(wanted)).toEqual({
    tables: [
      {
        table: 'public.t',
        target: '"public"."t"',
        columns: [
          { column: 'a', type: 'integer', targetType: 'character varying(3)' },
          { column: 'b', type: 'text', targetType: 'character varying(3)' },
          { column: 'c', type: 'date', targetType: 'date' },
        ],
      },
    ],
    notMade: [],
    refused: [],
  });
  for (const step of loader.steps(wanted)) for (const statement of step.statements) await target.query(statement);
  const rows = async function* () {
    yield Buffer.from('7\t1\t2024-02-29\n\\N\tabc\t\\N\n');
  };
  await target.transaction((tx) => loader.write(tx, loader.layout(wanted.tables[0]!, 'text'), rows()));
  await target.query('INSERT INTO public.t (c) VALUES (NULL)');
  const found = await target.query<{ line: string }>(
    `SELECT concat_ws('|', a, b, c) AS line FROM public.t ORDER BY a, b`,
  );
  expect(found.rows.map(({ line }) => line)).toEqual(['007|001|2024-02-29', '5', 'abc']);
  await target.close();
});
