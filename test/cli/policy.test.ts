/** What a run does about failures, and what it writes down of itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { freshDatabase } from '../servers/index.js';
import { Migration } from '../crash/migration.js';
import { configured, fill, folder, openkite, within } from './openkite.js';

let source: URL;
beforeAll(async () => {
  source = await freshDatabase();
  await fill(source); // customer, and orders which refers to it
});

/** A migration whose primary key of `customer` cannot be made: its index's name is taken. */
async function broken(more = ''): Promise<{ file: string; target: URL }> {
  const target = await freshDatabase();
  await within(target, (db) => db.query('CREATE TABLE public.customer_pkey (a int)'));
  return { file: configured(source, target, more), target };
}

const ask = (target: URL, sql: string): Promise<Record<string, unknown>[]> =>
  within(target, async (db: PgDb) => (await db.query(`SET search_path = wirekite, public; ${sql}`)).rows);

const STATES = `SELECT task_id, state, blocked_by FROM wirekite_task WHERE state NOT IN ('DONE', 'SKIPPED') ORDER BY task_id`;
const LOG = `SELECT kind, status, dataset, attempt_no, blocked_by, status_reason, error FROM load_run_log ORDER BY log_id`;

test('others go on: what needs the failed task is blocked, and each attempt is a row', async () => {
  const { file, target } = await broken();
  const run = await openkite(['run', '--execute', '-c', file]);
  expect(run.code).toBe(1);
  expect(run.out).toMatch(/FAILED .*customer[\s\S]*already exists/);
  const open = await ask(target, STATES);
  expect(open.filter(({ state }) => state === 'FAILED')).toHaveLength(1);
  expect(new Set(open.map(({ state }) => state))).toEqual(new Set(['FAILED', 'BLOCKED']));
  const log = await ask(target, LOG);
  const failed = log.filter(({ kind, status }) => kind === 'attempt' && status === 'error');
  expect(failed).toMatchObject([{ attempt_no: 1, error: expect.stringContaining('already exists') }]);
  const blocked = log.filter(({ kind }) => kind === 'blocked');
  expect(blocked.map(({ dataset }) => dataset).sort()).toEqual(
    open.flatMap(({ task_id: id, state }) => (state === 'BLOCKED' ? [id] : [])),
  );
  expect(blocked.every(({ status, blocked_by: by }) => status === 'skipped' && by === failed[0]?.['dataset'])).toBe(
    true,
  );
  expect(log.filter(({ kind }) => kind === 'attempt').map(({ dataset }) => dataset)).toEqual(
    expect.arrayContaining(['public.customer', 'public.orders']),
  );
});

test('with --no-continue-on-error the others are aborted, and the next run takes all of them up', async () => {
  const { file, target } = await broken();
  const snapshot = join(folder(), 'snapshot.json');
  const words = ['--no-continue-on-error', '--write-execution-snapshot', snapshot];
  expect((await openkite(['run', '--execute', ...words, '-c', file])).code).toBe(1);
  const states = await ask(target, `SELECT state, count(*)::int AS n FROM wirekite_task GROUP BY 1`);
  expect(states.map(({ state }) => state)).toEqual(expect.arrayContaining(['FAILED', 'BLOCKED']));
  const skipped = (await ask(target, LOG)).filter(({ status }) => status === 'skipped');
  expect(new Set(skipped.map(({ dataset }) => dataset)).size).toBe(skipped.length); // never both
  for (const { kind, blocked_by: by, status_reason: reason } of skipped)
    expect([kind, by === null, reason]).toEqual(
      kind === 'blocked' ? ['blocked', false, null] : ['aborted', true, 'fail_fast_abort'],
    );

  const document = JSON.parse(readFileSync(snapshot, 'utf8')) as Record<string, unknown>;
  expect(document).toMatchObject({
    ...{ execution_model: 'frontier', exit_code: 1, policy: { continue_on_error: false, max_retries: 3 } },
    counts: { FAILED: 1 },
    reasons: expect.arrayContaining([{ reason: expect.stringContaining('already exists'), tasks: 1 }]),
  });
  const kept = await ask(
    target,
    `SELECT batch_run_id, document FROM load_run_snapshot ORDER BY created_at DESC LIMIT 1`,
  );
  expect(JSON.parse(String(kept[0]?.['document']))).toEqual(document);

  await within(target, (db) => db.query('DROP TABLE public.customer_pkey'));
  expect((await openkite(['run', '--execute', '--continue-on-error', '-c', file])).code).toBe(0);
  const [last] = await ask(
    target,
    `SELECT document::json ->> 'resumes' AS resumes FROM load_run_snapshot ORDER BY created_at DESC LIMIT 1`,
  );
  expect(last?.['resumes']).toBe(document['batch_run_id']);
});

test('a table that is critical ends the run, and the way back is taken', async () => {
  const { file, target } = await broken('tables: { weights: { public.customer: { critical: true } } }\n');
  const run = await openkite(['run', '--execute', '-c', file]);
  expect(run.code).toBe(1);
  expect(run.out).toMatch(/without public.customer the migration has failed/);
  expect(run.out).toMatch(/gone back to checkpoint|not gone back to a checkpoint/);
  expect(await ask(target, `SELECT 1 FROM load_run_log WHERE status_reason LIKE '%gone back to%'`)).toHaveLength(1);
});

test('a run that can no longer write its log and its snapshot moves everything all the same', async () => {
  const migration = await Migration.create({ source, settings: { throttle_rows: 100 } });
  const run = migration.run();
  await migration.row(`SELECT 1 AS begun FROM load_run_log WHERE kind = 'attempt'`);
  await migration.ask('DROP TABLE load_run_log, load_run_snapshot');
  expect(await run.code()).toBe(0);
  expect(run.said).toMatch(/load_run_log is not written, and the run goes on/);
  expect(run.said).toMatch(/load_run_snapshot is not written, and the run goes on/);
  await migration.expectWhole();
});

/** Cannot be indexed where it is not at home, and says so in a way that nobody knows. */
const ODD = `CREATE FUNCTION odd(v text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
  BEGIN IF current_database() <> 'HOME' THEN RAISE SQLSTATE 'ZZ001' USING MESSAGE = 'not at home'; END IF; RETURN v; END $$;
  CREATE INDEX odd_name ON customer (odd(name))`;

test('what nobody knows is HELD: all others go on, the run waits for a person, and RETRY ends it', async () => {
  const home = await freshDatabase();
  await fill(home);
  await within(home, (db) => db.query(`SET search_path = public; ${ODD.replace('HOME', home.pathname.slice(1))}`));
  const migration = await Migration.create({ source: home, settings: { poll_seconds: 1 } });
  const run = migration.run();
  const held = await migration.row(`SELECT task_id, status_reason FROM wirekite_task WHERE state = 'HELD'`, 60);
  expect(held).toEqual({
    task_id: expect.stringContaining('odd_name'),
    status_reason: expect.stringContaining('ZZ001'),
  });
  await migration.row(
    `SELECT 1 AS others FROM wirekite_table WHERE table_name = 'public.orders' AND state IN ('LOADED', 'DONE')`,
  );
  expect(run.lives).toBe(true);
  await migration.ask(`CREATE OR REPLACE FUNCTION public.odd(v text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT v';
    INSERT INTO wirekite_command (action, scope) VALUES ('RETRY', 'public.customer')`);
  expect(await run.code(), run.said).toBe(0);
  const indexes = `SELECT indexname FROM pg_indexes WHERE indexname = 'odd_name'`;
  expect(await migration.ask(indexes)).toHaveLength(1);
  await migration.expectWhole();
});
