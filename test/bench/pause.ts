import { monotonic, sleep } from '../../src/base/clock.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { at, benchSql, makeBed } from './bed.js';
import { quantile } from './process.js';
import { startRun } from './running.js';

const TRIALS = 100;
/** A task that only the bench can make ready, so that the run stays up with nothing to do. */
const IDLE = `INSERT INTO wirekite_task (task_id, kind, state) VALUES ('bench waits', 'event', 'WAITING');
INSERT INTO wirekite_task_dependency VALUES ('bench waits', 'bench waits')`;

/** From the UPDATE's own commit until every living worker's row says PAUSED; while it works, and while it idles. */
export async function benchPause(): Promise<void> {
  const bed = await makeBed(benchSql('shop'));
  try {
    const target = await bed.target();
    const run = startRun(bed.source, target);
    await at(
      target,
      async (db) => {
        await until(db, `SELECT to_regclass('wirekite_progress') IS NOT NULL AS met`);
        await until(db, `SELECT count(*) > 0 AS met FROM wirekite_progress WHERE operation = 'D'`);
        await db.query(IDLE);
        report('busy', await trials(db, 12, 250));
        await until(
          db,
          `SELECT count(*) = 0 AS met FROM wirekite_task WHERE state IN ('READY', 'RUNNING') OR state = 'WAITING' AND kind <> 'event'`,
        );
        report('idle', await trials(db, TRIALS, 20));
        await db.query(`UPDATE wirekite_action SET action = 'STOP'`);
      },
      'wirekite',
    );
    await run.ended;
  } finally {
    await bed.stop();
  }
}

async function trials(db: PgDb, count: number, between: number): Promise<number[]> {
  const seconds: number[] = [];
  for (let trial = 0; trial < count; trial++) {
    await db.query(`UPDATE wirekite_action SET action = 'PAUSE'`);
    const start = monotonic();
    const late = await until(db, all('PAUSED'));
    seconds.push(monotonic() - start);
    if (monotonic() - start > 0.5) console.log(`  ${(monotonic() - start).toFixed(2)} s: waited for ${late}`);
    await db.query(`UPDATE wirekite_action SET action = 'RUN'`);
    await until(db, all('RUNNING'));
    await sleep(between);
  }
  return seconds;
}

const all = (state: string): string =>
  `SELECT count(*) > 0 AND bool_and(state = '${state}') AS met, max(why) FILTER (WHERE state <> '${state}') AS late
   FROM wirekite_worker WHERE lease_until > clock_timestamp()`;

/** Until `met` is true. Returns the last reason why it was not. */
async function until(db: PgDb, sql: string): Promise<string> {
  let late = '';
  for (const start = monotonic(); monotonic() - start < 120; await sleep(1)) {
    const row = (await db.query<{ met: boolean; late?: string | null }>(sql)).rows[0];
    if (row?.met) return late;
    late = row?.late ?? late;
  }
  throw new Error(`not within 120 s: ${sql}`);
}

function report(when: string, seconds: readonly number[]): void {
  const ms = (q: number) => `${(quantile(seconds, q) * 1000).toFixed(0)} ms`;
  console.log(
    `${when}: PAUSE in effect after p50 ${ms(0.5)}, p99 ${ms(0.99)}, longest ${ms(1)} (${seconds.length} times)`,
  );
}
