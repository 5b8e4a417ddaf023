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
  session,
  U,
  whole,
  windowOf,
  type Bed,
} from './bed.js';

/** The window cannot be applied as sets, and after that everything is as before. */
async function expectRefused({ db, applier }: Bed, window: Window, code: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('SAVEPOINT w');
    await expect(applier.apply(tx, window)).rejects.toMatchObject({ kind: 'data', code });
    await tx.query('ROLLBACK TO SAVEPOINT w');
  });
}

const CODES = `
  CREATE TABLE t (id int PRIMARY KEY, code varchar(20) UNIQUE);
  INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')`;

test('unique values that rows hand on to each other are applied one by one', async () => {
  const target = await bed(CODES);
  const t = await changed(target, 't');
  const swapped = [row('1', 'b'), row('2', 'c'), row('3', 'a')];
  await expectRefused(target, windowOf(net(t, { updates: [whole(t, ...swapped)] })), '1062');
  expect(await contents(target, 't')).toEqual(['1\ta', '2\tb', '3\tc']);
  const changes = [
    change('U', t, undefined, row('1', 'x')),
    change('U', t, undefined, row('3', 'y')),
    ...[row('2', 'c'), row('1', 'b'), row('3', 'a')].map((after) => change('U', t, undefined, after)),
  ];
  expect(await replay(target, changes)).toEqual([]);
  expect(await contents(target, 't')).toEqual(['1\tb', '2\tc', '3\ta']);
});

test('a key that is inserted where one is stays as it was (rule 6)', async () => {
  const target = await bed(
    `CREATE TABLE t (id int PRIMARY KEY, code varchar(20) UNIQUE); INSERT INTO t VALUES (2, 'b')`,
  );
  const t = await changed(target, 't');
  await expectRefused(
    target,
    windowOf(net(t, { inserts: [row('3', 'b')], updates: [whole(t, row('2', 'b'))] })),
    '1062',
  );
  const many = Array.from({ length: 300 }, (_, i) => row(String(i + 10), `n${i}`));
  await expectRefused(target, windowOf(net(t, { inserts: [...many, row('3', 'b')] })), '1062');
  await apply(target, windowOf(net(t, { updates: [whole(t, row('2', 'c'))], inserts: [row('3', 'b')] })));
  expect(await contents(target, 't')).toEqual(['2\tc', '3\tb']);
});

test('a unique value that goes from a deleted row to an older one, and keys that move in a chain', async () => {
  const target = await bed(CODES);
  const t = await changed(target, 't');
  const changes = [
    change('R', t, row('3')),
    change('U', t, undefined, row('1', 'c')),
    change('I', t, undefined, row('4', 'a')),
    change('K', t, row('2'), row('3', U)),
    change('K', t, row('1'), row('2', U)),
    change('K', t, row('3'), row('1', 'new')),
  ];
  expect(await replay(target, changes)).toEqual([]);
  expect(await contents(target, 't')).toEqual(['1\tnew', '2\tc', '4\ta']);
  const chain = { columns: [0, 1], rows: [row('1', '2', 'n'), row('2', '1', 'c')] };
  await expectRefused(target, windowOf(net(t, { moves: [chain] })), '1062');
});

test('a chain of moves whose middle is missing moves nothing twice', async () => {
  const target = await bed(`CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (2)`);
  const t = await changed(target, 't');
  const moves = [{ columns: [0], rows: [row('2', '3'), row('3', '4')] }];
  await target.db.transaction(async (tx) => {
    const expected = { table: 'shop.t', what: 'move', expected: 2, found: 1 };
    expect(await target.applier.apply(tx, windowOf(net(t, { moves })))).toEqual([expected]);
  });
});

test('what contradicts the target is told, with both rows, and overwrites nothing', async () => {
  const target = await bed(`
    CREATE TABLE t (id int PRIMARY KEY, code varchar(20), n int CHECK (n < 100), big longtext, d date NOT NULL, UNIQUE t_code_key (code));
    INSERT INTO t VALUES (1, 'a', 7, 'tab\t\\\\', '2024-01-01'), (2, 'b', NULL, REPEAT('ä', 9000), '2024-01-01'), (3, 'c', NULL, NULL, '2024-01-01')`);
  const t = await changed(target, 't');
  const before = await contents(target, 't');
  const day = '2024-01-02';
  const found = await replay(target, [
    change('U', t, undefined, row('9', 'z', '1', null, day)),
    change('R', t, row('8')),
    change('I', t, undefined, row('7', 'a', null, 'n', day)),
    change('U', t, undefined, row('1', 'a', '100', U, day)),
    change('K', t, row('3'), row('2', 'c', null, 'x'.repeat(9000), day)),
    change('U', t, undefined, row('3', 'c', '5', 'nul\0', '2024-02-30')),
    change('U', t, undefined, row('3', 'c', '5', 'null', null)),
    change('R', t, row('no number')),
    change('U', t, undefined, row('3', 'x'.repeat(21), U, U, U)),
    change('U', t, undefined, row('3', 'fine', '5', 'nul\0', day)),
  ]);
  expect(found.map(({ change: { op }, key, cause, code }) => [op, key, cause, code])).toEqual([
    ['U', '9', 'there is no such row', undefined],
    ['R', '8', 'there is no such row', undefined],
    ['I', '7', expect.stringContaining('t_code_key'), '1062'],
    ['U', '1', expect.stringMatching(/constraint/i), expect.stringMatching(/4025|3819/)],
    ['K', '3', expect.stringContaining('PRIMARY'), '1062'],
    ['U', '3', expect.stringContaining('2024-02-30'), '1292'],
    ['U', '3', expect.stringContaining("'d' cannot be null"), '1048'],
    ['R', 'no number', expect.stringContaining('no number'), '1366'],
    ['U', '3', expect.stringContaining("column 'code'"), '1406'],
  ]);
  const start = (text: string | undefined) => text?.slice(0, 12);
  expect(found.map((one) => [start(one.row), start(one.found)])).toEqual([
    ['9\tz\t1\t\\N\t202', undefined],
    [undefined, undefined],
    ['7\ta\t\\N\tn\t202', undefined],
    ['1\ta\t100\t\\U\t2', '1\ta\t7\ttab\\t\\'],
    ['2\tc\t\\N\txxxxx', '2\tb\t\\N\täääää'],
    ['3\tc\t5\tnul␀\t2', '3\tc\t\\N\t\\N\t20'],
    ['3\tc\t5\tnull\t\\', '3\tc\t\\N\t\\N\t20'],
    [undefined, undefined],
    ['3\txxxxxxxxxx', '3\tc\t\\N\t\\N\t20'],
  ]);
  const lengths = found.flatMap((one) => [one.row, one.found]).map((text) => Buffer.byteLength(text ?? ''));
  expect(Math.max(...lengths)).toBe(8192);
  expect(await contents(target, 't')).toEqual([before[0], before[1], `3\tfine\t5\tnul\0\t${day}`]);
});

test('what is no fault of a row is thrown: a lock that is waited for, a deadlock', async () => {
  const target = await bed(CODES);
  const t = await changed(target, 't');
  const other = await session(target.url);
  await target.db.query('SET innodb_lock_wait_timeout = 1');
  const theirs = other.transaction(async (their) => {
    await their.query('UPDATE t SET code = code WHERE id = 1');
    const z = change('U', t, undefined, row('1', 'z'));
    await expect(replay(target, [z])).rejects.toMatchObject({ kind: 'transient', code: '1205' });
    await target.db.query('SET innodb_lock_wait_timeout = 50');
    const ours = target.db.transaction(async (tx) => {
      await target.applier.apply(tx, windowOf(net(t, { updates: [whole(t, row('2', 'y'))] })));
      const crossing = their.query('UPDATE t SET code = code WHERE id IN (2, 3)');
      const met = target.applier.apply(tx, windowOf(net(t, { updates: [whole(t, row('1', 'z'))] })));
      const ends = await Promise.allSettled([crossing, met]);
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    });
    await expect(ours).rejects.toMatchObject({ kind: 'transient', code: '1213' });
  });
  await theirs;
});

test('a table that is identified by whole rows, though it has a key', async () => {
  const target = await bed(CODES);
  const t = { ...(await changed(target, 't')), identity: 'f' } as const;
  const changes = [
    change('F', t, row('1', 'a'), row('1', 'x')),
    change('F', t, row('2', 'b'), row('5', U)),
    change('X', t, row('3', 'c')),
  ];
  expect(await replay(target, changes)).toEqual([]);
  expect(await contents(target, 't')).toEqual(['1\tx', '5\tb']);
});

test('far values are put in their places, also in a single change', async () => {
  const target = await bed('CREATE TABLE t (id int PRIMARY KEY, a longtext, b longtext, c longtext)');
  const t = await changed(target, 't');
  const far = {
    read: async function* (n: number) {
      for (let piece = 0; piece < 3; piece += 1) yield Buffer.from(`${n}`.repeat(50_000));
    },
  };
  const text = (n: number): string => `${n}`.repeat(150_000);
  const rows = [row('1', farMark(12), 'x', farMark(7)), row('2', '\\F3', farMark(3), '')];
  await target.db.transaction(async (tx) => {
    expect(await target.applier.apply(tx, { tables: [net(t, { inserts: rows })], far })).toEqual([]);
    const updates = [{ columns: [0, 2], rows: [row('1', farMark(4))] }];
    expect(await target.applier.apply(tx, { tables: [net(t, { updates })], far })).toEqual([]);
  });
  const two = await replay(
    target,
    [change('U', t, undefined, row('2', U, U, farMark(9))), change('U', t, undefined, row('3', farMark(9), '', ''))],
    far,
  );
  expect(await contents(target, 't')).toEqual([
    `1\t${text(12)}\t${text(4)}\t${text(7)}`,
    `2\t\\\\F3\t${text(3)}\t${text(9)}`,
  ]);
  expect(two.map((one) => one.row)).toEqual([`3\t${'9'.repeat(8190)}`]);
});

test('a value of 64 MB passes in bounded memory', async () => {
  const target = await bed('CREATE TABLE t (id int PRIMARY KEY, a longtext, b longblob)');
  const t = await changed(target, 't');
  const piece = Buffer.alloc(1 << 20, 'ab');
  let most = 0;
  const before = process.memoryUsage().rss;
  const far = {
    read: async function* (n: number) {
      if (n === 1) yield Buffer.from('\\\\x');
      for (let i = 0; i < 64; i += 1) {
        most = Math.max(most, process.memoryUsage().rss - before);
        yield piece;
      }
    },
  };
  const changes = [
    change('I', t, undefined, row('1', '', '\\x')),
    change('U', t, undefined, row('1', farMark(0), farMark(1))),
  ];
  expect(await replay(target, changes, far)).toEqual([]);
  const { rows } = await target.db.query(
    `SELECT CONCAT_WS(' ', LENGTH(a), LENGTH(b), a = REPEAT('ab', ${32 << 20}), b = REPEAT(X'AB', ${32 << 20})) AS found FROM t`,
  );
  expect(rows).toEqual([{ found: `${64 << 20} ${32 << 20} 1 1` }]);
  expect(most).toBeLessThan(48 << 20);
});
