/** Slices of tables with every kind of key: each row once, in the same order whenever it is read again. */
import { expect, it } from 'vitest';
import { comparePositions, formatPosition, parsePosition } from '../../extractors/mysql/position.js';
import { freshMariaDb } from '../servers/index.js';
import { copied, extractor, session, Text } from './source.js';

const KEYS: Readonly<Record<string, readonly [columns: string, rows: string]>> = {
  plain: ['k INT PRIMARY KEY', 'seq'],
  gaps: ['k BIGINT PRIMARY KEY', 'CAST(seq AS SIGNED) + IF(seq < 1500, -9223372036854770000, 9223372036854770000)'],
  wide: ['k BIGINT UNSIGNED PRIMARY KEY', '18446744073709551615 - seq * 1000003'],
  words: [`k VARCHAR(40) CHARACTER SET latin1 COLLATE latin1_german1_ci PRIMARY KEY`, `CONCAT('Ä''\\\\', seq)`],
  nopad: ['k VARCHAR(40) COLLATE utf8mb4_nopad_bin PRIMARY KEY', `CONCAT('😀', seq, ' ')`],
  bytes: ['k VARBINARY(20) PRIMARY KEY', `UNHEX(MD5(seq))`],
  moment: ['k TIMESTAMP(6) PRIMARY KEY', `'2020-01-01 00:00:00' + INTERVAL seq * 7 MICROSECOND`],
  exact: ['k DECIMAL(20,5) PRIMARY KEY', 'seq / 3'],
  ids: ['k UUID PRIMARY KEY', 'UUID()'],
  pairs: ['t INT, k INT, PRIMARY KEY (t, k)', 'seq % 3, seq'],
  mixed: ['t CHAR(2), k DATE, n INT, PRIMARY KEY (t, k, n)', `seq % 2, '2024-01-01' + INTERVAL seq % 5 DAY, seq`],
  label: [`t ENUM('z','a'), k INT, PRIMARY KEY (t, k)`, 'seq % 2 + 1, seq'],
  single: ['k INT NOT NULL UNIQUE, n INT NULL UNIQUE', 'seq, NULL'],
  keyless: ['k INT', 'seq % 7'],
};
const ONE_SLICE = ['label', 'keyless'];
const ROWS = 3000;

it('every row is in one slice, and a slice read again is the same', async () => {
  const url = await freshMariaDb();
  const db = await session(url);
  for (const [name, [columns, values]] of Object.entries(KEYS))
    await db.query(`CREATE TABLE ${name} (${columns}, filler VARCHAR(100) DEFAULT REPEAT('x', 80));
      INSERT INTO ${name} SELECT ${values}, DEFAULT(filler) FROM ${name} RIGHT JOIN seq_1_to_${ROWS} ON 1 = 0;
      ANALYZE TABLE ${name}`);
  const one = await extractor(url);
  const { tables } = await one.schema();
  expect(tables).toHaveLength(Object.keys(KEYS).length);
  const snapshot = await one.snapshot(tables, 0);
  for (const table of tables) {
    const { text, slices } = await copied(snapshot, table, 40_000);
    expect(text.rows, table.name).toHaveLength(ROWS);
    const distinct = new Set(text.rows.map((row) => row.toString('latin1')));
    if (table.name !== 'keyless') expect(distinct.size, table.name).toBe(ROWS);
    if (ONE_SLICE.includes(table.name)) expect(slices, table.name).toHaveLength(1);
    else expect(slices.length, table.name).toBeGreaterThan(4);
    const sizes: number[] = [];
    for (const slice of slices) {
      const again = new Text();
      sizes.push(await snapshot.copy(slice, again));
    }
    expect(Math.max(...sizes), table.name).toBeLessThan(ONE_SLICE.includes(table.name) ? ROWS + 1 : ROWS / 2);
    expect((await copied(snapshot, table, 40_000)).text.bytes.equals(text.bytes), table.name).toBe(true);
  }
  await one.close();
});

it('rows beyond the edges that were seen are in the outer slices', async () => {
  const url = await freshMariaDb();
  const db = await session(url);
  await db.query(`CREATE TABLE t (k INT PRIMARY KEY, f VARCHAR(100) DEFAULT REPEAT('x', 80));
    INSERT INTO t SELECT seq, DEFAULT(f) FROM t RIGHT JOIN seq_1001_to_3000 ON 1 = 0; ANALYZE TABLE t`);
  const one = await extractor(url);
  const { tables } = await one.schema();
  const early = await one.snapshot(tables, 0);
  const slices = await early.slices(tables[0]!, 'text', 40_000);
  await early.close();
  await db.query('INSERT INTO t (k) VALUES (-5), (99999)');
  const later = await one.snapshot(tables, 0);
  const text = new Text();
  for (const slice of slices) await later.copy(slice, text);
  expect(text.rows).toHaveLength(2002);
  await one.close();
});

it('positions are read as they were written, and compare by the number of the file', () => {
  const all = { file: 'mysql-bin.999999', offset: 4, server: 'a-b', gtid: 'x:1-5,\n y:7' };
  const text = formatPosition(all);
  expect(text).toBe('mysql-bin.999999:4 server=a-b gtid=x:1-5,y:7');
  expect(parsePosition(text)).toEqual({ ...all, gtid: 'x:1-5,y:7' });
  const later = formatPosition({ ...all, file: 'mysql-bin.1000000', gtid: '' });
  expect(later).toBe('mysql-bin.1000000:4 server=a-b');
  expect(comparePositions(text, later)).toBeLessThan(0);
  expect(comparePositions(later, formatPosition({ ...all, file: 'mysql-bin.1000000', offset: 3 }))).toBeGreaterThan(0);
  expect(() => parsePosition('0/16B3748')).toThrow('no position');
});
