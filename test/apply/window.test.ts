import { expect, test } from 'vitest';
import { apply, bed, changed, contents, net, row, whole, windowOf } from './bed.js';

const THINGS = `
  CREATE SCHEMA "s""1";
  CREATE TABLE "s""1"."Weird ""Name"" :x" (
    "a.b" integer, "select" text COLLATE "C", ":n" text, d text DEFAULT 'd',
    twice integer GENERATED ALWAYS AS ("a.b" * 2) STORED, PRIMARY KEY ("select", "a.b"));
  INSERT INTO "s""1"."Weird ""Name"" :x" SELECT i, 'k' || i, 'n' || i, repeat('d', i) FROM generate_series(1, 9) AS i`;
const PLACE = `"s""1"."Weird ""Name"" :x"`;

test.each([1, 100])('a window deletes, moves, updates and inserts (%i of each)', async (many) => {
  const target = await bed(
    `${THINGS}; INSERT INTO ${PLACE} SELECT i, 'm' || i, 'n', 'd' FROM generate_series(1, 300) AS i`,
  );
  const table = await changed(target.db, 's"1', 'Weird "Name" :x');
  const each = <T>(of: (i: number) => T): T[] => Array.from({ length: many }, (_, i) => of(i + 1));
  await apply(
    target,
    windowOf(
      net(table, {
        deletes: each((i) => row(String(i), `m${i}`)),
        moves: [whole(table, ...each((i) => row(String(100 + i), `m${100 + i}`, String(-i), 'moved', null, '')))],
        updates: [{ columns: [0, 1, 3], rows: each((i) => row(String(200 + i), `m${200 + i}`, 'tab\t\\ \n"\'')) }],
        inserts: each((i) => row(String(i), 'new', '\\N', 'é😀')),
      }),
    ),
  );
  const expected = [
    ...Array.from({ length: 9 }, (_, k) => k + 1).map((k) => `${k}\tk${k}\tn${k}\t${'d'.repeat(k)}\t${k * 2}`),
    ...each((i) => `${-i}\tmoved\t\\N\t\t${-i * 2}`),
    ...each((i) => `${200 + i}\tm${200 + i}\tn\ttab\\t\\\\ \\n"'\t${(200 + i) * 2}`),
    ...each((i) => `${i}\tnew\t\\\\N\té😀\t${i * 2}`),
    ...Array.from({ length: 300 }, (_, k) => k + 1)
      .filter((k) => !(k <= many || (k > 100 && k <= 100 + many) || (k > 200 && k <= 200 + many)))
      .map((k) => `${k}\tm${k}\tn\td\t${k * 2}`),
  ];
  expect(await contents(target.db, PLACE)).toEqual(expected.sort());
});

test('what was not sent stays, also a value that lies out of line', async () => {
  const target = await bed(`
    CREATE TABLE public.t (id integer PRIMARY KEY, small text NOT NULL, big text NOT NULL);
    ALTER TABLE public.t ALTER big SET STORAGE EXTERNAL;
    INSERT INTO public.t SELECT i, 'small', repeat(md5(i::text), 1000) FROM generate_series(1, 3) AS i`);
  const table = await changed(target.db, 'public', 't');
  await apply(
    target,
    windowOf(
      net(table, {
        updates: [
          { columns: [0, 1], rows: [row('1', 'changed')] },
          { columns: [0], rows: [row('2')] },
        ],
        moves: [{ columns: [0, 1], rows: [row('3', '33', 'moved')] }],
      }),
    ),
  );
  const { rows } = await target.db.query(
    `SELECT id::text || ' ' || small AS row FROM public.t WHERE big = repeat(md5((id % 10)::text), 1000) ORDER BY id`,
  );
  expect(rows.map((r) => r['row'])).toEqual(['1 changed', '2 small', '33 moved']);
});

test('an update that touches no indexed column is HOT', async () => {
  const target = await bed(`
    CREATE TABLE public.t (id integer PRIMARY KEY, v text) WITH (fillfactor = 40);
    INSERT INTO public.t SELECT i, 'v' FROM generate_series(1, 300) AS i`);
  const table = await changed(target.db, 'public', 't');
  const rows = Array.from({ length: 300 }, (_, i) => row(String(i + 1), 'w'));
  await target.db.transaction(async (tx) => {
    expect(await target.loader.apply(tx, windowOf(net(table, { updates: [whole(table, ...rows)] })))).toEqual([]);
    const { rows: counted } = await tx.query(
      `SELECT n_tup_hot_upd AS hot FROM pg_stat_xact_user_tables WHERE relid = CAST('public.t' AS regclass)`,
    );
    expect(counted).toEqual([{ hot: '300' }]);
  });
});

test('a row that is not there is counted, and nothing after it is done', async () => {
  const target = await bed(
    `CREATE TABLE public.t (id integer PRIMARY KEY, v text); INSERT INTO public.t VALUES (1, 'a')`,
  );
  const table = await changed(target.db, 'public', 't');
  const window = windowOf(
    net(table, { updates: [whole(table, row('1', 'b'), row('2', 'b'))], inserts: [row('3', 'c')] }),
  );
  await target.db.transaction(async (tx) => {
    await tx.query('SAVEPOINT w');
    expect(await target.loader.apply(tx, window)).toEqual([
      { table: 'public.t', what: 'update', expected: 2, found: 1 },
    ]);
    await tx.query('ROLLBACK TO SAVEPOINT w');
  });
  expect(await contents(target.db, 'public.t')).toEqual(['1\ta']);
});

test('temporary tables survive every kind of rollback', async () => {
  const target = await bed(`CREATE TABLE public.t (id integer PRIMARY KEY, v text)`);
  const table = await changed(target.db, 'public', 't');
  const rows = (v: string) => Array.from({ length: 300 }, (_, i) => row(String(i + 1), v));
  await apply(target, windowOf(net(table, { inserts: rows('a') })));
  const update = (v: string) => windowOf(net(table, { updates: [whole(table, ...rows(v))] }));
  const given = new Error('the transaction is given up');
  const lost = target.db.transaction(async (tx) => {
    await target.loader.apply(tx, update('lost'));
    throw given;
  });
  await expect(lost).rejects.toBe(given);
  await apply(target, update('b'));
  const wrong = windowOf(net(table, { deletes: rows('x').map((_, i) => row(String(i))) }));
  await target.db.transaction(async (tx) => {
    await tx.query('SAVEPOINT w');
    expect(await target.loader.apply(tx, wrong)).toHaveLength(1);
    await tx.query('ROLLBACK TO SAVEPOINT w');
    expect(await target.loader.apply(tx, windowOf(net(table, { deletes: [row('1')] })))).toEqual([]);
    expect(
      await target.loader.apply(
        tx,
        windowOf(
          net(table, {
            deletes: rows('')
              .slice(1, 250)
              .map((_, i) => row(String(i + 2))),
          }),
        ),
      ),
    ).toEqual([]);
  });
  expect(await contents(target.db, 'public.t')).toHaveLength(50);
  const { rows: left } = await target.db.query<{ n: string }>(
    `SELECT sum(pg_relation_size(oid)) AS n FROM pg_class WHERE relname LIKE 'openkite\\_%' AND relkind = 'r'`,
  );
  expect(left).toEqual([{ n: '0' }]);
});

test('a temporary table that is long not used does not grow old', async () => {
  const target = await bed(`CREATE TABLE public.t (id integer PRIMARY KEY, v text)`);
  const table = await changed(target.db, 'public', 't');
  const rows = Array.from({ length: 300 }, (_, i) => row(String(i + 1), 'a'));
  await apply(target, windowOf(net(table, { inserts: rows })));
  await apply(target, windowOf(net(table, { updates: [whole(table, ...rows)] })));
  // A truncated table has a new file and a new relfrozenxid. The latter stands still while others of the server are at work.
  const file = `SELECT relfilenode::text AS file FROM pg_class WHERE relname = 'openkite_1'`;
  const { rows: before } = await target.db.query(file);
  const one = windowOf(net(table, { updates: [whole(table, rows[0]!)] }));
  await target.db.transaction(async (tx) => {
    for (let n = 0; n < 1000; n += 1) await target.loader.apply(tx, one);
  });
  const { rows: after } = await target.db.query(file);
  expect(after).not.toEqual(before);
});

test('a changed type of the target is noticed after the window that failed of it', async () => {
  const target = await bed(`CREATE TABLE public.t (id integer PRIMARY KEY, v integer)`);
  const table = await changed(target.db, 'public', 't');
  await apply(target, windowOf(net(table, { inserts: [row('1', '1')] })));
  await apply(target, windowOf(net(table, { updates: [whole(table, row('1', '2'))] })));
  await target.db.query('ALTER TABLE public.t ALTER v TYPE bigint');
  const big = windowOf(net(table, { updates: [whole(table, row('1', '5000000000'))] }));
  await expect(apply(target, big)).rejects.toMatchObject({ kind: 'data', code: '22003' });
  await apply(target, big);
  expect(await contents(target.db, 'public.t')).toEqual(['1\t5000000000']);
});

test('a table or a column that the target has not got is named', async () => {
  const target = await bed('CREATE TABLE public.t (id integer PRIMARY KEY)');
  const table = await changed(target.db, 'public', 't');
  const more = { ...table, columns: [...table.columns, { name: 'new', type: 'integer', key: false }] };
  const insert = (to: typeof table) => apply(target, windowOf(net(to, { inserts: [row('1')] })));
  await expect(insert({ ...table, name: 'T' })).rejects.toMatchObject({ kind: 'permanent', code: '42P01' });
  await expect(insert(more)).rejects.toMatchObject({ kind: 'permanent', code: '42703', place: { column: 'new' } });
  await insert(table);
});

test('keys are compared by the operator of their own index, wherever it lies', async () => {
  const target = await bed(`
    CREATE SCHEMA away;
    CREATE TYPE away.pair AS (x integer, y text);
    CREATE FUNCTION away.cmp(away.pair, away.pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT sign($1.x - $2.x)::int';
    CREATE FUNCTION away.eq(away.pair, away.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.x = $2.x';
    CREATE FUNCTION away.lt(away.pair, away.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.x < $2.x';
    CREATE OPERATOR away.=== (FUNCTION = away.eq, LEFTARG = away.pair, RIGHTARG = away.pair, HASHES, MERGES);
    CREATE OPERATOR away.<<< (FUNCTION = away.lt, LEFTARG = away.pair, RIGHTARG = away.pair);
    CREATE OPERATOR CLASS away.ops FOR TYPE away.pair USING btree AS OPERATOR 1 away.<<<, OPERATOR 3 away.===,
      FUNCTION 1 away.cmp(away.pair, away.pair);
    CREATE TABLE public.t (k away.pair NOT NULL, v integer);
    CREATE UNIQUE INDEX ON public.t (k away.ops);
    CREATE EXTENSION citext SCHEMA away;
    CREATE TABLE public.c (k away.citext PRIMARY KEY, v integer);
    INSERT INTO public.c VALUES ('Ab', 1);
    INSERT INTO public.t VALUES (ROW(1, 'a'), 1)`);
  const pairs = await changed(target.db, 'public', 't', ['k']);
  const words = await changed(target.db, 'public', 'c');
  await apply(
    target,
    windowOf(
      net(pairs, { updates: [whole(pairs, row('(1,b)', '2'))] }),
      net(words, { updates: [whole(words, row('aB', '2'))] }),
    ),
  );
  expect(await contents(target.db, 'public.t')).toEqual(['(1,a)\t2']);
  expect(await contents(target.db, 'public.c')).toEqual(['Ab\t2']);
});

test('PostgreSQL 10', async () => {
  const target = await bed(
    `CREATE TABLE public.p (id integer NOT NULL, v text) PARTITION BY RANGE (id);
     CREATE TABLE public.leaf PARTITION OF public.p (PRIMARY KEY (id)) FOR VALUES FROM (0) TO (1000);
     CREATE TABLE public.child (id integer PRIMARY KEY REFERENCES public.leaf)`,
    10,
  );
  const [leaf, child] = [await changed(target.db, 'public', 'leaf'), await changed(target.db, 'public', 'child')];
  await target.db.query(`SET session_replication_role = origin`);
  await apply(
    target,
    windowOf(net(child, { inserts: [row('1')] }), net(leaf, { inserts: [row('1', 'a'), row('2', 'b')] })),
  );
  const updates = [{ columns: [0], rows: [row('1')] }, whole(leaf, row('2', 'c'))];
  await apply(target, windowOf(net(leaf, { updates }), net(child, { deletes: [row('1')] })));
  expect(await contents(target.db, 'public.leaf')).toEqual(['1\ta', '2\tc']);
});
