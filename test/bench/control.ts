import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../extractors/postgres/server.js';
import { monotonic, sleep } from '../../src/base/clock.js';
import { openLog } from '../../src/base/log.js';
import type { Stop } from '../../src/base/stop.js';
import { connectors } from '../../src/cli/connectors.js';
import { readConfig } from '../../src/daemon/config.js';
import { openContext } from '../../src/daemon/context.js';
import { underControl } from '../../src/daemon/under-control.js';
import type { Db } from '../../src/db/db.js';
import { connect as connectMySql } from '../../src/db/mysql/connect.js';
import { connect as connectPostgres } from '../../src/db/postgres/connect.js';
import { MariaDb } from '../servers/mariadb.js';
import { isPostgres } from '../servers/session.js';
import { benchSql, makeBed, until, type Bed } from './bed.js';
import { median, quantile } from './process.js';
import { runOpenkite, startRun } from './running.js';
import { timeViews } from './views.js';

const TRIALS = 100;
/** Processes that do nothing but be under control, beside a run: what one of them costs is too little to be measured. */
const EXTRA = 30;
/** Of each of those, as a loader has. */
const UNITS = 4;
/** A run that follows nothing: coordinator, keeper, extractor, loader. */
const PROCESSES = 4;

/** How soon a word is in effect, what it costs to be under control, and how long a DBA waits for each view. */
export async function benchControl(rounds: number): Promise<void> {
  const bed = await makeBed(benchSql('shop'));
  const mariaDb = await MariaDb.start({ 'innodb-buffer-pool-size': '1G' });
  try {
    await latency('told by LISTEN, PostgreSQL', bed.source, await bed.target());
    await latency('polled every second, PostgreSQL', bed.source, await bed.target(), 'deaf');
    await query(mariaDb.url(), (db) => db.query('CREATE DATABASE bench CHARACTER SET utf8mb4'));
    await latency('polled four times a second, MariaDB', bed.source, mariaDb.url('bench'));
    await cost(bed, rounds);
    await views(mariaDb);
  } finally {
    await Promise.all([bed.stop(), mariaDb.stop()]);
  }
}

const query = async <T>(url: URL, work: (db: Db) => Promise<T>, control?: string): Promise<T> => {
  const name = { name: 'bench' };
  const db = isPostgres(url)
    ? await connectPostgres(url, { ...name, searchPath: control === undefined ? 'public' : `${control}, public` })
    : await connectMySql(url, { ...name, ...(control === undefined ? {} : { database: control }) });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
};

const CONTROL = 'wirekite';

const met = (url: URL, sql: string): Promise<void> =>
  until(sql, () => query(url, async (db) => (await db.query(sql)).rows.length > 0, CONTROL).catch(() => false));

/** A task that only the bench can make ready, so that the run stays up with nothing to do. */
const IDLE = `INSERT INTO wirekite_task (task_id, kind, state, statement) VALUES ('bench waits', 'event', 'WAITING', '');
  INSERT INTO wirekite_task_dependency VALUES ('bench waits', 'bench waits')`;

/** From the UPDATE's own commit until every living worker's row says so. */
async function latency(what: string, source: URL, target: URL, deaf?: 'deaf'): Promise<void> {
  const run = startRun(source, target);
  await met(target, `SELECT 1 FROM wirekite_progress WHERE operation = 'D'`);
  await query(target, (db) => db.query(IDLE), CONTROL);
  const open = `SELECT 1 FROM wirekite_task WHERE state IN ('READY', 'RUNNING') OR state = 'WAITING' AND kind <> 'event'`;
  await met(target, `SELECT 1 FROM wirekite_status WHERE NOT EXISTS (${open})`);
  if (deaf) await query(target, (db) => db.query(DEAF), CONTROL);
  const seconds = await query(target, (db) => trials(db), CONTROL);
  const ms = (q: number): string => `${(quantile(seconds, q) * 1000).toFixed(0)} ms`;
  console.log(`${what}: a word is in effect after p50 ${ms(0.5)}, p99 ${ms(0.99)} (${seconds.length} words)`);
  await query(target, (db) => db.query(`UPDATE wirekite_action SET action = 'STOP'`), CONTROL);
  await run.ended;
}

const DEAF = `DROP TRIGGER wirekite_action_after ON wirekite_action;
  UPDATE wirekite_setting SET value = '1' WHERE name = 'poll_seconds'`;

async function trials(db: Db): Promise<number[]> {
  const seconds: number[] = [];
  for (let trial = 0; trial < TRIALS; trial += 1)
    for (const [word, state] of [
      ['PAUSE', 'PAUSED'],
      ['RUN', 'RUNNING'],
    ] as const) {
      await db.query(`UPDATE wirekite_action SET action = '${word}'`);
      const start = monotonic();
      const late = `SELECT 1 FROM wirekite_worker WHERE state <> '${state}' AND state NOT IN ('STOPPED', 'DEAD')`;
      while ((await db.query(late)).rows.length > 0) await sleep(1);
      seconds.push(monotonic() - start);
      await sleep(Math.random() * 500);
    }
  return seconds;
}

/** Seconds of a run alone and beside thirty processes more that are under control: what one costs is a part of the difference. */
async function cost(bed: Bed, rounds: number): Promise<void> {
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await timedRun(bed, 0));
    beside.push(await timedRun(bed, EXTRA));
  }
  const ratio = median(beside.map((seconds, i) => seconds / (alone[i] ?? NaN)));
  const percent = ((ratio - 1) / EXTRA) * PROCESSES * 100;
  console.log(
    `cost: ${median(alone).toFixed(2)} s alone, ${median(beside).toFixed(2)} s beside ${EXTRA} more processes under control; ` +
      `its own ${PROCESSES} cost a run ${percent.toFixed(2)} % of its throughput`,
  );
}

async function timedRun(bed: Bed, extra: number): Promise<number> {
  const target = await bed.target();
  const others = new AbortController();
  setMaxListeners(0, others.signal);
  const folder = mkdtempSync(join(tmpdir(), 'openkite-bench-'));
  const file = join(folder, 'openkite.yaml');
  writeFileSync(
    file,
    `migration: bench\nsource: ${bed.source.href}\ntarget: ${target.href}\nchunks: { store: ./chunks }\n`,
  );
  await runOpenkite(file, ['init']);
  const ended = crowd(file, extra, others);
  // Their beginning is over before the run's: what is measured is being under control.
  await met(target, `SELECT 1 FROM (SELECT count(*) AS n FROM wirekite_worker) w WHERE n >= ${UNITS * extra}`);
  const start = monotonic();
  const run = startRun(bed.source, target);
  await run.ended;
  const seconds = monotonic() - start;
  others.abort();
  await ended;
  rmSync(folder, { recursive: true });
  return seconds;
}

/** They beat, read the word, the commands and the settings, and do nothing. */
async function crowd(file: string, count: number, over: AbortController): Promise<void> {
  const never = new AbortController().signal;
  const stop: Stop = { draining: over.signal, aborting: never, drain: () => over.abort(), abort: () => over.abort() };
  const known = await connectors();
  const one = async (): Promise<void> => {
    const context = await openContext(readConfig(file), 'bench', known, openLog('bench'));
    await underControl(context, stop, {
      role: 'bench',
      run: async (live) => {
        await live.enlist(UNITS);
        await new Promise((resolve) => over.signal.addEventListener('abort', resolve));
      },
    }).catch(() => undefined); // the target's tables are gone when a run has ended
    await context.control.drop();
  };
  await Promise.all(Array.from({ length: count }, one));
}

async function views(mariaDb: MariaDb): Promise<void> {
  const server = await startServer({ major: 18, settings: { shared_buffers: '512MB', max_wal_size: '4GB' } });
  try {
    const db = await connectPostgres(server.url(), { name: 'bench', searchPath: 'wirekite, pg_temp' });
    await timeViews(db, 'wirekite').finally(() => db.close());
  } finally {
    await server.stop('immediate');
  }
  await query(mariaDb.url(), (db) => db.query('CREATE DATABASE views CHARACTER SET utf8mb4'));
  const db = await connectMySql(mariaDb.url('views'), { name: 'bench', home: 'views' });
  await timeViews(db, 'views').finally(() => db.close());
}
