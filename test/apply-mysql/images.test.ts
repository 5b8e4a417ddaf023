import { expect, test } from 'vitest';
import { apply, bed, change, changed, contents, net, replay, row, U, windowOf } from './bed.js';

const BAG = `
  CREATE TABLE bag (j longtext, n decimal(5,2), f float, c char(3) COLLATE utf8mb4_general_ci, b blob, mine int DEFAULT 7,
    twice decimal(7,2) AS (n * 2) VIRTUAL, KEY (c));
  INSERT INTO bag (j, n, f, c, b) SELECT '{"a" : 1}', 1, 0.1, 'a', X'00FF' FROM seq_1_to_5;
  INSERT INTO bag (j, n, f, c, b) VALUES ('{"a":1}', 1, 0.1, 'a', X'00FF'), ('{"a" : 1}', 1, 0.1, 'A', X'00FF');
  INSERT INTO bag (j, n, f, c, b) VALUES (NULL, NULL, NULL, NULL, NULL), (NULL, NULL, NULL, NULL, NULL), ('NULL', NULL, NULL, '', '')`;
const KNOWN = ['j', 'n', 'f', 'c', 'b'];
const twin = row('{"a" : 1}', '1.00', '0.1', 'a', '\\x00ff');
const nothing = row(null, null, null, null, null);
const fresh = row('"\\t\\\\"\t,\'', '-2.50', '1e30', 'é', '\\x');

const bagOf = async (target: Awaited<ReturnType<typeof bed>>) => {
  const whole = await changed(target, 'bag');
  return { ...whole, columns: whole.columns.filter(({ name }) => KNOWN.includes(name)) };
};

const lines = async (target: Awaited<ReturnType<typeof bed>>) =>
  (
    await target.db.query<{ line: string; n: number }>(
      `SELECT CONCAT_WS('|', j, n, c, HEX(b), mine, twice) AS line, CAST(COUNT(*) AS CHAR) AS n FROM bag GROUP BY BINARY c, j, n, b, mine ORDER BY 1, 2`,
    )
  ).rows.map(({ line, n }) => `${line} ×${n}`);

test.each([0, 300])('rows without a key are counted by their images (and %i more)', async (many) => {
  const target =
    await bed(`${BAG}; INSERT INTO bag (n) SELECT seq FROM seq_1_to_${many || 1}; DELETE FROM bag WHERE n = ${many ? 0 : 1} AND j IS NULL;
    UPDATE bag SET mine = 8 WHERE j = '{"a" : 1}' LIMIT 5`);
  const bag = await bagOf(target);
  const more = Array.from({ length: many }, (_, i) => ({ row: row(null, `${i + 1}.00`, null, null, null), count: -1 }));
  const images = [{ row: twin, count: -3 }, { row: nothing, count: -1 }, { row: fresh, count: 2 }, ...more];
  await apply(target, windowOf(net(bag, { images })));
  const after = await lines(target);
  expect(after).toEqual([
    '"\\t\\\\"\t,\'|-2.50|é||7|-5.00 ×2',
    '7 ×1',
    'NULL|||7 ×1',
    '{"a" : 1}|1.00|A|00FF|7|2.00 ×1',
    '{"a" : 1}|1.00|a|00FF|8|2.00 ×2',
    '{"a":1}|1.00|a|00FF|7|2.00 ×1',
  ]);
});

test('fewer copies than should go are a miscount', async () => {
  const target = await bed(BAG);
  const bag = await bagOf(target);
  await target.db.transaction(async (tx) => {
    const images = [
      { row: twin, count: -6 },
      { row: nothing, count: -1 },
    ];
    const expected = { table: 'shop.bag', what: 'delete', expected: 7, found: 6 };
    expect(await target.applier.apply(tx, windowOf(net(bag, { images })))).toEqual([expected]);
  });
});

test('texts of one value are one image', async () => {
  const target = await bed(BAG);
  const bag = await bagOf(target);
  const other = row('{"a" : 1}', '1.0', '1e-1', 'a  ', '\\x00ff');
  const images = [
    { row: twin, count: -2 },
    { row: other, count: -2 },
  ];
  await apply(target, windowOf(net(bag, { images })));
  expect(await lines(target)).toContain('{"a" : 1}|1.00|a|00FF|7|2.00 ×1');
});

test('twins that differ in what the source has not got are twins', async () => {
  const target = await bed(`${BAG}; UPDATE bag SET mine = 8 WHERE j = '{"a" : 1}' AND BINARY c = 'a' LIMIT 2`);
  const bag = await bagOf(target);
  await apply(
    target,
    windowOf(
      net(bag, {
        images: [
          { row: twin, count: -4 },
          { row: nothing, count: -1 },
        ],
      }),
    ),
  );
  const one = (await lines(target)).filter((line) => line.startsWith('{"a" : 1}|1.00|a|'));
  expect(one).toEqual([expect.stringMatching(/\|[78]\|2.00 ×1$/)]);
});

test('one by one: one of the twins, values that were not sent, and images that are not there', async () => {
  const target = await bed(BAG);
  const bag = await bagOf(target);
  const found = await replay(target, [
    change('F', bag, twin, row(U, '2.00', U, U, U)),
    change('X', bag, nothing),
    change('X', bag, fresh),
    change('F', bag, fresh, nothing),
    change('I', bag, undefined, fresh),
    change('X', bag, twin),
  ]);
  expect(found.map(({ change: { op }, key, cause, found: there }) => [op, key, cause, there])).toEqual([
    ['X', String(fresh), 'there is no such row', undefined],
    ['F', String(fresh), 'there is no such row', undefined],
  ]);
  expect(await lines(target)).toEqual([
    '"\\t\\\\"\t,\'|-2.50|é||7|-5.00 ×1',
    '7 ×1',
    'NULL|||7 ×1',
    '{"a" : 1}|1.00|A|00FF|7|2.00 ×1',
    '{"a" : 1}|1.00|a|00FF|7|2.00 ×3',
    '{"a" : 1}|2.00|a|00FF|7|4.00 ×1',
    '{"a":1}|1.00|a|00FF|7|2.00 ×1',
  ]);
});

test('many images of many rows are found in one pass over the table', async () => {
  const target = await bed(
    `CREATE TABLE big (a int, b varchar(50)); INSERT INTO big SELECT seq DIV 2, LPAD(seq DIV 2, 32, 'x') FROM seq_0_to_99999`,
  );
  const big = await changed(target, 'big');
  const { rows } = await target.db.query<{ a: number; b: string }>(`SELECT DISTINCT a, b FROM big WHERE a < 5000`);
  const images = rows.map(({ a, b }) => ({ row: row(String(a), b), count: -1 }));
  const start = performance.now();
  await apply(target, windowOf(net(big, { images })));
  const took = performance.now() - start;
  expect(await contents(target, 'big')).toHaveLength(95_000);
  const { rows: left } = await target.db.query(`SELECT COUNT(*) AS n FROM (SELECT a FROM big GROUP BY a, b) AS g`);
  expect(left).toEqual([{ n: '50000' }]);
  expect(took).toBeLessThan(10_000);
});
