import { expect, test } from 'vitest';
import { apply, bed, changed, contents, net, row, whole, windowOf } from './bed.js';

const THINGS = `
  CREATE TABLE \`Weird "Na\`\`me" :x\` (
    \`a.b\` int, \`select\` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin, \`:n\` text, d varchar(300) DEFAULT 'd',
    twice int AS (\`a.b\` * 2) STORED, PRIMARY KEY (\`select\`, \`a.b\`));
  INSERT INTO \`Weird "Na\`\`me" :x\` (\`a.b\`, \`select\`, \`:n\`, d)
    SELECT seq, CONCAT('k', seq), CONCAT('n', seq), REPEAT('d', seq) FROM seq_1_to_9;
  INSERT INTO \`Weird "Na\`\`me" :x\` (\`a.b\`, \`select\`, \`:n\`, d) SELECT seq, CONCAT('m', seq), 'n', 'd' FROM seq_1_to_300`;
const NAME = 'Weird "Na`me" :x';

test.each([1, 100])('a window deletes, moves, updates and inserts (%i of each)', async (many) => {
  const target = await bed(THINGS);
  const table = await changed(target, NAME);
  const each = <T>(of: (i: number) => T): T[] => Array.from({ length: many }, (_, i) => of(i + 1));
  await apply(
    target,
    windowOf(
      net(table, {
        deletes: each((i) => row(String(i), `m${i}`)),
        moves: [whole(table, ...each((i) => row(String(100 + i), `m${100 + i}`, String(-i), 'moved', null, '')))],
        updates: [
          { columns: [0, 1, 3], rows: each((i) => row(String(200 + i), `m${200 + i}`, 'tab\t\\ \n"\'\f\v\b\0')) },
        ],
        inserts: each((i) => row(String(i), 'né', '\\N', 'é😀')),
      }),
    ),
  );
  const expected = [
    ...Array.from({ length: 9 }, (_, k) => k + 1).map((k) => `${k}\tk${k}\tn${k}\t${'d'.repeat(k)}\t${k * 2}`),
    ...each((i) => `${-i}\tmoved\t\\N\t\t${-i * 2}`),
    ...each((i) => `${200 + i}\tm${200 + i}\tn\ttab\\t\\\\ \\n"'\\f\\v\\b\0\t${(200 + i) * 2}`),
    ...each((i) => `${i}\tné\t\\\\N\té😀\t${i * 2}`),
    ...Array.from({ length: 300 }, (_, k) => k + 1)
      .filter((k) => !(k <= many || (k > 100 && k <= 100 + many) || (k > 200 && k <= 200 + many)))
      .map((k) => `${k}\tm${k}\tn\td\t${k * 2}`),
  ];
  expect(await contents(target, NAME)).toEqual(expected.sort());
});

test('what was not sent stays, and the server sets no time of its own', async () => {
  const target = await bed(`
    CREATE TABLE t (id int PRIMARY KEY, small text NOT NULL, big longtext NOT NULL,
      changed timestamp(6) NOT NULL DEFAULT '2020-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP(6));
    INSERT INTO t (id, small, big) SELECT seq, 'small', REPEAT(LPAD(seq, 32, 'x'), 1000) FROM seq_1_to_3`);
  const table = await changed(target, 't');
  const updates = [
    { columns: [0, 1], rows: [row('1', 'changed')] },
    { columns: [0], rows: [row('2')] },
  ];
  const moves = [{ columns: [0, 1], rows: [row('3', '33', 'moved')] }];
  await apply(target, windowOf(net(table, { updates, moves })));
  const { rows } = await target.db.query(
    `SELECT CONCAT_WS(' ', id, small, changed) AS line FROM t WHERE big = REPEAT(LPAD(id % 10, 32, 'x'), 1000) ORDER BY id`,
  );
  const time = '2020-01-01 00:00:00.000000';
  expect(rows.map((r) => r['line'])).toEqual([`1 changed ${time}`, `2 small ${time}`, `33 moved ${time}`]);
});

test('a row that is not there is counted, and nothing after it is done', async () => {
  const target = await bed(`CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')`);
  const table = await changed(target, 't');
  const window = windowOf(
    net(table, { updates: [whole(table, row('1', 'b'), row('2', 'b'))], inserts: [row('3', 'c')] }),
  );
  await target.db.transaction(async (tx) => {
    await tx.query('SAVEPOINT w');
    expect(await target.applier.apply(tx, window)).toEqual([
      { table: 'shop.t', what: 'update', expected: 2, found: 1 },
    ]);
    await tx.query('ROLLBACK TO SAVEPOINT w');
  });
  expect(await contents(target, 't')).toEqual(['1\ta']);
});

test('an update to what is there already is counted', async () => {
  const target = await bed(`CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b')`);
  const table = await changed(target, 't');
  await apply(target, windowOf(net(table, { updates: [whole(table, row('1', 'a'), row('2', 'b'))] })));
});

test('nothing that is done for a window commits, and temporary tables survive every kind of rollback', async () => {
  const target = await bed(
    `CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE mark (n int); INSERT INTO mark VALUES (0)`,
  );
  const table = await changed(target, 't');
  const rows = (v: string) => Array.from({ length: 2000 }, (_, i) => row(String(i + 1), v));
  await apply(target, windowOf(net(table, { inserts: rows('a') })));
  const update = (v: string) => windowOf(net(table, { updates: [whole(table, ...rows(v))] }));
  const given = new Error('the transaction is given up');
  const lost = target.db.transaction(async (tx) => {
    await tx.query('UPDATE mark SET n = 1');
    await target.applier.apply(tx, update('lost'));
    throw given;
  });
  await expect(lost).rejects.toBe(given);
  expect(await contents(target, 'mark')).toEqual(['0']);
  await apply(target, update('b'));
  const wrong = windowOf(net(table, { deletes: rows('x').map((_, i) => row(String(i))) }));
  await target.db.transaction(async (tx) => {
    await tx.query('SAVEPOINT w');
    expect(await target.applier.apply(tx, wrong)).toHaveLength(1);
    await tx.query('ROLLBACK TO SAVEPOINT w');
    expect(await target.applier.apply(tx, windowOf(net(table, { deletes: [row('1')] })))).toEqual([]);
    const most = rows('')
      .slice(1, 1950)
      .map((_, i) => row(String(i + 2)));
    expect(await target.applier.apply(tx, windowOf(net(table, { deletes: most })))).toEqual([]);
  });
  expect(await contents(target, 't')).toHaveLength(50);
});

test('a changed type of the target is noticed after the window that failed of it', async () => {
  const target = await bed(`CREATE TABLE t (id int PRIMARY KEY, v int)`);
  const table = await changed(target, 't');
  await apply(target, windowOf(net(table, { inserts: [row('1', '1')] })));
  await apply(target, windowOf(net(table, { updates: [whole(table, row('1', '2'))] })));
  await target.db.query('ALTER TABLE t MODIFY v bigint');
  const big = windowOf(net(table, { updates: [whole(table, row('1', '5000000000'))] }));
  await expect(apply(target, big)).rejects.toMatchObject({ kind: 'data', code: '1264', place: { column: 'v' } });
  await apply(target, big);
  expect(await contents(target, 't')).toEqual(['1\t5000000000']);
});

test('a table or a column that the target has not got is named', async () => {
  const target = await bed('CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE gone (id int PRIMARY KEY)');
  const [t, gone] = [await changed(target, 't'), await changed(target, 'gone')];
  await target.db.query('DROP TABLE gone');
  const more = { ...t, columns: [...t.columns, { name: 'new', type: 'int', key: false }] };
  const insert = (to: typeof t) => apply(target, windowOf(net(to, { inserts: [row('1')] })));
  await expect(insert(gone)).rejects.toMatchObject({ kind: 'permanent', code: '1146', place: { table: 'shop.gone' } });
  await expect(insert(more)).rejects.toMatchObject({ kind: 'permanent', code: '1054', place: { column: 'new' } });
  await insert(t);
});

test('keys are compared as their unique index compares them', async () => {
  const target = await bed(`
    CREATE TABLE ci (k varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY, v int);
    CREATE TABLE ex (k varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY, v int);
    INSERT INTO ci VALUES ('Ab', 1); INSERT INTO ex VALUES ('a', 1), ('A', 2), ('a ', 3)`);
  const [ci, ex] = [await changed(target, 'ci'), await changed(target, 'ex')];
  await apply(
    target,
    windowOf(
      net(ci, { updates: [whole(ci, row('aB', '2'))] }),
      net(ex, { updates: [whole(ex, row('A', '20'), row('a ', '30'))], deletes: [row('a')] }),
    ),
  );
  expect(await contents(target, 'ci')).toEqual(['Ab\t2']);
  expect(await contents(target, 'ex')).toEqual(['A\t20', 'a \t30']);
});

test('a value that would be cut or rounded is refused, few and many at a time', async () => {
  const target = await bed(
    'CREATE TABLE t (id int PRIMARY KEY, d decimal(5,2), v varchar(3)); INSERT INTO t VALUES (1, 1, 1)',
  );
  const t = await changed(target, 't');
  const more = Array.from({ length: 300 }, (_, i) => row(String(i + 10), '1', 'a'));
  for (const rows of [[], more])
    for (const bad of [row('1', '1.239', 'a'), row('1', '1', 'abc  '), row('1', 'x', 'a'), row('1', '1', 'abcd')]) {
      const inserts = [...rows, bad];
      await expect(apply(target, windowOf(net(t, { inserts })))).rejects.toMatchObject({ kind: 'data' });
      const updates = [whole(t, ...inserts)];
      await expect(apply(target, windowOf(net(t, { updates })))).rejects.toMatchObject({ kind: 'data' });
    }
  expect(await contents(target, 't')).toEqual(['1\t1.00\t1']);
});
