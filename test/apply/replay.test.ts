import { expect, test } from 'vitest';
import type { Window } from '../../src/model/change.js';
import {
  apply,
  bed,
  change,
  changed,
  contents,
  farMark,
  net,
  replay,
  row,
  U,
  whole,
  windowOf,
  type Bed,
} from './bed.js';

/** The window cannot be applied as sets, and after that everything is as before. */
async function expectRefused({ db, loader }: Bed, window: Window, code: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('SAVEPOINT w');
    await expect(loader.apply(tx, window)).rejects.toMatchObject({ kind: 'data', code });
    await tx.query('ROLLBACK TO SAVEPOINT w');
  });
}

const CODES = `
  CREATE TABLE public.t (id integer PRIMARY KEY, code text UNIQUE);
  INSERT INTO public.t VALUES (1, 'a'), (2, 'b'), (3, 'c')`;

test('unique values that rows hand on to each other are applied one by one', async () => {
  const target = await bed(CODES);
  const t = await changed(target.db, 'public', 't');
  const swapped = [row('1', 'b'), row('2', 'c'), row('3', 'a')];
  await expectRefused(target, windowOf(net(t, { updates: [whole(t, ...swapped)] })), '23505');
  expect(await contents(target.db, 'public.t')).toEqual(['1\ta', '2\tb', '3\tc']);
  const changes = [
    change('U', t, undefined, row('1', 'x')),
    change('U', t, undefined, row('3', 'y')),
    ...[row('2', 'c'), row('1', 'b'), row('3', 'a')].map((after) => change('U', t, undefined, after)),
  ];
  expect(await replay(target, changes)).toEqual([]);
  expect(await contents(target.db, 'public.t')).toEqual(['1\tb', '2\tc', '3\ta']);
});

test('a unique value that goes from a deleted row to an older one, and keys that move in a chain', async () => {
  const target = await bed(CODES);
  const t = await changed(target.db, 'public', 't');
  const changes = [
    change('R', t, row('3')),
    change('U', t, undefined, row('1', 'c')),
    change('I', t, undefined, row('4', 'a')),
    change('K', t, row('2'), row('3', U)),
    change('K', t, row('1'), row('2', U)),
    change('K', t, row('3'), row('1', 'new')),
  ];
  expect(await replay(target, changes)).toEqual([]);
  expect(await contents(target.db, 'public.t')).toEqual(['1\tnew', '2\tc', '4\ta']);
  const chain = { columns: [0, 1], rows: [row('1', '2', 'n'), row('2', '1', 'c')] };
  await expectRefused(target, windowOf(net(t, { moves: [chain] })), '23505');
});

test('a deferrable key lets rows change places as a set', async () => {
  const target = await bed(
    `CREATE TABLE public.t (id integer PRIMARY KEY DEFERRABLE, v text); INSERT INTO public.t VALUES (1, 'a'), (2, 'b')`,
  );
  const t = await changed(target.db, 'public', 't');
  await apply(target, windowOf(net(t, { moves: [whole(t, row('1', '2', 'a'), row('2', '1', 'b'))] })));
  expect(await contents(target.db, 'public.t')).toEqual(['1\tb', '2\ta']);
});

test('what contradicts the target is told, with both rows, and overwrites nothing', async () => {
  const target = await bed(`${CODES}; ALTER TABLE public.t ADD n integer CHECK (n < 100), ADD big text;
    UPDATE public.t SET n = 7, big = E'tab\t\\\\' WHERE id = 1; UPDATE public.t SET big = repeat('ä', 9000) WHERE id = 2`);
  const t = await changed(target.db, 'public', 't');
  const before = await contents(target.db, 'public.t');
  const found = await replay(target, [
    change('U', t, undefined, row('9', 'z', '1', null)),
    change('R', t, row('8')),
    change('I', t, undefined, row('7', 'a', null, 'n')),
    change('U', t, undefined, row('1', 'a', '100', U)),
    change('K', t, row('3'), row('2', 'c', null, 'x'.repeat(9000))),
    change('U', t, undefined, row('3', 'c', '5', 'nul\0')),
    change('R', t, row('no number')),
    change('U', t, undefined, row('3', 'fine', '5', 'yes')),
  ]);
  expect(found.map(({ change: { op }, key, cause, code }) => [op, key, cause, code])).toEqual([
    ['U', '9', 'there is no such row', undefined],
    ['R', '8', 'there is no such row', undefined],
    ['I', '7', expect.stringContaining('t_code_key'), '23505'],
    ['U', '1', expect.stringContaining('t_n_check'), '23514'],
    ['K', '3', expect.stringContaining('t_pkey'), '23505'],
    ['U', '3', expect.stringContaining('0x00'), '22021'],
    ['R', 'no number', expect.stringContaining('integer'), '22P02'],
  ]);
  const start = (text: string | undefined) => text?.slice(0, 12);
  expect(found.map((one) => [start(one.row), start(one.found)])).toEqual([
    ['9\tz\t1\t\\N', undefined],
    [undefined, undefined],
    ['7\ta\t\\N\tn', undefined],
    ['1\ta\t100\t\\U', '1\ta\t7\ttab\\t\\'],
    ['2\tc\t\\N\txxxxx', '2\tb\t\\N\täääää'],
    ['3\tc\t5\tnul␀', '3\tc\t\\N\t\\N'],
    [undefined, undefined],
  ]);
  const lengths = found.flatMap((one) => [one.row, one.found]).map((text) => Buffer.byteLength(text ?? ''));
  expect(Math.max(...lengths)).toBe(8192);
  expect(await contents(target.db, 'public.t')).toEqual([before[0], before[1], '3\tfine\t5\tyes']);
});

test('what is no fault of a row is thrown', async () => {
  const target = await bed(CODES);
  const t = await changed(target.db, 'public', 't');
  await target.db.query(`SET statement_timeout = '50ms'`);
  await target.db
    .query(`CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(9); RETURN NEW; END$$;
    CREATE TRIGGER slow BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.slow();
    ALTER TABLE public.t ENABLE ALWAYS TRIGGER slow`);
  await expect(replay(target, [change('U', t, undefined, row('1', 'z'))])).rejects.toMatchObject({ code: '57014' });
});

test('a table that is identified by whole rows, though it has a key', async () => {
  const target = await bed(CODES);
  const t = { ...(await changed(target.db, 'public', 't')), identity: 'f' } as const;
  const changes = [
    change('F', t, row('1', 'a'), row('1', 'x')),
    change('F', t, row('2', 'b'), row('5', U)),
    change('X', t, row('3', 'c')),
  ];
  expect(await replay(target, changes)).toEqual([]);
  expect(await contents(target.db, 'public.t')).toEqual(['1\tx', '5\tb']);
});

test('far values are put in their places, also in a single change', async () => {
  const target = await bed('CREATE TABLE public.t (id integer PRIMARY KEY, a text, b text, c text)');
  const t = await changed(target.db, 'public', 't');
  const far = {
    read: async function* (n: number) {
      for (let piece = 0; piece < 3; piece += 1) yield Buffer.from(`${n}`.repeat(50_000));
    },
  };
  const text = (n: number): string => `${n}`.repeat(150_000);
  const rows = [row('1', farMark(12), 'x', farMark(7)), row('2', '\\F3', farMark(3), '')];
  await target.db.transaction(async (tx) => {
    expect(await target.loader.apply(tx, { tables: [net(t, { inserts: rows })], far })).toEqual([]);
    const updates = [{ columns: [0, 2], rows: [row('1', farMark(4))] }];
    expect(await target.loader.apply(tx, { tables: [net(t, { updates })], far })).toEqual([]);
  });
  const two = await replay(
    target,
    [change('U', t, undefined, row('2', U, U, farMark(9))), change('U', t, undefined, row('3', farMark(9), '', ''))],
    far,
  );
  expect(await contents(target.db, 'public.t')).toEqual([
    `1\t${text(12)}\t${text(4)}\t${text(7)}`,
    `2\t\\\\F3\t${text(3)}\t${text(9)}`,
  ]);
  expect(two.map((one) => one.row)).toEqual([`3\t${'9'.repeat(8190)}`]);
});

test('a value of 64 MB passes in bounded memory', async () => {
  const target = await bed(
    'CREATE TABLE public.t (id integer PRIMARY KEY, a text); ALTER TABLE public.t ALTER a SET STORAGE EXTERNAL',
  );
  const t = await changed(target.db, 'public', 't');
  const piece = Buffer.alloc(1 << 20, 'x');
  let most = 0;
  const before = process.memoryUsage().rss;
  const far = {
    read: async function* () {
      for (let n = 0; n < 64; n += 1) {
        most = Math.max(most, process.memoryUsage().rss - before);
        yield piece;
      }
    },
  };
  expect(
    await replay(
      target,
      [change('I', t, undefined, row('1', '')), change('U', t, undefined, row('1', farMark(0)))],
      far,
    ),
  ).toEqual([]);
  const { rows } = await target.db.query(`SELECT length(a) AS length FROM public.t`);
  expect(rows).toEqual([{ length: 64 << 20 }]);
  expect(most).toBeLessThan(32 << 20);
});
