import { benchSql, makeBed } from './bed.js';
import { startRun } from './running.js';

const HUGE = `CREATE TABLE huge (id int PRIMARY KEY, body text NOT NULL);
INSERT INTO huge SELECT i, repeat('kite', 64 * 1024 * 1024) FROM generate_series(1, 3) AS i;`;

/** Peak memory of every process, copying 700 MB, and copying rows with one value of 256 MB each. */
export async function benchMemory(): Promise<void> {
  await peaksOf('700 MB in 4.3 M rows', benchSql('shop'));
  await peaksOf('three values of 256 MB', HUGE);
}

async function peaksOf(what: string, sql: string): Promise<void> {
  const bed = await makeBed(sql);
  try {
    const run = startRun(bed.source, await bed.target());
    const code = await run.ended;
    console.log(`${what} (exit ${code}):`);
    for (const [role, megabytes] of run.peaks()) console.log(`  ${megabytes.toFixed(0).padStart(4)} MB  ${role}`);
  } finally {
    await bed.stop();
  }
}
