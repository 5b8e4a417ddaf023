import { afterEach, expect, test } from 'vitest';
import { MariaDb, freshMariaDb } from '../servers/index.js';
import { Bed } from './bed.js';

const beds: Bed[] = [];
afterEach(async () => {
  for (const bed of beds.splice(0)) await bed.close();
});

interface Case {
  readonly type: string;
  /** As SQL. */
  readonly values: readonly string[];
}

const text = (value: string): string => `CONVERT(x'${Buffer.from(value).toString('hex')}' USING utf8mb4)`;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const doubles = [
  0,
  -0,
  0.1,
  1 / 3,
  1e14,
  1e15,
  1e16,
  123456789012345680,
  1.5e-14,
  1.5e-15,
  1.5e-16,
  1e300,
  5e-324,
].concat(Array.from({ length: 300 }, (_, i) => Math.sin(i + 1) * 10 ** ((i % 50) - 25)));
const shapes = [
  `ST_GeomFromText('POINT(1 2)')`,
  `ST_GeomFromText('POINT(-1.5 2.25)', 4326)`,
  `ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))', 3857)`,
  `ST_GeomFromText('POLYGON((0 0,4 0,4 4,0 0))')`,
];
const words = ['', 'a', 'ä€', ' two  ', 'tab\tnew\nback\\slash', '\u0001', 'ß'];

const CASES: readonly Case[] = [
  ...['TINYINT', 'SMALLINT', 'MEDIUMINT', 'INT', 'BIGINT'].flatMap((type, i) => {
    const bits = BigInt([8, 16, 24, 32, 64][i]!);
    const most = 2n ** (bits - 1n);
    return [
      { type, values: ['0', '-1', '7', `${most - 1n}`, `-${most}`] },
      { type: `${type} UNSIGNED`, values: ['0', `${most}`, `${2n * most - 1n}`] },
      { type: `${type} ZEROFILL`, values: ['0', '42'] },
    ];
  }),
  { type: 'TINYINT(1)', values: ['0', '1', '-128'] },
  { type: 'BIGINT', values: ['9007199254740991', '9007199254740993', '-9007199254740993', '4294967296'] },
  { type: 'DECIMAL(10,2)', values: ['0', '-0.01', '99999999.99', '-99999999.99', '1.5', '123456.7'] },
  { type: 'DECIMAL(65,30)', values: ['0', `-${'9'.repeat(35)}.${'9'.repeat(30)}`, '0.000000000000000000000000000001'] },
  { type: 'DECIMAL(65,0)', values: ['0', '9'.repeat(65), `-${'9'.repeat(65)}`] },
  { type: 'DECIMAL(30,30)', values: ['0', '0.5', `-0.${'9'.repeat(30)}`] },
  { type: 'DECIMAL(18,9) UNSIGNED ZEROFILL', values: ['0', '1.000000001', '999999999.999999999'] },
  {
    type: 'FLOAT',
    values: [...doubles.filter((n) => Math.abs(n) < 1e38).map(String), '16777217', '123456.789', '-1.1'],
  },
  { type: 'FLOAT(7,3)', values: ['0', '1.1', '-1234.567'] },
  {
    type: 'DOUBLE',
    values: [...doubles.map(String), '-1.7976931348623157e308', '2.2250738585072014e-308', '0e0 * -1'],
  },
  { type: 'DOUBLE(20,2)', values: ['0', '1.5', '-123456789012345.67'] },
  ...[1, 5, 8, 9, 33, 64].map((n) => ({ type: `BIT(${n})`, values: [`b'0'`, `b'1'`, `b'${'1'.repeat(n)}'`] })),
  { type: 'YEAR', values: ['0', '1901', '2024', '2155'] },
  {
    type: 'DATE',
    values: [`'0000-00-00'`, `'2024-00-10'`, `'2024-02-00'`, `'1000-01-01'`, `'9999-12-31'`, `'0001-01-01'`],
  },
  ...range(0, 6).flatMap((digits) => [
    {
      type: `TIME(${digits})`,
      values: [
        '838:59:59.999999',
        '-838:59:59',
        '00:00:00',
        '-00:00:00.5',
        '-00:00:01.123456',
        '100:01:02.000001',
        '12:34:56.789012',
      ].map((t) => `'${t}'`),
    },
    {
      type: `DATETIME(${digits})`,
      values: [
        '0000-00-00',
        '2024-00-00',
        '1000-01-01',
        '9999-12-31 23:59:59',
        '2024-02-29 12:34:56.789012',
        '0000-01-00 00:00:01',
      ].map((t) => `'${t}'`),
    },
    {
      type: `TIMESTAMP(${digits}) NULL`,
      values: [
        '0000-00-00',
        '1970-01-01 00:00:01',
        '2038-01-19 03:14:07',
        '2024-02-29 12:34:56.789012',
        '2024-02-29 23:59:59.5',
      ].map((t) => `'${t}'`),
    },
  ]),
  ...['utf8mb4', 'utf8mb3', 'utf16', 'utf16le', 'utf32', 'ucs2', 'latin1'].flatMap((charset) =>
    ['CHAR(20)', 'VARCHAR(100)', 'VARCHAR(3000)', 'TEXT', 'CHAR(255)'].map((type) => ({
      type: `${type} CHARACTER SET ${charset}`,
      values: words.map(text),
    })),
  ),
  { type: 'TEXT CHARACTER SET utf8mb4', values: [text('😀'), `REPEAT('x', 60000)`] },
  {
    type: 'TEXT CHARACTER SET latin1',
    values: range(1, 255).map((n) => `CONVERT(0x${n.toString(16).padStart(2, '0')} USING latin1)`),
  },
  ...['sjis', 'cp932', 'ujis', 'eucjpms'].map((charset) => ({
    type: `VARCHAR(50) CHARACTER SET ${charset}`,
    values: [text('日本語'), text('ｱｲｳ'), text('a')],
  })),
  ...['gbk', 'gb2312', 'big5'].map((charset) => ({
    type: `VARCHAR(50) CHARACTER SET ${charset}`,
    values: [text('中文'), text('a')],
  })),
  { type: 'VARCHAR(50) CHARACTER SET euckr', values: [text('한국어')] },
  ...['cp1250', 'latin2'].map((charset) => ({
    type: `VARCHAR(50) CHARACTER SET ${charset}`,
    values: [text('Łódź'), text('a')],
  })),
  ...['cp1251', 'koi8r', 'cp866', 'koi8u'].map((charset) => ({
    type: `VARCHAR(50) CHARACTER SET ${charset}`,
    values: [text('Привет')],
  })),
  { type: 'VARCHAR(50) CHARACTER SET greek', values: [text('Ελλάδα')] },
  { type: 'BINARY(8)', values: [`''`, `x'00'`, `x'0100'`, `x'ff00000000000000'`, `x'0102030405060708'`] },
  { type: 'BINARY(255)', values: [`''`, `REPEAT(x'ff', 255)`] },
  { type: 'VARBINARY(300)', values: [`''`, `x'00'`, `x'0100'`, `REPEAT(x'5c00', 150)`] },
  ...['TINYBLOB', 'BLOB', 'MEDIUMBLOB', 'LONGBLOB'].map((type) => ({
    type,
    values: [`''`, `x'00ff5c0a09'`, `REPEAT('a', 200)`],
  })),
  ...['TINYTEXT', 'MEDIUMTEXT', 'LONGTEXT'].map((type) => ({ type, values: words.map(text) })),
  { type: `ENUM('a','','ä€','it''s','c,d')`, values: [`'a'`, `''`, `'ä€'`, `'it''s'`, '5'] },
  { type: `ENUM('x','ü') CHARACTER SET latin1`, values: [`'x'`, `'ü'`] },
  {
    type: `ENUM(${range(1, 300)
      .map((n) => `'v${n}'`)
      .join(',')})`,
    values: [`'v1'`, `'v300'`],
  },
  { type: `SET('a','b','ö')`, values: [`''`, `'a'`, `'a,ö'`, `'a,b,ö'`] },
  {
    type: `SET(${range(1, 64)
      .map((n) => `'v${n}'`)
      .join(',')})`,
    values: [`'v1'`, `'v64'`, `'v1,v33,v64'`],
  },
  { type: 'JSON', values: [`'{"b": 1,  "a":[1, null]}'`, `'"x"'`] },
  {
    type: 'UUID',
    values: [
      'UUID()',
      `'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'`,
      `'00000000-0000-0000-0000-000000000000'`,
      `'00112233-4455-7677-8899-aabbccddeeff'`,
      `'f81d4fae-7dec-41d0-a765-00a0c91e6b00'`,
    ],
  },
  { type: 'INET4', values: [`'0.0.0.0'`, `'255.255.255.255'`, `'10.1.2.0'`] },
  {
    type: 'INET6',
    values: [
      '::',
      '::1',
      '::ffff:1.2.3.4',
      '::1.2.3.4',
      '1:0:2::',
      '1:0:2::3:0:0',
      '1:2:3:4:5:6:7:8',
      'fe80::1',
      '::2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7:0',
    ].map((a) => `'${a}'`),
  },
  { type: 'GEOMETRY', values: shapes },
  { type: 'POINT', values: [shapes[0]!, shapes[1]!] },
  { type: 'TEXT COMPRESSED', values: [`''`, `'short'`, `REPEAT('long ', 5000)`] },
  { type: 'VARCHAR(3000) COMPRESSED CHARACTER SET latin1', values: [`''`, `'short'`, `REPEAT('lang ', 500)`, `'ä'`] },
  { type: 'BLOB COMPRESSED', values: [`''`, `x'00ff'`, `REPEAT(x'00ff', 5000)`] },
];

async function compare(url: URL, cases: readonly Case[]): Promise<Bed> {
  const tables = cases.map(({ type }, i) => `CREATE TABLE t${i} (id INT PRIMARY KEY, v ${type})`);
  const bed = await Bed.open(url);
  beds.push(bed);
  await bed.db.query('SET NAMES utf8mb4');
  for (const sql of tables) await bed.db.query(sql);
  await bed.learn();
  bed.start();
  for (const [i, { values }] of cases.entries())
    await bed.db.query(
      `INSERT INTO t${i} VALUES (-1, NULL), ${values.map((value, n) => `(${n}, ${value})`).join(', ')}`,
    );
  await bed.arrived();
  const found: string[] = [];
  for (const [i, { type }] of cases.entries()) {
    const stream = bed.sink.lines
      .filter((line) => line.startsWith(`I t${i} `))
      .map((line) => line.slice(`I t${i} `.length));
    const snapshot = await bed.snapshot(`t${i}`);
    for (const [n, row] of snapshot.entries())
      if (stream[n] !== row)
        found.push(
          `${type}: snapshot ${JSON.stringify(row.slice(0, 200))}, stream ${JSON.stringify(stream[n]?.slice(0, 200))}`,
        );
    expect(stream.length, type).toBe(snapshot.length);
  }
  expect(found).toEqual([]);
  return bed;
}

test('every value is the same text in the stream as in a snapshot, and keeps its type', async () => {
  const bed = await compare(await freshMariaDb(), CASES);
  const types = new Map(bed.tables.map((table) => [table.name, table.columns.map(({ type }) => type)]));
  for (const { name, columns } of bed.sink.tables.values())
    expect(columns.map(({ type }) => type)).toEqual(types.get(name));
});

test('so it is in the formats of old', async () => {
  const server = await MariaDb.start({
    'mysql56-temporal-format': 'OFF',
    'binlog-row-metadata': 'NO_LOG',
    'column-compression-zlib-wrap': 1,
  });
  try {
    const admin = await Bed.open(server.url('mysql'));
    await admin.db.query('CREATE DATABASE old');
    await admin.close();
    await compare(server.url('old'), CASES);
  } finally {
    for (const bed of beds.splice(0)) await bed.close();
    await server.stop();
  }
});

test('canonical forms', async () => {
  const bed = await Bed.open(
    await freshMariaDb(),
    `CREATE TABLE t (id INT PRIMARY KEY, f FLOAT, b BIT(4), x BINARY(3), ts TIMESTAMP(2) NULL, g GEOMETRY, z INT(5) ZEROFILL)`,
  );
  beds.push(bed.start());
  expect(
    await bed.lines(
      `INSERT INTO t VALUES (1, 16777217, b'101', 'a', '2024-02-29 12:00:00.5', ST_GeomFromText('POINT(1 2)', 4326), 7)`,
    ),
  ).toEqual([
    'B',
    'I t 1|16777216|0101|\\x610000|2024-02-29 12:00:00.50+00|0101000020E6100000000000000000F03F0000000000000040|7',
    'E',
  ]);
});
