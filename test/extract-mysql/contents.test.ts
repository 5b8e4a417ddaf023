/** Rows of real tables, against what the server's own client shows of them. */
import { expect, it } from 'vitest';
import { storedColumns, type Table } from '../../src/model/schema.js';
import { fileOfData, freshMariaDb } from '../servers/index.js';
import { client, copied, extractor, runDumps, session } from './source.js';

const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;

/** Every value in hex of its characters, by SQL alone. Bytes are hex already; times are those of UTC. */
function expression({ name, value }: Table['columns'][number]): string {
  const column = quoted(name);
  if (value.kind === 'bytes') return `HEX(CONCAT('\\\\x', LOWER(HEX(${column}))))`;
  if (value.kind === 'timestamptz') return `HEX(CONCAT(${column}, IF(${column} = 0, '', '+00')))`;
  if (value.kind === 'bits') return `HEX(LPAD(BIN(${column}), ${value.length}, '0'))`;
  if (value.kind === 'float') return `HEX(CONVERT(${column} + 0e0 USING utf8mb4))`;
  return `HEX(CONVERT(CONCAT(${column}) USING utf8mb4))`;
}

async function compareAll(url: URL, bytes?: number): Promise<Record<string, number>> {
  const one = await extractor(url);
  const { tables } = await one.schema();
  const snapshot = await one.snapshot(tables, 1);
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const list = storedColumns(table).map(expression).join(', ');
    const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns.map(quoted);
    const order = key ? ` ORDER BY ${key.join(', ')}` : '';
    const shown = client(url, `SET time_zone = '+00:00'; SELECT ${list} FROM ${quoted(table.name)}${order}`);
    const wanted = shown.split('\n').slice(0, -1);
    const { text } = await copied(snapshot, table, bytes);
    const found = text.values.map((row) =>
      row.map((v) => (v === null ? 'NULL' : Buffer.from(v).toString('hex').toUpperCase())),
    );
    expect(
      found.map((row) => row.join('\t')),
      table.name,
    ).toEqual(wanted);
    counts[table.name] = wanted.length;
  }
  await one.close();
  return counts;
}

it('Sakila comes as it is, cut into many slices', async () => {
  const files = ['sakila_mysql/sakila-mv-schema.sql', 'sakila_mysql/sakila-mv-data.sql.gz'].map(fileOfData);
  if (!files.every((file) => file !== undefined)) return;
  const url = await freshMariaDb();
  runDumps(url, files, 'sakila');
  expect(await compareAll(url, 50_000)).toMatchObject({ payment: 16_049, film_actor: 5462, staff: 2, film_text: 1000 });
});

it('Northwind comes as it is', async () => {
  const files = ['northwind_mysql/northwind.sql', 'northwind_mysql/northwind-data.sql'].map(fileOfData);
  if (!files.every((file) => file !== undefined)) return;
  const url = await freshMariaDb();
  runDumps(url, files, 'northwind');
  expect(await compareAll(url)).toMatchObject({ orders: 48, strings: 62 });
});

it('naughty strings come as they are', async () => {
  const file = fileOfData('naughty_strings/naughty_mysql.sql.gz');
  if (file === undefined) return;
  const url = await freshMariaDb();
  runDumps(url, [file]);
  expect(await compareAll(url)).toEqual({ naughty_strings: 515 });
});

it('every type comes in its canonical text', async () => {
  const url = await freshMariaDb();
  const db = await session(url);
  await db.query(`
    CREATE TABLE t (
      id INT(6) ZEROFILL PRIMARY KEY, u BIGINT UNSIGNED, d DECIMAL(40, 10), f FLOAT, g DOUBLE, b BIT(13), b1 BIT(64),
      l1 VARCHAR(10) CHARACTER SET latin1, u16 VARCHAR(10) CHARACTER SET utf16, c CHAR(5), bin BINARY(4), blo BLOB,
      e ENUM('a,b', 'c''d', 'é') CHARACTER SET latin1, s SET('x', 'y', 'z'), y YEAR, da DATE, t6 TIME(6), dt DATETIME(3),
      ts TIMESTAMP(6) NULL, j JSON, i6 INET6, uu UUID, p POINT, z VARCHAR(20), gen INT AS (id + 1) VIRTUAL);
    SET time_zone = '+05:30';
    INSERT INTO t (id, u, d, f, g, b, b1, l1, u16, c, bin, blo, e, s, y, da, t6, dt, ts, j, i6, uu, p, z) VALUES
      (1, 18446744073709551615, -123456789012345678901234567890.0123456789, 16777217, 0.1, b'1010101010101', 18446744073709551615,
       '€“é', '😀ü', 'ab', 'a', X'005c09', 'é', 'x,z', 1999, '0000-00-00', '-838:59:59.999999', '2024-02-00 23:59:59.999',
       '2024-03-04 05:06:07.000001', '{"b": 1,  "a": [1]}', '::ffff:1.2.3.4', '0123ABCD-0000-1000-8000-00805f9b34fb',
       ST_PointFromText('POINT(1 2)', 4326), ''),
      (2, 0, 0, 1.1, 1e300, 0, 0, '', '', '', '', '', 'c''d', '', 0, '2024-02-29', '00:00:00', '0000-00-00 00:00:00',
       '0000-00-00 00:00:00', 'null', '::', '00000000-0000-0000-0000-000000000000', NULL, '\\t\\n\\\\N\\0\\b\f\v\\r'),
      (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL)`);
  const one = await extractor(url);
  const { tables } = await one.schema();
  const { text } = await copied(await one.snapshot(tables, 0), tables[0]!);
  const [first, second, third] = text.values;
  expect(first).toEqual([
    ...['1', '18446744073709551615', '-123456789012345678901234567890.0123456789', '16777216', '0.1', '1010101010101'],
    ...['1'.repeat(64), '€“é', '😀ü', 'ab', '\\x61000000', '\\x005c09', 'é', 'x,z', '1999', '0000-00-00'],
    ...['-838:59:59.999999', '2024-02-00 23:59:59.999', '2024-03-03 23:36:07.000001+00', '{"b": 1,  "a": [1]}'],
    ...['::ffff:1.2.3.4', '0123abcd-0000-1000-8000-00805f9b34fb'],
    ...['0101000020E6100000000000000000F03F0000000000000040', ''],
  ]);
  expect(second).toEqual([
    ...['2', '0', '0.0000000000', '1.100000023841858', '1e300', '0'.repeat(13), '0'.repeat(64), '', '', ''],
    ...['\\x00000000', '\\x', "c'd", '', '0000', '2024-02-29', '00:00:00.000000', '0000-00-00 00:00:00.000'],
    ...['0000-00-00 00:00:00.000000', 'null', '::', '00000000-0000-0000-0000-000000000000', null],
    '\t\n\\N\0\b\f\v\r',
  ]);
  expect(third).toEqual(['3', ...new Array<null>(23).fill(null)]);
  await one.close();
});

it('rows larger than are held come piece by piece, byte by byte the same', { timeout: 60_000 }, async () => {
  const url = await freshMariaDb();
  const db = await session(url);
  await db.query(`
    CREATE TABLE big (id INT PRIMARY KEY, a LONGTEXT, b LONGBLOB, p GEOMETRY, n INT NULL, c VARCHAR(10)) ROW_FORMAT=DYNAMIC;
    INSERT INTO big VALUES (1, REPEAT('ab\\tc\\\\d\\n', 200000), UNHEX(REPEAT('00ff5c', 400000)), NULL, NULL, 'end'),
      (2, '', REPEAT('x', 18000000), ST_GeomFromText(CONCAT('LINESTRING(', REPEAT('1 2,', 80000), '3 4)')), 7, ''),
      (3, NULL, '', NULL, 8, NULL)`);
  const one = await extractor(url);
  const { tables } = await one.schema();
  const { text } = await copied(await one.snapshot(tables, 0), tables[0]!);
  const [first, second, third] = text.values;
  expect([first?.[0], first?.[3], first?.[4], first?.[5]]).toEqual(['1', null, null, 'end']);
  expect(first?.[1] === 'ab\tc\\d\n'.repeat(200_000)).toBe(true);
  expect(first?.[2] === `\\x${'00ff5c'.repeat(400_000)}`).toBe(true);
  expect(second?.[2] === `\\x${'78'.repeat(18_000_000)}`).toBe(true);
  expect(second?.[3]).toHaveLength(2 * (1 + 4 + 4 + 80_001 * 16));
  expect(third).toEqual(['3', null, '\\x', null, '8', null]);
  await one.close();
});
