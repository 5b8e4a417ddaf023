import { expect, test } from 'vitest';
import { apply, bed, change, changed, contents, net, replay, row, U, windowOf } from './bed.js';

const BAG = `
  CREATE TABLE public.bag (j json, p point, x xml, n numeric, c char(3));
  INSERT INTO public.bag SELECT '{"a" : 1}', '(1,2)', '<a/>', '1.0', 'a' FROM generate_series(1, 5);
  INSERT INTO public.bag VALUES ('{"a":1}', '(1,2)', '<a/>', '1.0', 'a'), ('{"a" : 1}', '(1,2)', '<a/>', '1.00', 'a');
  INSERT INTO public.bag VALUES (NULL, NULL, NULL, NULL, NULL), (NULL, NULL, NULL, NULL, NULL)`;
const twin = row('{"a" : 1}', '(1,2)', '<a/>', '1.0', 'a  ');
const nothing = row(null, null, null, null, null);
const fresh = row('"\\t\\\\"', '(0,0)', '<b/>', 'NaN', '   ');

test.each([0, 100])('rows without a key are counted by their images (and %i more)', async (many) => {
  const target = await bed(`${BAG}; INSERT INTO public.bag (n) SELECT i FROM generate_series(1, ${many}) AS i`);
  const bag = await changed(target.db, 'public', 'bag');
  const more = Array.from({ length: many }, (_, i) => ({ row: row(null, null, null, String(i + 1), null), count: -1 }));
  const images = [{ row: twin, count: -3 }, { row: nothing, count: -1 }, { row: fresh, count: 2 }, ...more];
  await apply(target, windowOf(net(bag, { images })));
  expect(await contents(target.db, 'public.bag')).toEqual(
    [
      twin,
      twin,
      fresh,
      fresh,
      nothing,
      row('{"a":1}', '(1,2)', '<a/>', '1.0', 'a  '),
      row('{"a" : 1}', '(1,2)', '<a/>', '1.00', 'a  '),
    ]
      .map(String)
      .sort(),
  );
});

test('fewer copies than should go are a miscount', async () => {
  const target = await bed(BAG);
  const bag = await changed(target.db, 'public', 'bag');
  await target.db.transaction(async (tx) => {
    const images = [
      { row: twin, count: -6 },
      { row: nothing, count: -1 },
    ];
    const expected = { table: 'public.bag', what: 'delete', expected: 7, found: 6 };
    expect(await target.loader.apply(tx, windowOf(net(bag, { images })))).toEqual([expected]);
  });
});

test('one by one: one of the twins, values that were not sent, and images that are not there', async () => {
  const target = await bed(BAG);
  const bag = await changed(target.db, 'public', 'bag');
  const found = await replay(target, [
    change('F', bag, twin, row(U, U, U, '2.0', U)),
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
  const after = await contents(target.db, 'public.bag');
  expect(after.filter((line) => line === String(twin))).toHaveLength(3);
  expect(after).toContain(String(row('{"a" : 1}', '(1,2)', '<a/>', '2.0', 'a  ')));
  expect(after.filter((line) => line === String(nothing))).toHaveLength(1);
  expect(after).toContain(String(fresh));
});

test('a table without columns has rows all the same', async () => {
  const target = await bed('CREATE TABLE public.empty ()');
  const empty = await changed(target.db, 'public', 'empty');
  await apply(target, windowOf(net(empty, { images: [{ row: row(), count: 3 }] })));
  await apply(target, windowOf(net(empty, { images: [{ row: row(), count: -1 }], inserts: [] })));
  await apply(target, windowOf(net(empty, { inserts: [row()] })));
  expect(await replay(target, [change('X', empty, row())])).toEqual([]);
  const { rows } = await target.db.query('SELECT count(*)::int AS n FROM public.empty');
  expect(rows).toEqual([{ n: 2 }]);
});
