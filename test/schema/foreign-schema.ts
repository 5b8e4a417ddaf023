/** A schema as an extractor of another dialect describes it, with every kind of value, key and note. */
import type { Column, Constraint, Index, PlainIndex, Schema, SchemaObject, Table } from '../../src/model/schema.js';
import type { ValueType } from '../../src/model/type.js';

export const loose = { exact: false, padded: true };
export const exact = { exact: true, padded: false };

export const column = (name: string, value: ValueType, more: Partial<Column> = {}): Column => ({
  name,
  type: `their ${value.kind}`,
  value,
  numbered: false,
  nullable: true,
  options: [],
  local: true,
  ...more,
});

type Parts = Partial<Pick<Table, 'constraints' | 'indexes' | 'comment' | 'schema'>>;

export const table = (name: string, columns: readonly Column[], more: Parts = {}): Table => ({
  id: `table shop.${name}`,
  schema: 'shop',
  name,
  columns,
  hasRows: true,
  inherits: [],
  constraints: [],
  indexes: [],
  options: { unlogged: false, parameters: ['ENGINE=InnoDB'] },
  needs: ['database shop'],
  rowsEstimated: 0,
  bytesEstimated: 0,
  encodings: ['text'],
  ...more,
});

const common = { inherited: false, deferrable: false, validated: true, definition: 'theirs', needs: [] };

export const constraint = (
  on: string,
  kind: Constraint['kind'],
  name: string,
  columns: readonly string[],
  more: Partial<Constraint> = {},
): Constraint => ({ ...common, id: `${kind} ${name} on shop.${on}`, name, kind, columns, ...more });

export const index = (on: string, name: string, plain: PlainIndex, unique = false): Index => ({
  id: `index ${name} on shop.${on}`,
  name,
  unique,
  columns: plain.parts.map((part) => part.column),
  definition: 'theirs',
  index: { name },
  plain,
  needs: [],
});

export const parts = (...list: (string | [string, number])[]): PlainIndex['parts'] =>
  list.map((part) =>
    typeof part === 'string'
      ? { column: part, descending: false }
      : { column: part[0], length: part[1], descending: false },
  );

export const schemaOf = (tables: readonly Table[], objects: readonly SchemaObject[] = []): Schema => ({
  dialect: 'mysql',
  serverVersion: '10.11',
  home: 'shop',
  tables,
  objects,
  notMoved: [],
});

/** The type there, and two values in canonical text; where the server prints them otherwise, how. */
interface Kind {
  readonly value: ValueType;
  readonly type: string;
  readonly texts: readonly string[];
  readonly printed?: readonly string[];
}

const integer = (bits: 8 | 16 | 24 | 32 | 64, unsigned: boolean): ValueType => ({ kind: 'integer', bits, unsigned });

/** By the name of the column. */
export const KINDS: Readonly<Record<string, Kind>> = {
  flag: { value: { kind: 'boolean' }, type: 'boolean', texts: ['t', 'f'] },
  i8: { value: integer(8, false), type: 'smallint', texts: ['-128', '127'] },
  u8: { value: integer(8, true), type: 'smallint', texts: ['0', '255'] },
  i16: { value: integer(16, false), type: 'smallint', texts: ['-32768', '32767'] },
  u16: { value: integer(16, true), type: 'integer', texts: ['0', '65535'] },
  i24: { value: integer(24, false), type: 'integer', texts: ['-8388608', '8388607'] },
  u24: { value: integer(24, true), type: 'integer', texts: ['0', '16777215'] },
  i32: { value: integer(32, false), type: 'integer', texts: ['-2147483648', '2147483647'] },
  u32: { value: integer(32, true), type: 'bigint', texts: ['0', '4294967295'] },
  i64: { value: integer(64, false), type: 'bigint', texts: ['-9223372036854775808', '9223372036854775807'] },
  u64: { value: integer(64, true), type: 'numeric(20,0)', texts: ['0', '18446744073709551615'] },
  price: {
    value: { kind: 'decimal', precision: 10, scale: 2, unsigned: true, special: false },
    type: 'numeric(10,2)',
    texts: ['0.00', '99999999.99'],
  },
  amount: { value: { kind: 'decimal', unsigned: false, special: true }, type: 'numeric', texts: ['1.50', 'NaN'] },
  f32: { value: { kind: 'float', bits: 32, special: false }, type: 'real', texts: ['0.1', '1.6777216e+07'] },
  f64: { value: { kind: 'float', bits: 64, special: false }, type: 'double precision', texts: ['1e+100', '-0'] },
  title: {
    value: { kind: 'text', length: 20, fixed: false, compares: loose },
    type: 'character varying(20)',
    texts: ['Straße ', 'tab\tnl\nback\\slash'],
  },
  code: {
    value: { kind: 'text', length: 3, fixed: true, compares: loose },
    type: 'character(3)',
    texts: ['ab', 'abc'],
    printed: ['ab ', 'abc'],
  },
  body: { value: { kind: 'text', fixed: false, compares: exact }, type: 'text', texts: ['', 'naïve 🪁'] },
  raw: { value: { kind: 'bytes', length: 4, fixed: true }, type: 'bytea', texts: ['\\x00ff0000', '\\x'] },
  bits: { value: { kind: 'bits', length: 5, varying: false }, type: 'bit(5)', texts: ['00101', '11111'] },
  varbits: { value: { kind: 'bits', length: 9, varying: true }, type: 'bit varying(9)', texts: ['1', '010101010'] },
  day: { value: { kind: 'date', zero: true, special: false }, type: 'date', texts: ['2024-02-29', '1000-01-01'] },
  clock: {
    value: { kind: 'time', digits: 3, day: true },
    type: 'time(3) without time zone',
    texts: ['12:34:56.789', '24:00:00'],
  },
  span: {
    value: { kind: 'time', digits: 6, day: false },
    type: 'interval(6)',
    texts: ['-838:59:59.000000', '12:00:00.500000'],
    printed: ['-838:59:59', '12:00:00.5'],
  },
  clockz: {
    value: { kind: 'timetz', digits: 6 },
    type: 'time(6) with time zone',
    texts: ['12:34:56.789012+05:30', '00:00:00+00'],
  },
  moment: {
    value: { kind: 'timestamp', digits: 3, zero: true, special: false },
    type: 'timestamp(3) without time zone',
    texts: ['2024-02-29 12:34:56.789', '9999-12-31 23:59:59.999'],
  },
  momentz: {
    value: { kind: 'timestamptz', digits: 0, zero: true, special: false },
    type: 'timestamp(0) with time zone',
    texts: ['2024-02-29 12:34:56+00', '1970-01-01 00:00:01+00'],
  },
  born: { value: { kind: 'year' }, type: 'smallint', texts: ['2024', '0000'], printed: ['2024', '0'] },
  lapse: { value: { kind: 'interval' }, type: 'interval', texts: ['1 year 2 mons -3 days +04:05:06.7', '00:00:00'] },
  doc: { value: { kind: 'json', verbatim: true }, type: 'json', texts: ['{"b":  1, "a": [1,2]}', '"\\u0041"'] },
  uid: {
    value: { kind: 'uuid' },
    type: 'uuid',
    texts: ['123e4567-e89b-12d3-a456-426614174000', '00000000-0000-0000-0000-000000000000'],
  },
  mood: {
    value: { kind: 'enum', labels: ['sad', "it's ok", 'a,b'], compares: loose },
    type: 'shop.kinds_mood',
    texts: ['sad', "it's ok"],
  },
  longmood: {
    value: { kind: 'enum', labels: ['x'.repeat(64)], compares: loose },
    type: 'text',
    texts: ['x'.repeat(64), ''],
  },
  tags: { value: { kind: 'set', labels: ['a', 'b', 'c'], compares: loose }, type: 'text', texts: ['a,c', ''] },
  place: {
    value: { kind: 'geometry', shape: 'point', srid: 4326 },
    type: 'text',
    texts: ['0101000020E6100000000000000000F03F0000000000000040', '010100000000000000000000000000000000000000'],
  },
  net: { value: { kind: 'network', name: 'inet6' }, type: 'inet', texts: ['::1', '2001:db8::ff00:42:8329'] },
  block: { value: { kind: 'network', name: 'cidr' }, type: 'cidr', texts: ['10.0.0.0/8', '::/0'] },
  mac: {
    value: { kind: 'network', name: 'macaddr8' },
    type: 'macaddr8',
    texts: ['08:00:2b:01:02:03:04:05', 'ff:ff:ff:ff:ff:ff:ff:ff'],
  },
  list: {
    value: { kind: 'array', of: { kind: 'integer', bits: 32, unsigned: true } },
    type: 'bigint[]',
    texts: ['{1,NULL,4294967295}', '{}'],
  },
  odd: { value: { kind: 'other', name: 'vector' }, type: 'text', texts: ['[1,2]', ''] },
};
