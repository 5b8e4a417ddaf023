import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../src/base/fault.js';
import { freshMariaDb, MariaDb } from '../servers/index.js';
import { Bed, Recording } from './bed.js';

const beds: Bed[] = [];
const open = async (sql: string): Promise<Bed> => {
  const bed = await Bed.open(await freshMariaDb(), sql);
  beds.push(bed);
  return bed;
};
afterEach(async () => {
  for (const bed of beds.splice(0)) await bed.close();
});

const T = 'CREATE TABLE t (id INT PRIMARY KEY, a TEXT)';
const failure = (bed: Bed): Promise<Fault> =>
  bed.captured.then(
    () => Promise.reject(new Error('it ended')),
    (error: Fault) => error,
  );

test('rows by key, moves of it, and rows without one', async () => {
  const bed = await open(
    'CREATE TABLE t (id INT PRIMARY KEY, a TEXT, g INT AS (id + 1) VIRTUAL, s INT AS (id + 2) STORED); CREATE TABLE k (a INT, b TEXT)',
  );
  bed.start();
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
  const described = [...bed.sink.tables.values()].map(({ identity, columns }) => [
    identity,
    columns.map((c) => c.type),
  ]);
  expect(described).toEqual([
    ['d', ['int(11)', 'text']],
    ['f', ['int(11)', 'text']],
  ]);
});

test.each(['MINIMAL', 'NOBLOB'])('%s images leave out what did not change', async (image) => {
  const bed = await open(
    'CREATE TABLE t (id INT PRIMARY KEY, a INT DEFAULT 7, b TEXT); CREATE TABLE k (a INT, b TEXT); CREATE TABLE u (a INT, k INT NOT NULL UNIQUE)',
  );
  await bed.db.query(`SET SESSION binlog_row_image = ${image}`);
  bed.start();
  const unchanged = image === 'MINIMAL' ? '\\U' : '7';
  expect(
    await bed.lines(
      `INSERT INTO t (id) VALUES (1)`,
      `UPDATE t SET b = 'b' WHERE id = 1`,
      `UPDATE t SET id = 2 WHERE id = 1`,
      `DELETE FROM t`,
      `INSERT INTO k VALUES (1, 'x')`,
      `UPDATE k SET a = 2`,
      `DELETE FROM k`,
      `INSERT INTO u VALUES (1, 2)`,
      `UPDATE u SET a = 3`,
      `DELETE FROM u`,
    ),
  ).toEqual([
    ...['B', 'I t 1|7|\\N', 'E'],
    ...['B', `U t 1|${unchanged}|b`, 'E'],
    ...['B', `K t 1|2|${unchanged}|\\U`, 'E'],
    ...['B', 'R t 2', 'E'],
    ...['B', 'I k 1|x', 'E'],
    ...['B', 'F k 1|x|2|x', 'E'],
    ...['B', 'X k 2|x', 'E'],
    ...['B', 'I u 1|2', 'E'],
    ...['B', 'U u 3|2', 'E'],
    ...['B', 'R u 2', 'E'],
  ]);
});

test('from the end of any transaction the same comes again, over files of the log', async () => {
  const bed = await open(T);
  bed.start();
  const statements = [1, 2, 3, 4].flatMap((n) => [
    `INSERT INTO t VALUES (${n}, '${n}')`,
    `UPDATE t SET a = 'x' WHERE id = ${n}`,
  ]);
  const all = await bed.lines(...statements.slice(0, 4), 'FLUSH BINARY LOGS', ...statements.slice(4));
  const { commits, begun } = bed.sink;
  expect(commits).toHaveLength(8);
  expect(new Set(commits.map((position) => position.split(':')[0])).size).toBe(2);
  for (const [i, position] of [bed.position, ...commits].entries()) {
    expect(begun.map((begin) => bed.changes.includes(position, begin.position))).toEqual(begun.map((_, n) => n < i));
    await bed.stop();
    bed.start(position);
    await bed.arrived();
    expect(bed.sink.lines).toEqual(all.slice(3 * i));
    expect(bed.sink.commits).toEqual(commits.slice(i));
  }
});

test('TRUNCATE, however its name is written', async () => {
  const bed = await open(`${T}; CREATE TABLE \`a.b \`\`c\` (id INT)`);
  bed.start();
  const schema = bed.url.pathname.slice(1);
  expect(await bed.lines('TRUNCATE t', `/* why */ TRUNCATE TABLE \`${schema}\`.t`, 'TRUNCATE `a.b ``c`')).toEqual([
    ...['B', 'T t', 'E'],
    ...['B', 'T t', 'E'],
    ...['B', 'T a.b `c', 'E'],
  ]);
});

test('what only the statement says stops the table', async () => {
  const bed = await open(`${T}; CREATE TABLE other (id INT PRIMARY KEY)`);
  bed.start();
  const lines = await bed.lines(
    'ALTER TABLE t ADD INDEX (a(3))',
    'ALTER TABLE t RENAME TO s',
    'RENAME TABLE s TO t',
    'DROP TABLE other',
  );
  const schema = bed.url.pathname.slice(1);
  const stopped = lines
    .filter((line) => line.startsWith('M'))
    .map((line) => (JSON.parse(line.slice('M openkite.ddl '.length)) as { table: string }).table);
  expect(stopped).toEqual([`${schema}.t`, `${schema}.t`, `${schema}.other`]);
  expect(new Set(bed.sink.begun.map(({ xid }) => xid))).toEqual(new Set(['0']));
});

test('a changed column is told before its rows', async () => {
  const bed = await open(T);
  bed.start();
  expect(await bed.lines('ALTER TABLE t ADD COLUMN n INT UNSIGNED', `INSERT INTO t VALUES (1, 'a', 7)`)).toEqual([
    'B',
    'I t 1|a|7',
    'E',
  ]);
  expect([...bed.sink.tables.values()][0]!.columns.map(({ type }) => type)).toEqual([
    'int(11)',
    'text',
    'int unsigned',
  ]);
});

test('what is rolled back does not come, and savepoints do not disturb', async () => {
  const bed = await open(`${T}; CREATE TABLE m (id INT) ENGINE=MyISAM`);
  bed.start();
  const lines = await bed.lines(
    `START TRANSACTION; INSERT INTO t VALUES (1, 'a'); ROLLBACK`,
    `START TRANSACTION; INSERT INTO t VALUES (2, 'b'); SAVEPOINT s; INSERT INTO t VALUES (3, 'c'); ROLLBACK TO s; INSERT INTO t VALUES (4, 'd'); COMMIT`,
    `INSERT INTO m VALUES (1)`,
  );
  expect(lines).toEqual(['B', 'I t 2|b', 'I t 4|d', 'E', 'B', 'I m 1', 'E']);
});

test('statements instead of rows are refused, with the setting', async () => {
  const bed = await open(`${T}; CREATE TABLE other (id INT)`);
  bed.start();
  await bed.db.query(`SET SESSION binlog_format = STATEMENT, tx_isolation = 'REPEATABLE-READ'`);
  await bed.db.query(`INSERT INTO t VALUES (1, 'a')`);
  expect(await failure(bed)).toMatchObject({
    code: 'NOT_ROW_FORMAT',
    hint: expect.stringContaining('binlog_format = ROW') as string,
  });
});

test('an XA transaction with rows of ours is refused by name', async () => {
  const bed = await open(T);
  bed.start();
  await bed.db.query(`XA START 'x'; INSERT INTO t VALUES (1, 'a'); XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x'`);
  expect(await failure(bed)).toMatchObject({ code: 'XA' });
});

test('a transaction much larger than a piece, and a value longer than a packet', async () => {
  const bed = await open('CREATE TABLE t (id INT PRIMARY KEY, a LONGBLOB)');
  bed.start();
  const lines = await bed.lines(
    `INSERT INTO t SELECT seq, 'x' FROM seq_1_to_50000`,
    `INSERT INTO t VALUES (0, REPEAT(x'ab', ${40 << 20}))`,
  );
  expect(lines).toHaveLength(50_002 + 3);
  expect(lines.at(-2)!.length).toBe('I t 0|\\x'.length + (80 << 20));
  expect(lines.at(-2)!.endsWith('ab'.repeat(40 << 20))).toBe(true);
});

test('a sink without room is waited for', async () => {
  const bed = await open(T);
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  let asked = 0;
  bed.sink.room = () => (asked++ === 0 ? gate : undefined);
  bed.start();
  await bed.db.query(`INSERT INTO t SELECT seq, 'x' FROM seq_1_to_100000`);
  const before = bed.sink.lines.length;
  expect(before).toBeLessThan(100_000);
  release();
  await bed.arrived();
  expect(bed.sink.lines.length).toBe(100_002);
});

/** What a session still reads, or a recovery would need, is kept for a moment. */
async function purge({ db, changes }: Bed, file: string): Promise<void> {
  do await db.query(`PURGE BINARY LOGS TO '${file}'`);
  while (!(await changes.released())?.startsWith(file));
}

describe('a server of its own', () => {
  let server: MariaDb;
  beforeAll(async () => {
    server = await MariaDb.start({ 'log-bin-compress': 1, 'log-bin-compress-min-len': 10 });
    const admin = await Bed.open(server.url('mysql'));
    await admin.db.query('CREATE DATABASE own');
    await admin.close();
  });
  afterAll(() => server.stop());
  const own = async (sql: string): Promise<Bed> => {
    const bed = await Bed.open(server.url('own'), `DROP TABLE IF EXISTS t; ${sql}`);
    beds.push(bed);
    return bed;
  };

  test('compressed events', async () => {
    const bed = await own(T);
    bed.start();
    const lines = await bed.lines(
      `INSERT INTO t VALUES (1, REPEAT('a', 300))`,
      `UPDATE t SET a = REPEAT('b', 300)`,
      'TRUNCATE TABLE own.t /* a long statement, a long statement */',
    );
    expect(lines).toEqual([
      'B',
      `I t 1|${'a'.repeat(300)}`,
      'E',
      'B',
      `U t 1|${'b'.repeat(300)}`,
      'E',
      'B',
      'T t',
      'E',
    ]);
  });

  test('without the names of columns any DDL stops the table', async () => {
    const bed = await own(
      'SET GLOBAL binlog_row_metadata = NO_LOG; CREATE TABLE t (id INT UNSIGNED PRIMARY KEY, a VARCHAR(20) CHARACTER SET latin1)',
    );
    try {
      bed.start();
      const lines = await bed.lines(`INSERT INTO t VALUES (4000000000, '\u20ac')`, 'ALTER TABLE t ADD INDEX (a)');
      expect(lines.slice(0, 3)).toEqual(['B', `I t 4000000000|${Buffer.from('\u20ac').toString('latin1')}`, 'E']);
      expect(lines[4]).toContain('binlog_row_metadata');
    } finally {
      await bed.db.query('SET GLOBAL binlog_row_metadata = FULL');
    }
  });

  test('a server that is gone is a transient failure, and all comes again', async () => {
    const bed = await own(T);
    bed.start();
    await bed.lines(`INSERT INTO t VALUES (1, 'a')`);
    await server.halt('SIGKILL');
    expect(await failure(bed)).toMatchObject({ kind: 'transient' });
    await server.boot();
    const again = await Bed.open(server.url('own'));
    beds.push(again);
    again.tables = bed.tables;
    again.start(bed.position);
    expect(await again.lines(`INSERT INTO t VALUES (2, 'b')`)).toEqual(['B', 'I t 1|a', 'E', 'B', 'I t 2|b', 'E']);
  });

  test('a purged log, another server and a log begun anew are gaps', async () => {
    const bed = await own(T);
    const gapAt = async (position: string): Promise<string> => {
      const fault = await bed.changes.capture(position, bed.tables, new Recording(), bed.over.signal).then(
        () => undefined,
        (error: Fault) => error,
      );
      expect(fault?.code).toBe('STREAM_GAP');
      return fault!.message;
    };
    expect(await gapAt(bed.position.replace(/server=\S+/, 'server=other'))).toContain('another server');
    expect(await gapAt(bed.position.replace(/:\d+/, ':999999999'))).toContain('ends at');
    await bed.db.query(`INSERT INTO t VALUES (1, 'a')`);
    expect(await gapAt(bed.position.replace(/gtid=\S+/, 'gtid=0-1-9999'))).toContain('there stands');
    await bed.db.query('FLUSH BINARY LOGS');
    const current = await bed.changes.create();
    await purge(bed, current.split(':')[0]!);
    expect(await gapAt(bed.position)).toContain('was purged');
    expect(bed.changes.compare((await bed.changes.released())!, bed.position)).toBeGreaterThan(0);
    await bed.db.query('RESET MASTER');
    await bed.db.query(`INSERT INTO t VALUES (2, REPEAT('a', 50000))`);
    expect(await gapAt(current)).toMatch(/purged|ends at/);
  });
});
