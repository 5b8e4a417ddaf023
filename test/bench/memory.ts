import { at, benchSql, makeBed, one, until } from './bed.js';
import { following } from './follow.js';
import { startRun } from './running.js';

const HUGE = `CREATE TABLE huge (id int PRIMARY KEY, body text NOT NULL);
INSERT INTO huge SELECT i, repeat('kite', 64 * 1024 * 1024) FROM generate_series(1, 3) AS i;`;

/** Peak memory of every process, copying 700 MB, and copying rows with one value of 256 MB each. */
export async function benchMemory(): Promise<void> {
  await peaksOf('700 MB in 4.3 M rows', benchSql('shop'));
  await peaksOf('three values of 256 MB', HUGE);
  await followedPeaksOf('a transaction of 2 M rows', 'UPDATE many SET v = v + 1');
  await followedPeaksOf(
    'three values of 256 MB',
    "INSERT INTO huge SELECT i, repeat('kite', 64 * 1024 * 1024) FROM generate_series(1, 3) AS i",
  );
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

const FOLLOWED = `CREATE TABLE many (id int PRIMARY KEY, v int NOT NULL, note text);
INSERT INTO many SELECT i, 0, 'a note of some length, number ' || i FROM generate_series(1, 2000000) AS i;
CREATE TABLE huge (id int PRIMARY KEY, body text NOT NULL);
CREATE TABLE marks (id int PRIMARY KEY);`;

/** Following one transaction, from its commit until it is applied. */
async function followedPeaksOf(what: string, sql: string): Promise<void> {
  const bed = await makeBed(FOLLOWED);
  try {
    const peaks = await following(bed, async (run, target) => {
      await at(bed.source, (db) => db.query(`${sql}; INSERT INTO marks VALUES (1)`));
      await until('it is applied', () =>
        at(target, async (db) => (await one(db, 'SELECT count(*) FROM marks')) === '1'),
      );
      return run.peaks();
    });
    console.log(`followed: ${what}:`);
    for (const [role, megabytes] of peaks) console.log(`  ${megabytes.toFixed(0).padStart(4)} MB  ${role}`);
  } finally {
    await bed.stop();
  }
}
