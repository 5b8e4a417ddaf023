import { monotonic, sleep } from '../../src/base/clock.js';
import { at, benchSql, makeBed, one, until, type Bed } from './bed.js';
import { median, quantile } from './process.js';
import { startRun, type Running } from './running.js';

const TRANSACTIONS = 100_000;

/** How fast a backlog drains, beside the server's own logical replication; how far behind a steady stream the target is. */
export async function benchFollow(rounds: number): Promise<void> {
  const bed = await makeBed(benchSql('tellers'));
  const seconds = { openkite: [] as number[], native: [] as number[] };
  try {
    for (let round = 0; round < rounds; round++) {
      seconds.native.push(await drainNative(bed));
      seconds.openkite.push(await drainOurs(bed));
      console.log(
        `  round ${round + 1}: openkite ${last(seconds.openkite)} s, logical replication ${last(seconds.native)} s`,
      );
    }
    const ratio = median(seconds.openkite) / median(seconds.native);
    console.log(
      `${TRANSACTIONS} queued transactions, ${4 * TRANSACTIONS} row changes: openkite ${median(seconds.openkite).toFixed(2)} s, ` +
        `logical replication ${median(seconds.native).toFixed(2)} s, ratio ${ratio.toFixed(2)}`,
    );
    await steadyLag(bed);
  } finally {
    await bed.stop();
  }
}

const last = (values: readonly number[]): string => (values.at(-1) ?? NaN).toFixed(2);

async function drainNative(bed: Bed): Promise<number> {
  const target = await bed.target();
  await at(target, (db) => db.query(benchSql('tellers').replace(/INSERT INTO .*\n/g, '')));
  await at(bed.source, (db) => db.query('CREATE PUBLICATION native FOR ALL TABLES'));
  const source = `host=${bed.source.hostname} port=${bed.source.port} user=${bed.source.username} password=${bed.source.password} dbname=bench`;
  await at(target, (db) => db.query(`CREATE SUBSCRIPTION native CONNECTION '${source}' PUBLICATION native`));
  const synced = `SELECT count(*) AS n FROM pg_subscription_rel WHERE srsubstate <> 'r'`;
  await until('tables are synchronised', () => at(target, async (db) => (await one(db, synced)) === '0'));
  await at(target, (db) => db.query('ALTER SUBSCRIPTION native DISABLE'));
  try {
    const mark = await makeBacklog(bed.source);
    return await drained(target, mark, () => at(target, (db) => db.query('ALTER SUBSCRIPTION native ENABLE')));
  } finally {
    await at(target, (db) => db.query('DROP SUBSCRIPTION native'));
    await at(bed.source, (db) => db.query('DROP PUBLICATION native; TRUNCATE marks'));
  }
}

async function drainOurs(bed: Bed): Promise<number> {
  return following(bed, async (_, target) => {
    await say(target, 'PAUSE');
    const mark = await makeBacklog(bed.source);
    return drained(target, mark, () => say(target, 'RUN'));
  });
}

/** Runs `body` while an `openkite run` follows the source and is in step, and ends it. */
export async function following<T>(bed: Bed, body: (run: Running, target: URL) => Promise<T>): Promise<T> {
  const target = await bed.target();
  const run = startRun(bed.source, target, { changes: true });
  try {
    const inStep = `SELECT status FROM wirekite.wirekite_status`;
    await until(
      'it is in step',
      async () => (await at(target, (db) => one(db, inStep)).catch(() => '')) === 'following',
    );
    return await body(run, target);
  } finally {
    await say(target, 'STOP').catch(() => undefined);
    await run.ended;
    await forget(bed.source);
  }
}

/** Slots and publications of ours, and what was marked. */
async function forget(source: URL): Promise<void> {
  await at(source, async (db) => {
    await db.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'openkite%'`,
    );
    const { rows } = await db.query<{ name: string }>(
      `SELECT quote_ident(pubname) AS name FROM pg_publication WHERE pubname LIKE 'openkite%'`,
    );
    for (const { name } of rows) await db.query(`DROP PUBLICATION ${name}`);
    await db.query('TRUNCATE marks');
  });
}

export const say = (target: URL, word: string): Promise<unknown> =>
  at(target, async (db) => {
    await db.query(`UPDATE wirekite.wirekite_action SET action = '${word}'`);
    if (word === 'PAUSE') await db.query(`SELECT wirekite.wait_for('PAUSE', 60)`);
  });

/** Returns the id of the row that comes last. */
async function makeBacklog(source: URL): Promise<number> {
  return at(source, async (db) => {
    await db.query('SET synchronous_commit = off');
    await db.query(`CALL transact(${TRANSACTIONS})`);
    await db.query('INSERT INTO marks (id) VALUES (1)');
    await db.query('CHECKPOINT');
    return 1;
  });
}

async function drained(target: URL, mark: number, begin: () => Promise<unknown>): Promise<number> {
  return at(target, async (db) => {
    const start = monotonic();
    await begin();
    await until(
      'the backlog is applied',
      async () => (await one(db, `SELECT count(*) FROM marks WHERE id = ${mark}`)) === '1',
    );
    return monotonic() - start;
  });
}

/** 5,000 row changes a second, for a while: how old the newest row is that the target has. */
async function steadyLag(bed: Bed): Promise<void> {
  const lags = await following(bed, async (_, target) => {
    const over = new AbortController();
    const writing = write(bed.source, over.signal);
    const seen = await watchMarks(target, 30);
    over.abort();
    console.log(`  ${Math.round(await writing)} row changes a second were written`);
    await idle(bed, target);
    return seen;
  });
  const ms = (q: number) => Math.round(quantile(lags, q) * 1000);
  console.log(
    `lag of the target, end to end, of ${lags.length} marks: p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, longest ${ms(1)} ms`,
  );
}

/** Returns row changes per second. */
async function write(source: URL, over: AbortSignal): Promise<number> {
  return at(source, async (db) => {
    const start = monotonic();
    let tens = 0;
    for (let id = 1; !over.aborted; id++) {
      await db.query(`CALL transact(12)`);
      await db.query(`INSERT INTO marks (id) VALUES (${id})`);
      tens += 1;
      await sleep((start + tens * 0.01 - monotonic()) * 1000);
    }
    return (tens * 49) / (monotonic() - start);
  });
}

async function watchMarks(target: URL, seconds: number): Promise<number[]> {
  return at(target, async (db) => {
    const lags: number[] = [];
    let seen = 0;
    for (const end = monotonic() + seconds; monotonic() < end; await sleep(5)) {
      const { rows } = await db.query<{ id: string; age: string }>(
        `SELECT id, extract(epoch FROM clock_timestamp() - made_at) AS age FROM marks WHERE id > ${seen} ORDER BY id`,
      );
      lags.push(...rows.map(({ age }) => Number(age)));
      seen = Number(rows.at(-1)?.id ?? seen);
    }
    return lags;
  });
}

/** With nothing to follow: no files, and the slot stands at the end of the log. */
async function idle(bed: Bed, target: URL): Promise<void> {
  await sleep(5_000);
  const files = `SELECT count(*) AS n FROM wirekite.wirekite_progress WHERE operation = 'C' AND target = 'C'`;
  const before = await at(target, (db) => one(db, files));
  await sleep(15_000);
  const made = Number(await at(target, (db) => one(db, files))) - Number(before);
  const kept = `SELECT pg_size_pretty(pg_current_wal_lsn() - confirmed_flush_lsn) FROM pg_replication_slots WHERE slot_name LIKE 'openkite%'`;
  console.log(`  idle for 15 s: ${made} files, ${await at(bed.source, (db) => one(db, kept))} of log not released`);
}
