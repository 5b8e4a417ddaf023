/** Rules 5 and 6 of the data path, over all statements that applying changes makes; and what they cost. */
import { expect, test } from 'vitest';
import type { Tx } from '../../src/db/db.js';
import { apply, bed, change, changed, each, net, noFar, row, whole, windowOf, type Bed, type Kin } from './bed.js';

const FORBIDDEN =
  /\bON DUPLICATE KEY\b|\bREPLACE\s+(?:INTO\b|LOW_PRIORITY|DELAYED|`)|\bIGNORE\b|\bTRUNCATE\b|\bALTER\b/i;

/** What commits by itself is not among what may be said. */
const SAID =
  /^\s*(?:SAVEPOINT|ROLLBACK TO SAVEPOINT|RELEASE SAVEPOINT|CREATE TEMPORARY TABLE|INSERT INTO|DELETE|UPDATE|SELECT|SHOW WARNINGS|LOAD DATA LOCAL INFILE 'rows' INTO|-- The columns)/;

/** The same, that writes down what it is asked. */
const overheard = (tx: Tx, said: string[]): Tx => ({
  dialect: tx.dialect,
  query: (sql, params) => {
    said.push(...sql.split('; '));
    return tx.query(sql, params);
  },
  load: (sql, bytes) => {
    said.push(sql);
    return tx.load(sql, bytes);
  },
});

const SQL = `
  CREATE TABLE p (id int PRIMARY KEY, code varchar(9) UNIQUE, t timestamp NOT NULL DEFAULT NOW() ON UPDATE NOW(), b blob);
  CREATE TABLE c (id int PRIMARY KEY, p int, code varchar(9), KEY (p), KEY (code));
  CREATE TABLE bag (v text);
  INSERT INTO p (id, code) SELECT seq, seq FROM seq_1_to_2000;
  INSERT INTO c SELECT seq, seq, seq FROM seq_1_to_2000;
  INSERT INTO bag SELECT seq DIV 2 FROM seq_0_to_999`;
const KIN: Kin[] = [
  ['c(p)', 'p(id)', 'cascade', 'cascade'],
  ['c(code)', 'p(code)', 'set null', 'set null'],
];

async function everyStatement(target: Bed, many: number): Promise<string[]> {
  const [p, c, bag] = [await changed(target, 'p'), await changed(target, 'c'), await changed(target, 'bag')];
  const rows = <T>(of: (i: number) => T): T[] => Array.from({ length: many }, (_, i) => of(i + 1));
  const said: string[] = [];
  await target.db.transaction(async (real) => {
    const tx = overheard(real, said);
    const window = windowOf(
      net(c, { updates: [whole(c, ...rows((i) => row(String(i + 1500), '7', null)))] }),
      net(bag, { images: [...rows((i) => ({ row: row(String(i)), count: -1 })), { row: row('x'), count: 2 }] }),
      net(p, {
        deletes: rows((i) => row(String(i))),
        moves: [{ columns: [0, 1], rows: rows((i) => row(String(i + 500), String(-i), `m${i}`)) }],
        updates: [{ columns: [0, 1], rows: rows((i) => row(String(i + 1000), `u${i}`)) }],
        inserts: rows((i) => row(String(i + 5000), `i${i}`, '2020-01-01 00:00:00+00', '\\x00')),
      }),
    );
    expect(await target.applier.apply(tx, window)).toEqual([]);
    const changes = [
      change('R', p, row('1')),
      change('I', p, undefined, row('1', 'a', null, null)),
      change('X', bag, row('400')),
    ];
    await target.applier.replay(tx, each(changes), noFar, () => Promise.resolve());
    await target.applier.truncate(tx, [p, bag]);
  });
  return said;
}

test.each([1, 400])('no statement hides a conflict or commits (%i of each)', async (many) => {
  const said = await everyStatement(await bed(SQL, KIN), many);
  expect(said.length).toBeGreaterThan(40);
  expect(said.filter((sql) => FORBIDDEN.test(sql) || !SAID.test(sql))).toEqual([]);
  for (const planted of [
    'INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1',
    'REPLACE INTO t VALUES (1)',
    'INSERT IGNORE INTO t',
  ])
    expect(planted).toMatch(FORBIDDEN);
});

test('the target finds staged rows by its own index, whatever the types of its key', async () => {
  const target = await bed(`
    CREATE TABLE big (a bigint unsigned, b varchar(20) CHARACTER SET latin1, c datetime(6), v int, PRIMARY KEY (a, b, c));
    INSERT INTO big SELECT seq, CONCAT('k', seq), '2020-01-01 00:00:00.5', 0 FROM seq_1_to_100000`);
  const big = await changed(target, 'big');
  const rows = Array.from({ length: 3000 }, (_, i) =>
    row(String(i + 1), `k${i + 1}`, '2020-01-01 00:00:00.500000', '1'),
  );
  const said: string[] = [];
  await target.db.transaction(async (real) => {
    const tx = overheard(real, said);
    expect(await target.applier.apply(tx, windowOf(net(big, { updates: [whole(big, ...rows)] })))).toEqual([]);
    for (const sql of said.filter((one) => /^(?:UPDATE|DELETE t)/.test(one))) {
      const { rows: plan } = await real.query(`EXPLAIN ${sql}`);
      expect(plan).toMatchObject([{ table: 's' }, { table: 't', type: 'eq_ref', key: 'PRIMARY' }]);
    }
  });
  expect(said.filter((one) => one.startsWith('UPDATE'))).toHaveLength(1);
});

test('40,000 updates by key of 200,000 rows are quick', async () => {
  const target = await bed(`
    CREATE TABLE big (id bigint PRIMARY KEY, v varchar(100), n int, KEY (n));
    INSERT INTO big SELECT seq, REPEAT('x', 100), seq FROM seq_1_to_200000`);
  const big = await changed(target, 'big');
  const rows = Array.from({ length: 40_000 }, (_, i) => row(String(5 * i + 1), 'y'.repeat(100), String(-i)));
  const start = performance.now();
  await apply(target, windowOf(net(big, { updates: [whole(big, ...rows)] })));
  const took = performance.now() - start;
  expect(took).toBeLessThan(10_000);
});
