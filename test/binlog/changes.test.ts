import { afterEach, expect, test } from 'vitest';
import { freshMariaDb } from '../servers/index.js';
import { Bed } from './bed.js';

const beds: Bed[] = [];
const open = async (sql: string): Promise<Bed> => {
  const bed = await Bed.open(await freshMariaDb(), sql);
  beds.push(bed);
  return bed;
};
afterEach(async () => {
  for (const bed of beds.splice(0)) await bed.close();
});

test('rows by key, moves of it, and rows without one', async () => {
  const bed = (
    await open(
      'CREATE TABLE t (id INT PRIMARY KEY, a TEXT, g INT AS (id + 1) VIRTUAL, s INT AS (id + 2) STORED); CREATE TABLE k (a INT, b TEXT)',
    )
  ).start();
  expect(
    await bed.lines(
      `INSERT INTO t (id, a) VALUES (1, 'a'), (2, NULL)`,
      `UPDATE t SET a = 'b' WHERE id = 1`,
      `UPDATE t SET id = 3 WHERE id = 2`,
      `DELETE FROM t WHERE id = 1`,
      `INSERT INTO k VALUES (1, 'x')`,
      `UPDATE k SET b = NULL`,
      `DELETE FROM k`,
    ),
  ).toEqual([
    ...['B', 'I t 1|a', 'I t 2|\\N', 'E'],
    ...['B', 'U t 1|b', 'E'],
    ...['B', 'K t 2|3|\\N', 'E'],
    ...['B', 'R t 1', 'E'],
    ...['B', 'I k 1|x', 'E'],
    ...['B', 'F k 1|x|1|\\N', 'E'],
    ...['B', 'X k 1|\\N', 'E'],
  ]);
  expect(
    [...bed.sink.tables.values()].map(({ identity, columns }) => [identity, columns.map(({ type }) => type)]),
  ).toEqual([
    ['d', ['int(11)', 'text']],
    ['f', ['int(11)', 'text']],
  ]);
});
