/** Rows as they are on the wire, cut by the network wherever it likes. */
import { expect, it } from 'vitest';
import { connect } from '../../src/db/mysql/connect.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import type { RowTaker } from '../../src/db/mysql/rows.js';
import { freshMariaDb } from '../servers/index.js';

const open = async () => connect(await freshMariaDb(), { name: 'openkite:test' });

/** Keeps every row's bytes. */
class Keeper implements RowTaker {
  readonly rows: Buffer[] = [];
  private pieces: Buffer[] = [];
  large = 0;

  row(bytes: Buffer, start: number, end: number): void {
    this.rows.push(Buffer.from(bytes.subarray(start, end)));
  }

  begin(): void {
    this.large += 1;
  }

  piece(bytes: Buffer, start: number, end: number): void {
    this.pieces.push(Buffer.from(bytes.subarray(start, end)));
  }

  end(): void {
    this.rows.push(Buffer.concat(this.pieces.splice(0)));
  }

  ready(): Promise<void> | undefined {
    return undefined;
  }
}

/** The values of a row: a length, then so many bytes. */
function valuesOf(row: Buffer): (string | null)[] {
  const values: (string | null)[] = [];
  for (let at = 0; at < row.length;) {
    const first = row[at]!;
    const [head, length] =
      first === 0xfc
        ? [3, row.readUInt16LE(at + 1)]
        : first === 0xfd
          ? [4, row.readUIntLE(at + 1, 3)]
          : first === 0xfe
            ? [9, Number(row.readBigUInt64LE(at + 1))]
            : [1, first];
    values.push(first === 0xfb ? null : row.toString('latin1', at + head, at + head + length));
    at += first === 0xfb ? 1 : head + length;
  }
  return values;
}

async function unloaded(db: MyDb, sql: string): Promise<{ values: (string | null)[][]; large: number }> {
  const keeper = new Keeper();
  expect(await db.unload(sql, keeper)).toBe(keeper.rows.length);
  return { values: keeper.rows.map(valuesOf), large: keeper.large };
}

const counted = (sql: string) => `SELECT ${sql} FROM seq_1_to_30000`;

it('brings every row, wherever an input ends, and leaves the session as it was', async () => {
  const db = await open();
  const { values } = await unloaded(db, counted(`seq, REPEAT('x', seq % 700), IF(seq % 3 = 0, NULL, '')`));
  expect(values).toHaveLength(30_000);
  for (const [i, row] of values.entries()) {
    const n = i + 1;
    if (row[0] === String(n) && row[1] === 'x'.repeat(n % 700) && row[2] === (n % 3 === 0 ? null : '')) continue;
    expect(row).toEqual([String(n), 'x'.repeat(n % 700), n % 3 === 0 ? null : '']);
  }
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  expect((await unloaded(db, 'SELECT 1 WHERE 1 = 0')).values).toEqual([]);
  await db.close();
});

it('a value at every edge of a packet comes whole', { timeout: 60_000 }, async () => {
  const db = await open();
  const full = 0xffffff;
  const lengths = [250, 251, 65_535, 65_536, (1 << 20) - 4, (1 << 20) - 3, 1 << 20];
  lengths.push(...[full - 5, full - 4, full - 3, full, 2 * full - 5, 2 * full - 4, 40_000_000]);
  const rows = lengths.map((n) => `SELECT ${n}, REPEAT('y', ${n}), 'end'`).join(' UNION ALL ');
  await db.query('SET SESSION tmp_memory_table_size = 1048576');
  const { values, large } = await unloaded(db, rows);
  expect(values.map(([n, text, end]) => [Number(n), text?.length, end])).toEqual(lengths.map((n) => [n, n, 'end']));
  expect(large).toBeGreaterThan(6);
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await db.close();
});

it('an error between the rows is told, and the session lives', async () => {
  const db = await open();
  const sql = counted(`seq, IF(seq < 20000, seq, (SELECT seq FROM seq_1_to_2))`);
  await expect(db.unload(sql, new Keeper())).rejects.toMatchObject({ code: '1242' });
  await expect(db.unload('SELECT nothing', new Keeper())).rejects.toMatchObject({ kind: 'permanent', code: '1054' });
  expect((await unloaded(db, 'SELECT 7')).values).toEqual([['7']]);
  await db.close();
});

it('a taker that fails ends the statement, is the one to be told of, and spares the next', async () => {
  const db = await open();
  class Full extends Keeper {
    override row(): void {
      throw new Error('the disk is full');
    }
  }
  const started = Date.now();
  const sql = 'SELECT a.seq FROM seq_1_to_100000 a, seq_1_to_100000 b';
  await expect(db.unload(sql, new Full())).rejects.toThrow('the disk is full');
  expect(Date.now() - started).toBeLessThan(20_000);
  for (let i = 0; i < 5; i += 1) expect((await unloaded(db, 'SELECT 7')).values).toEqual([['7']]);
  await db.close();
});

it('waits for the taker', async () => {
  const db = await open();
  let asked = 0;
  class Slow extends Keeper {
    override ready(): Promise<void> | undefined {
      asked += 1;
      return asked % 2 === 0 ? undefined : new Promise((resolve) => setImmediate(resolve));
    }
  }
  const slow = new Slow();
  expect(await db.unload(counted(`seq, REPEAT('x', 300)`), slow)).toBe(30_000);
  expect(asked).toBeGreaterThan(20);
  await db.close();
});

it('a connection that is lost between the rows is told', async () => {
  const db = await open();
  const other = await open();
  class Cut extends Keeper {
    override ready(): Promise<void> | undefined {
      return this.rows.length < 1000
        ? undefined
        : other.query(`KILL ${db.session}`).then(
            () => undefined,
            () => undefined,
          );
    }
  }
  const sql = 'SELECT a.seq FROM seq_1_to_100000 a, seq_1_to_100 b';
  await expect(db.unload(sql, new Cut())).rejects.toMatchObject({ kind: 'transient' });
  await other.close();
});
