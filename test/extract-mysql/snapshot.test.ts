/** One moment for many sessions, and its exact place in the log, while others write. */
import { afterEach, expect, it } from 'vitest';
import { parsePosition } from '../../extractors/mysql/position.js';
import type { Extractor, Snapshot } from '../../src/connector/extractor.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import type { Table } from '../../src/model/schema.js';
import { freshMariaDb, sharedServer } from '../servers/index.js';
import { copied, extractor, session } from './source.js';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work().catch(() => undefined);
});

const ACCOUNTS = 200;

async function bank(): Promise<{ url: URL; db: MyDb }> {
  const url = await freshMariaDb();
  const db = await session(url);
  await db.query(`
    CREATE TABLE account (id INT PRIMARY KEY, amount BIGINT NOT NULL, filler VARCHAR(200) DEFAULT REPEAT('x', 150));
    CREATE TABLE act (n INT PRIMARY KEY AUTO_INCREMENT, a INT, b INT);
    INSERT INTO account (id, amount) SELECT seq, 100 FROM seq_1_to_${ACCOUNTS};
    ANALYZE TABLE account`);
  return { url, db };
}

/** Moves money, one transaction after another, until it is stopped. Resolves to how many there were. */
function writer(db: MyDb): () => Promise<number> {
  let going = true;
  const work = (async () => {
    let done = 0;
    for (; going; done += 1) {
      const [a, b] = [1 + ((done * 7) % ACCOUNTS), 1 + ((done * 13) % ACCOUNTS)];
      await db.transaction(async (tx) => {
        await tx.query(`UPDATE account SET amount = amount - 1 WHERE id = ${a}`);
        await tx.query(`UPDATE account SET amount = amount + 1 WHERE id = ${b}`);
        await tx.query(`INSERT INTO act (a, b) VALUES (${a}, ${b})`);
      });
    }
    return done;
  })();
  return () => {
    going = false;
    return work;
  };
}

async function joined(url: URL, snapshot: Snapshot): Promise<{ one: Extractor; view: Snapshot }> {
  const one = await extractor(url);
  cleanUp.push(() => one.close());
  return { one, view: await one.join(snapshot.ticket) };
}

const numbers = (values: (string | null)[][], at: number) => values.map((row) => Number(row[at]));

/** Transactions on `act` in the log before a position. */
async function committedBefore(db: MyDb, position: string): Promise<number> {
  const { file, offset } = parsePosition(position);
  const { rows } = await db.query<Record<string, string>>(`SHOW BINLOG EVENTS IN '${file}'`);
  const before = rows.filter((row) => Number(row['End_log_pos']) <= offset);
  return before.filter((row) => /Table_map/i.test(row['Event_type']!) && /\.act\)/.test(row['Info']!)).length;
}

async function consistent(url: URL, db: MyDb, account: URL): Promise<void> {
  const stop = writer(await session(url));
  cleanUp.push(stop);
  const other = await session(url);
  while (Number((await other.query('SELECT COUNT(*) AS n FROM act')).rows[0]?.['n']) < 20) await Promise.resolve();
  const one = await extractor(account);
  cleanUp.push(() => one.close());
  const { tables } = await one.schema();
  const [accounts, acts] = ['account', 'act'].map((name) => tables.find((table) => table.name === name)) as [
    Table,
    Table,
  ];
  const snapshot = await one.snapshot(tables, 4);
  const views = await Promise.all([1, 2, 3].map(() => joined(account, snapshot)));
  const seen = await Promise.all(views.map(({ view }) => copied(view, acts)));
  const committed = await stop();
  const counts = seen.map(({ text }) => text.rows.length);
  expect(new Set(counts).size).toBe(1);
  expect(counts[0]).toBeLessThan(committed);
  const parts = await snapshot.slices(accounts, 'text', 5000);
  expect(parts.length).toBeGreaterThan(2);
  const { text } = await copied(views[1]!.view, accounts, 5000);
  expect(numbers(text.values, 1).reduce((a, b) => a + b, 0)).toBe(100 * ACCOUNTS);
  expect(numbers(text.values, 0)).toEqual(Array.from({ length: ACCOUNTS }, (_, i) => i + 1));
  const earlier = await session(await sharedServer('mariadb'));
  expect(parsePosition(snapshot.position).server).toBe((await one.identity()).replace(/\/[^/]*$/, ''));
  expect(counts[0]).toBe(await committedBefore(earlier, snapshot.position));
  const { rows } = await db.query(`SELECT COUNT(*) AS n FROM act`);
  expect(Number(rows[0]?.['n'])).toBe(committed);
}

it('under a lock, all sessions see the moment that the position names', async () => {
  const { url, db } = await bank();
  await db.query('FLUSH BINARY LOGS');
  await consistent(url, db, url);
});

it.each([
  ['without any lock', 'SELECT'],
  ['by places in the log', 'SELECT, SHOW VIEW'],
])('%s too, where the account may not take one', async (_, privileges) => {
  const { url, db } = await bank();
  await db.query('FLUSH BINARY LOGS');
  const account = new URL(url);
  account.username = url.pathname.slice(1).slice(0, 30);
  const name = `'${account.username}'@'127.0.0.1'`;
  await db.query(
    `CREATE USER ${name} IDENTIFIED BY '${url.password}'; GRANT ${privileges} ON ${url.pathname.slice(1)}.* TO ${name}`,
  );
  cleanUp.push(() => db.query(`DROP USER ${name}`));
  await consistent(url, db, account);
});

it('what commits after it is not seen, however long it rests; DDL waits until it is closed', async () => {
  const { url, db } = await bank();
  const one = await extractor(url);
  const { tables } = await one.schema();
  const snapshot = await one.snapshot(tables, 1);
  await db.query(`DELETE FROM account WHERE id > 10; INSERT INTO act (a, b) VALUES (1, 2)`);
  await expect(db.query('SET lock_wait_timeout = 1; ALTER TABLE act ADD c INT')).rejects.toMatchObject({
    code: '1205',
  });
  const { one: reader, view } = await joined(url, snapshot);
  for (const table of tables)
    expect((await copied(view, table)).text.rows).toHaveLength(table.name === 'account' ? ACCOUNTS : 0);
  const { rows } = await db.query(`SELECT ID FROM information_schema.PROCESSLIST WHERE ID = ${reader.session}`);
  expect(rows).toHaveLength(1);
  await reader.close();
  await one.close();
  await db.query('ALTER TABLE act ADD c INT');
});

it('tables made anew between the moment and the touch are told', async () => {
  const { url, db } = await bank();
  const one = await extractor(url);
  const { tables } = await one.schema();
  // The place of the snapshot is taken by a table that is gone again: nothing but its definition tells.
  const slow = await session(url);
  await slow.query('BEGIN; SELECT * FROM act');
  const waiting = db.query('SET lock_wait_timeout = 30; TRUNCATE TABLE account');
  const [snapshot] = await Promise.all([one.snapshot(tables, 1), waiting]);
  const { view } = await joined(url, snapshot);
  if (snapshot.rewritten.length === 0)
    expect([0, ACCOUNTS]).toContain(
      (
        await copied(
          view,
          tables.find(({ name }) => name === 'account')!,
        )
      ).text.rows.length,
    );
  else expect(snapshot.rewritten.map(({ name }) => name)).toEqual(['account']);
  await one.close();
});

it('readers are lent, come back, and are not replaced when they break', async () => {
  const { url, db } = await bank();
  const one = await extractor(url);
  const { tables } = await one.schema();
  const snapshot = await one.snapshot(tables, 2);
  const [first, second] = [await joined(url, snapshot), await joined(url, snapshot)];
  const third = await extractor(url);
  cleanUp.push(() => third.close());
  const waits = third.join(snapshot.ticket);
  await first.one.close();
  const view = await waits;
  expect((await copied(view, tables[0]!)).text.rows).toHaveLength(ACCOUNTS);
  await db.query(`KILL ${third.session}`);
  await expect(copied(view, tables[0]!)).rejects.toMatchObject({ kind: 'transient' });
  await third.close();
  await snapshot.hold();
  await db.query(`KILL ${second.one.session}`);
  await second.one.close();
  await expect(snapshot.hold()).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
  await expect((await extractor(url)).join(snapshot.ticket)).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
  await one.close();
  await expect((await extractor(url)).join('no such')).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
});

it('the holder says when its session is gone', async () => {
  const { url, db } = await bank();
  const one = await extractor(url);
  const snapshot = await one.snapshot((await one.schema()).tables, 1);
  await snapshot.hold();
  await db.query(`KILL ${one.session}`);
  await expect(snapshot.hold()).rejects.toMatchObject({ kind: 'transient' });
  await one.close();
});

it('a cancelled slice leaves its session in the snapshot', async () => {
  const { url, db } = await bank();
  const one = await extractor(url);
  const { tables } = await one.schema();
  const { one: other, view } = await joined(url, await one.snapshot(tables, 1));
  const table = tables.find(({ name }) => name === 'account')!;
  const [slice] = await view.slices(table, 'text', 1 << 24);
  let cancelled: Promise<void> | undefined;
  const ready = () => (cancelled ??= other.cancel());
  await view.copy(slice!, { row: () => undefined, append: () => undefined, ready }).catch(() => undefined); // it may be through
  await cancelled;
  await db.query('DELETE FROM account');
  expect((await copied(view, table)).text.rows).toHaveLength(ACCOUNTS);
  await one.close();
});
