/** What a person says inside a long transaction, and tables that are read again while the others go on. */
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { connectors } from '../../src/cli/connectors.js';
import { openLog } from '../../src/base/log.js';
import { readConfig } from '../../src/daemon/config.js';
import { openContext } from '../../src/daemon/context.js';
import { informed } from '../../src/daemon/known.js';
import { reloadTable } from '../../src/daemon/reload.js';
import { change, following, inStep, leave, small } from './following.js';
import type { Migration } from './migration.js';

const BIG = 250_000;
const TABLES = `CREATE TABLE big (id int PRIMARY KEY, v text); CREATE TABLE other (id int PRIMARY KEY)`;
const TRANSACTION = `INSERT INTO big SELECT i, repeat('v', 20) FROM generate_series(1, ${BIG}) AS i; INSERT INTO other VALUES (1)`;
const APPLYING = `SELECT 1 AS yes FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'openkite:follow:changes' AND clock_timestamp() - xact_start > interval '0.3 s'`;

it(
  'PAUSE and STOP inside a transaction of 250,000 rows take it back, and RUN applies it',
  { timeout: 360_000 },
  async () => {
    const { migration, run } = await small(TABLES, { settings: { poll_seconds: 1, window_keys: 10_000 } });
    await change(migration.source, `BEGIN; ${TRANSACTION}; COMMIT`);
    await migration.row(APPLYING);
    const start = Date.now();
    await migration.say('PAUSE');
    expect(await migration.ask(`SELECT wait_for('PAUSE', 20) AS obeyed`)).toEqual([{ obeyed: true }]);
    expect(Date.now() - start).toBeLessThan(4000);
    expect(await migration.ask('SELECT count(*)::int AS n FROM big')).toEqual([{ n: 0 }]);
    expect(run.said).toMatch(/in effect, discarding \d+ rows of (a )?transaction/);
    await migration.say('RUN');
    await migration.row(APPLYING);
    await migration.say('STOP');
    expect(await run.code(20)).toBe(4);
    expect(await migration.ask('SELECT count(*)::int AS n FROM big')).toEqual([{ n: 0 }]);
    await migration.say('RUN');
    await migration.follow().code();
    await migration.expectInStep();
  },
);

it('a killed keeper and two reloads while the writer goes on: foreign keys too', { timeout: 360_000 }, async () => {
  const { migration, writer } = await following(
    { settings: { poll_seconds: 1 } },
    { sessions: 2, largest: 300, rest: 400 },
  );
  const run = migration.follow('stopped', 'X9:5');
  await inStep(migration);
  expect(migration.reached).toBe(true);
  for (const table of ['public.parent', 'public.twins']) {
    await reload(migration, table);
    await migration.row(
      `SELECT 1 AS yes FROM wirekite_table WHERE table_name = '${table}' AND generation > 1 AND applied_seq IS NULL`,
      150,
    );
  }
  await inStep(migration);
  await writer.stop();
  await leave(run);
  await migration.follow().code();
  await migration.expectInStep();
  const foreign = `SELECT count(*)::int AS n FROM pg_constraint WHERE contype = 'f' AND convalidated AND connamespace = 'public'::regnamespace`;
  expect(await migration.ask(foreign)).toEqual([{ n: 4 }]);
});

async function reload(migration: Migration, name: string): Promise<void> {
  const open = openContext(readConfig(migration.config), 'reload', await connectors(), openLog('reload'));
  const context = await informed(await open);
  while ((await reloadTable(context, context.table(name), 'test')).length > 0) await setTimeout(100);
  await context.control.drop();
}
