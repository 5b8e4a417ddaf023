/** A session of the other family, on a real server. */
import { expect, it } from 'vitest';
import { connect } from '../../src/db/mysql/connect.js';
import { freshMariaDb } from '../servers/index.js';

const open = async () => connect(await freshMariaDb(), { name: 'openkite:test' });

async function* pieces(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

it('gives the rows of the last statement that has any, the count of the last that has none', async () => {
  const db = await open();
  await db.query(
    'CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, n INT, d DECIMAL(20,5), j DATETIME(6)) ENGINE=InnoDB',
  );
  const insert = `INSERT INTO t VALUES (18446744073709551615, :n, 1.5, '2024-01-01 00:00:00.000001'), (1, NULL, 2, NULL)`;
  const { rows, count } = await db.query(`SELECT 1; ${insert}; SELECT * FROM t ORDER BY id DESC LIMIT 1`, { n: -5 });
  expect(count).toBe(2);
  expect(rows).toEqual([{ id: '18446744073709551615', n: -5, d: '1.50000', j: '2024-01-01 00:00:00.000001' }]);
  expect((await db.query('UPDATE t SET n = -5 WHERE id > 0')).count).toBe(2); // matched, also where unchanged
  expect((await db.query('SELECT * FROM t')).count).toBe(2);
  await db.close();
});

it('binds whatever a string holds', async () => {
  const db = await open();
  for (const text of [`'`, '\\', `a\\'b`, '\0', '😀', ':x', '`', `"`, '\n\r\x1a', '-- no', `\\`.repeat(3)]) {
    const sql = `SELECT :t AS t, ':t' AS quoted, /* :t */ 1 AS \`:t\`, @v := 3 AS v -- :t`;
    const { rows } = await db.query(sql, { t: text });
    expect(rows).toMatchObject([{ t: text, quoted: ':t', ':t': 1 }]);
  }
  await db.close();
});

it('several statements with parameters are one transaction', async () => {
  const db = await open();
  await db.query('CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB');
  await expect(db.query('INSERT INTO t VALUES (:a); INSERT INTO t VALUES (:a)', { a: 1 })).rejects.toMatchObject({
    kind: 'data',
    code: '1062',
  });
  expect((await db.query('SELECT * FROM t')).rows).toEqual([]);
  await db.close();
});

it('any warning of LOAD DATA is a failure, and nothing of it stays', async () => {
  const db = await open();
  await db.query('CREATE TABLE t (id INT PRIMARY KEY, c VARCHAR(3)) ENGINE=InnoDB');
  const sql = `LOAD DATA LOCAL INFILE 'x' INTO TABLE t CHARACTER SET binary`;
  const load = (...rows: string[]) => db.transaction((tx) => tx.load(sql, pieces(...rows)));
  expect(await load('1\ta\n2', '\t\\N\n')).toBe(2);
  await expect(load('3\tabc\n4\tabcd\n')).rejects.toMatchObject({ kind: 'data', place: { column: 'c', row: 2 } });
  await expect(load('1\tagain\n')).rejects.toMatchObject({ kind: 'data' });
  await expect(load('\\N\tx\n')).rejects.toMatchObject({ kind: 'data' });
  async function* torn(): AsyncGenerator<Buffer> {
    yield* pieces('9\tz\n');
    throw new Error('the file ends');
  }
  await expect(db.transaction((tx) => tx.load(sql, torn()))).rejects.toThrow('the file ends');
  expect((await db.query('SELECT * FROM t')).rows).toEqual([
    { id: 1, c: 'a' },
    { id: 2, c: null },
  ]);
  await db.close();
});

it('cancels a statement, and names what went wrong', async () => {
  const db = await open();
  const slow = db.query('SELECT SLEEP(30) FROM information_schema.tables');
  await db.cancel();
  await expect(slow).rejects.toMatchObject({ kind: 'transient', code: '1317' });
  await expect(db.query('SELECT nothing')).rejects.toMatchObject({ kind: 'permanent', code: '1054' });
  await db.close();
  await expect(db.query('SELECT 1')).rejects.toMatchObject({ kind: 'transient' });
  const wrong = await freshMariaDb();
  wrong.password = 'wrong';
  await expect(connect(wrong, { name: 'x' })).rejects.toMatchObject({ kind: 'operator', code: '1045' });
});
