/** Values of every kind that another engine has, on a real server, and back as the text that came. */
import { expect, it } from 'vitest';
import { Moved } from '../../loaders/mysql/targets.js';
import { serverOf } from '../../loaders/mysql/server.js';
import type { ValueType } from '../../src/model/type.js';
import { bed, load, perform, type Bed } from './bed.js';
import { column, constraint, int, schema, table } from './made.js';

interface Case {
  readonly value: ValueType;
  /** Canonical texts that come back as they are. */
  readonly kept: readonly string[];
  readonly refused?: readonly string[];
  readonly type: string | RegExp;
}

const exact = { exact: true, padded: false };
const TEXTS = [
  '',
  ' ',
  'a ',
  'NULL',
  '\\N',
  '\\',
  'tab\tline\nreturn\r\b\f\v\\f\\v',
  '\0a\0',
  '😀é',
  '\ufeff',
  'x'.repeat(70_000),
];
const SPECIAL_TIMES = ['infinity', '-infinity', '0044-03-15 23:59:59 BC', '294276-12-31 23:59:59'];
const point = '0101000020E6100000000000000000F03F0000000000000040';

const CASES: Readonly<Record<string, Case>> = {
  boolean: { value: { kind: 'boolean' }, kept: ['t', 'f'], type: 'tinyint(1)' },
  tiny: {
    value: { kind: 'integer', bits: 8, unsigned: true },
    kept: ['0', '255'],
    refused: ['256', '-1'],
    type: 'tinyint(3) unsigned',
  },
  medium: {
    value: { kind: 'integer', bits: 24, unsigned: false },
    kept: ['-8388608'],
    refused: ['8388608'],
    type: 'mediumint(9)',
  },
  big: {
    value: { kind: 'integer', bits: 64, unsigned: false },
    kept: ['9223372036854775807', '-9223372036854775808'],
    refused: ['9223372036854775808'],
    type: 'bigint(20)',
  },
  ubig: {
    value: { kind: 'integer', bits: 64, unsigned: true },
    kept: ['18446744073709551615'],
    refused: ['-1'],
    type: 'bigint(20) unsigned',
  },
  decimal: {
    value: { kind: 'decimal', precision: 65, scale: 30, unsigned: false, special: true },
    kept: ['0.000000000000000000000000000001', `${'9'.repeat(35)}.${'1'.repeat(30)}`],
    refused: ['NaN', '1'.repeat(36)],
    type: 'decimal(65,30)',
  },
  negative: {
    value: { kind: 'decimal', precision: 3, scale: -2, unsigned: false, special: true },
    kept: ['12300', '-99900'],
    refused: ['NaN'],
    type: 'decimal(5,0)',
  },
  fraction: {
    value: { kind: 'decimal', precision: 2, scale: 4, unsigned: false, special: true },
    kept: ['0.0012'],
    refused: ['1.5'],
    type: 'decimal(4,4)',
  },
  numeric: {
    value: { kind: 'decimal', unsigned: false, special: true },
    kept: ['NaN', '1.50', '-0.00', 'Infinity', `${'9'.repeat(900)}.${'1'.repeat(600)}`],
    type: 'longtext',
  },
  wide: {
    value: { kind: 'decimal', precision: 100, scale: 50, unsigned: false, special: true },
    kept: ['9'.repeat(50) + '.' + '1'.repeat(50)],
    type: 'longtext',
  },
  real: {
    value: { kind: 'float', bits: 32, special: true },
    kept: ['0', '0.1', '-1.5', '16777216', '-2.5e20'],
    refused: ['NaN', 'Infinity', '3.4028235e+38', '1e39'],
    type: 'float',
  },
  double: {
    value: { kind: 'float', bits: 64, special: true },
    kept: ['0.1', '0.30000000000000004', '5e-324', '1.7976931348623157e308'],
    refused: ['NaN', '-Infinity', '1e400'],
    type: 'double',
  },
  text: { value: { kind: 'text', fixed: false, compares: exact }, kept: TEXTS, type: 'longtext' },
  varchar: {
    value: { kind: 'text', length: 5, fixed: false, compares: exact },
    kept: ['', 'a ', '😀😀😀😀😀'],
    refused: ['123456'],
    type: 'varchar(5)',
  },
  long: {
    value: { kind: 'text', length: 5000, fixed: false, compares: exact },
    kept: ['x'.repeat(5000)],
    type: 'longtext',
  },
  char: {
    value: { kind: 'text', length: 5, fixed: true, compares: { exact: true, padded: true } },
    kept: ['ab   ', '     ', '😀    '],
    refused: ['123456'],
    type: 'char(5)',
  },
  bytes: {
    value: { kind: 'bytes', fixed: false },
    kept: ['\\x', '\\x00', '\\x5c4e0a0900ff', `\\x${'ab'.repeat(100_000)}`],
    type: 'longblob',
  },
  binary: {
    value: { kind: 'bytes', length: 3, fixed: true },
    kept: ['\\x000000', '\\xff00fe'],
    refused: ['\\x00000000'],
    type: 'binary(3)',
  },
  bit: { value: { kind: 'bits', length: 1, varying: false }, kept: ['0', '1'], type: 'bit(1)' },
  bit64: {
    value: { kind: 'bits', length: 64, varying: false },
    kept: ['1'.repeat(64), '0'.repeat(64), `1${'0'.repeat(63)}`, `${'0'.repeat(63)}1`],
    type: 'bit(64)',
  },
  bit65: { value: { kind: 'bits', length: 65, varying: false }, kept: ['1'.repeat(65)], type: 'varchar(65)' },
  varbit: { value: { kind: 'bits', varying: true }, kept: ['', '0', '00101'], type: 'longtext' },
  date: {
    value: { kind: 'date', zero: false, special: true },
    kept: ['2024-02-29', '0001-01-01', '9999-12-31'],
    refused: ['infinity', '-infinity', '0044-03-15 BC', '5874897-12-31', '10000-01-01'],
    type: 'date',
  },
  time: {
    value: { kind: 'time', digits: 6, day: true },
    kept: ['00:00:00', '24:00:00', '23:59:59.999999', '12:34:56.1'],
    type: 'time(6)',
  },
  time0: { value: { kind: 'time', digits: 0, day: true }, kept: ['10:00:00', '24:00:00'], type: 'time' },
  timetz: {
    value: { kind: 'timetz', digits: 6 },
    kept: ['24:00:00-15:59:59', '12:34:56.789012+05:30'],
    type: 'varchar(24)',
  },
  timestamp: {
    value: { kind: 'timestamp', digits: 6, zero: false, special: true },
    kept: ['2024-03-31 02:30:00.123456', '2024-03-31 02:30:00', '0001-01-01 00:00:00'],
    refused: SPECIAL_TIMES,
    type: 'datetime(6)',
  },
  timestamp0: {
    value: { kind: 'timestamp', digits: 0, zero: false, special: true },
    kept: ['2024-03-31 02:30:10'],
    refused: ['infinity'],
    type: 'datetime',
  },
  moment: {
    value: { kind: 'timestamptz', digits: 6, zero: false, special: true },
    kept: ['2024-03-31 02:30:00.123456+00', '2039-03-31 02:30:00+00', '1582-10-10 00:00:00+00'],
    refused: [
      'infinity',
      '-infinity',
      '0044-03-15 23:59:59+00 BC',
      '294276-12-31 23:59:59+00',
      '2024-03-31 02:30:00+01',
    ],
    type: 'datetime(6)',
  },
  year: { value: { kind: 'year' }, kept: ['2024', '0000'], type: 'year(4)' },
  interval: { value: { kind: 'interval' }, kept: ['1 year 2 mons -3 days +04:05:06.7', 'infinity'], type: 'longtext' },
  json: {
    value: { kind: 'json', verbatim: true },
    kept: ['{"b":1, "a" : [1.0,1e400]}', ' null', '"\\u0000 \\n"', '{"a":1,"a":2}'],
    refused: ['['.repeat(40) + ']'.repeat(40), '{'],
    type: 'longtext',
  },
  uuid: {
    value: { kind: 'uuid' },
    kept: ['00000000-0000-0000-0000-000000000001', 'ffffffff-ffff-4fff-bfff-ffffffffffff'],
    refused: ['x'],
    type: 'uuid',
  },
  enum: {
    value: { kind: 'enum', labels: ["it's", 'a"b', '😀', '\\N', ',', '2', 'A', 'a'], compares: exact },
    kept: ["it's", 'a"b', '😀', '\\N', ',', '2', 'A', 'a'],
    refused: ['b'],
    type: /^enum/,
  },
  blank: { value: { kind: 'enum', labels: ['a', 'a ', ''], compares: exact }, kept: ['a', 'a ', ''], type: 'longtext' },
  set: { value: { kind: 'set', labels: ['a', 'b'], compares: exact }, kept: ['a,b', ''], type: 'longtext' },
  geometry: {
    value: { kind: 'geometry', shape: 'geometry' },
    kept: [point, '0101000000000000000000F03F0000000000000040'],
    refused: ['01010000A0E6100000000000000000F03F00000000000000400000000000000840'],
    type: 'geometry',
  },
  point: {
    value: { kind: 'geometry', shape: 'point', srid: 4326 },
    kept: [point],
    refused: ['0102000000020000000000000000000000000000000000000000000000000000000000000000000000'],
    type: 'point',
  },
  inet: { value: { kind: 'network', name: 'inet' }, kept: ['10.0.0.1', '2001:db8::/32'], type: 'varchar(43)' },
  inet6: { value: { kind: 'network', name: 'inet6' }, kept: ['2001:db8::1', '::'], refused: ['x'], type: 'inet6' },
  macaddr8: { value: { kind: 'network', name: 'macaddr8' }, kept: ['08:00:2b:01:02:03:04:05'], type: 'varchar(23)' },
  array: { value: { kind: 'array', of: { kind: 'interval' } }, kept: ['{1,NULL,"a b"}'], type: 'longtext' },
  other: { value: { kind: 'other', name: 'hstore' }, kept: ['"a"=>"b"', '\f'], type: 'longtext' },
};

const tables = Object.entries(CASES).map(([name, { value }]) =>
  table(name, [int('id'), column('v', value), int('last')], { constraints: [constraint(name, 'primary key', ['id'])] }),
);

let made: Bed | undefined;
const shared = async (): Promise<Bed> => {
  if (made) return made;
  made = await bed(schema(tables));
  await perform(made.loader, made.loader.steps(schema(tables)));
  return made;
};

it.each(Object.entries(CASES))('%s', async (name, { kept, refused = [], type }) => {
  const here = await shared();
  const { db } = here.loader;
  const target = tables.find((one) => one.name === name)!;
  const values = [...kept, null];
  expect(
    await load(
      here,
      target,
      values.map((value, i) => [String(i), value, '7']),
    ),
  ).toBe(values.length);
  const moved = new Moved(schema(tables), here.database, serverOf('10.11.19-MariaDB', 0)).of(target);
  const back = moved.columns[1]!.back('`v`');
  const { rows } = await db.query<{ v: string | null; last: number }>(
    `SELECT ${back} AS v, last FROM ${moved.name} ORDER BY id`,
  );
  expect(rows.map(({ v }) => v)).toEqual(values);
  expect(rows.every(({ last }) => last === 7)).toBe(true);
  const {
    rows: [declared],
  } = await db.query<{ type: string }>(
    "SELECT COLUMN_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = :database AND TABLE_NAME = :name AND COLUMN_NAME = 'v'",
    { database: here.database, name },
  );
  expect(declared?.type).toEqual(typeof type === 'string' ? type : expect.stringMatching(type));
  for (const value of refused)
    await expect(load(here, target, [['100', value, '7']]), value).rejects.toMatchObject({
      kind: 'data',
      place: { table: `public.${name}` },
    });
  expect((await db.query(`SELECT 1 FROM ${moved.name}`)).count).toBe(values.length);
});

it('says of every value that it refuses that it will', async () => {
  const { loader } = await shared();
  const { tables: mapped } = loader.mapping(schema(tables));
  for (const [name, { refused = [], value }] of Object.entries(CASES)) {
    const isWrong = ['integer', 'text', 'bytes', 'enum', 'uuid', 'network'].includes(value.kind);
    const found = mapped.find((one) => one.table === `public.${name}`)?.columns[1];
    if (refused.length > 0 && !isWrong && name !== 'fraction') expect(found?.refuses, name).toBeDefined();
  }
});
