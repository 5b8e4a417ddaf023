/** The three courses of a migration that the status page of the model shows, on real servers: smooth, healed, escalated. */
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../crash/run.js';
import { Migration } from '../crash/migration.js';
import { withSession } from '../crash/contents.js';
import { freshDatabase } from '../servers/index.js';
import { openkite } from './openkite.js';

const SHOP = `
  CREATE TABLE country (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE customers (id int PRIMARY KEY, country int NOT NULL REFERENCES country, name text);
  CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers, note text);
  CREATE TABLE items (id int PRIMARY KEY, orders int NOT NULL REFERENCES orders, v text);
  CREATE TABLE events_2019 (id int PRIMARY KEY, v text);
  INSERT INTO country SELECT i, 'country ' || i FROM generate_series(1, 20) AS i;
  INSERT INTO customers SELECT i, i % 20 + 1, 'customer ' || i FROM generate_series(1, 200) AS i;
  INSERT INTO orders SELECT i, i % 200 + 1, repeat('o', 900) FROM generate_series(1, 3000) AS i;
  INSERT INTO items SELECT i, i % 3000 + 1, 'item ' || i FROM generate_series(1, 4000) AS i;
  INSERT INTO events_2019 SELECT i, 'event ' || i FROM generate_series(1, 100) AS i`;

const PHASES = ['reference', 'master', 'transaction', 'detail', 'archive'];
const TABLES = ['country', 'customers', 'orders', 'items', 'events_2019'];

/** As waves, a table in each phase. */
async function shop(errors: Record<string, unknown> = {}, settings: Record<string, number> = {}): Promise<Migration> {
  const source = await freshDatabase(18);
  await withSession(source, (db) => db.query(SHOP));
  return Migration.create({
    source,
    settings: { slice_bytes: 1 << 20, poll_seconds: 1, lock_timeout_seconds: 1, ...settings },
    more: {
      execution: { model: 'wave', errors },
      phases: PHASES.map((name, i) => ({ name, tables: [`public.${TABLES[i]}`] })),
    },
  });
}

const shown = async (migration: Migration): Promise<string> => (await openkite(['status', '-c', migration.config])).out;

const barsOf = (said: string): string[] =>
  [...said.matchAll(/^Phase (\d) \((\w+)\): \[(#*)\.*\] +(\d+) % \(.*\)$/gm)].map(
    ([, n, name, , percent]) => `${n} ${name} ${percent}`,
  );

const ALL_IN = PHASES.map((name, i) => `${i + 1} ${name} 100`);

test('smooth: every phase comes to 100 %, and nothing is told to anybody', async () => {
  const migration = await shop();
  const run = migration.run();
  expect(await run.code(), run.said).toBe(0);
  expect(barsOf(run.said)).toEqual(ALL_IN);
  expect(run.said).toMatch(
    /^Total: .+, 0 errors recovered, 0 escalated\nUtilisation: \d+ % of 4 readers and loaders\neverything is in$/m,
  );
  expect(barsOf(await shown(migration))).toEqual(ALL_IN);
  const status = JSON.parse((await openkite(['status', '--json', '-c', migration.config])).out) as Record<
    string,
    unknown
  >;
  expect(status).toMatchObject({
    phase: { current: 5, total: 5, name: 'archive' },
    progress: { percent: 100, records_processed: 7320, records_total: 7320 },
    errors: { total: 0, recovered: 0, escalated: 0 },
  });
  await migration.expectWhole();
});

test('an error spike heals: what fails is tried again, the run says how often, and all is in', async () => {
  const migration = await shop({}, { throttle_bytes: 1_500_000 }); // two seconds for the orders
  await migration.run(undefined, ['init']).code();
  const run = migration.run();
  await migration.row(
    `SELECT 1 AS begun FROM wirekite_progress WHERE operation = 'D' AND table_name = 'public.orders'`,
    60,
  );
  const failures = `SELECT count(*)::int AS n FROM load_run_log WHERE kind = 'attempt' AND status = 'error'`;
  // Somebody locks the table for longer than a statement waits.
  await withSession(migration.target, (db) =>
    db.transaction(async (tx) => {
      await tx.query('LOCK TABLE public.orders IN ACCESS EXCLUSIVE MODE');
      await until('attempts fail', async () => Number((await migration.ask(failures))[0]?.['n']) >= 2, 60);
      expect(barsOf(await shown(migration))[1]).toBe('2 master 100');
    }),
  );
  expect(await run.code(), run.said).toBe(0);
  const [, recovered] = /^Total: .+, (\d+) errors recovered, 0 escalated$/m.exec(run.said) ?? [];
  expect(Number(recovered)).toBeGreaterThanOrEqual(2);
  expect(barsOf(run.said)).toEqual(ALL_IN);
  const { rate, failed } = await migration.row<{ rate: string; failed: number }>(
    `SELECT recovery_rate::text AS rate, failed_tasks::int AS failed FROM wirekite_status`,
  );
  expect([Number(rate), failed]).toEqual([1, 0]);
  await migration.expectWhole();
});

test('an escalation pauses everything and says what to review; once it is mended, RUN ends it', async () => {
  const migration = await shop({ pause_on_escalation: true });
  await migration.run(undefined, ['init']).code();
  const run = migration.run();
  onTestFinished(() => run.end());
  // Customers are missing on the target when the orders come.
  await migration.row(`SELECT 1 AS done FROM wirekite_phase WHERE name = 'master' AND ended_at IS NOT NULL`, 60);
  await withSession(migration.target, (db) =>
    db.query(
      'ALTER TABLE public.orders DROP CONSTRAINT IF EXISTS orders_customer_fkey; DELETE FROM public.customers WHERE id <= 10',
    ),
  );
  await migration.row(`SELECT 1 AS paused FROM wirekite_command WHERE action = 'PAUSE' AND author = 'openkite'`, 90);
  const words = await shown(migration);
  expect(words).toMatch(/^ESCALATED .*orders.*To be reviewed: wirekite_error, wirekite_task, load_run_log/m);
  const { reason } = await migration.row<{ reason: string }>(
    `SELECT reason FROM wirekite_command WHERE action = 'PAUSE' AND author = 'openkite'`,
  );
  expect(reason).toMatch(/^paused pending resolution: .*orders/);
  expect(run.lives).toBe(true);

  await withSession(migration.target, (db) =>
    db.query(`INSERT INTO public.customers SELECT i, i % 20 + 1, 'customer ' || i FROM generate_series(1, 10) AS i`),
  );
  await migration.ask(`INSERT INTO wirekite_command (action) VALUES ('RETRY'), ('RUN')`);
  expect(await run.code(), run.said).toBe(0);
  expect(run.said).toMatch(/^Total: .*, 1 escalated$/m);
  await migration.expectWhole();
});
