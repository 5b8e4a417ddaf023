/** A migration that follows a writer, for tests that torture it meanwhile. */
import { expect } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { withSession } from './contents.js';
import { makeChanging } from './fill.js';
import { printedSeed } from './lots.js';
import { Migration } from './migration.js';
import type { Run } from './run.js';
import type { Torture } from './workplace.js';
import { Writer, type Writing } from './writer.js';

/** Small files and windows, so that everything has an end and a next one soon. */
export const SMALL = {
  idle_log_bytes: 1,
  seal_bytes: 65_536,
  window_keys: 300,
  window_bytes: 1 << 20,
  poll_seconds: 1,
};

export interface Following {
  readonly migration: Migration;
  readonly writer: Writer;
}

/** The writer has begun, and leaves the loader time to catch up on a busy machine. Default source: a fresh database with the tables that it changes. */
export async function following(torture: Partial<Torture> = {}, writing: Partial<Writing> = {}): Promise<Following> {
  const source = torture.source ?? (await freshDatabase(15));
  await makeChanging(source);
  const how = { changes: true, fullIdentity: ['public.twins'], settings: SMALL, ...torture };
  const migration = await Migration.create({ ...how, source });
  const writer = Writer.start(source, { seed: printedSeed(), sessions: 2, largest: 1500, rest: 300, ...writing });
  return { migration, writer };
}

/** Until every table follows the lane. */
export async function inStep(migration: Migration): Promise<void> {
  await migration.row(`SELECT 1 AS yes FROM wirekite_task WHERE task_id = 'in step' AND state = 'DONE'`, 150);
}

/** A migration of a few small tables that has come in step and goes on following. */
export async function small(sql: string, torture: Partial<Torture> = {}): Promise<{ migration: Migration; run: Run }> {
  const source = torture.source ?? (await freshDatabase(18));
  await change(source, sql);
  const migration = await Migration.create({ changes: true, settings: { poll_seconds: 1 }, ...torture, source });
  const run = migration.follow('stopped');
  await inStep(migration);
  return { migration, run };
}

export const change = (url: URL, sql: string): Promise<unknown> => withSession(url, (db) => db.query(sql));

/** Ends a run as a signal does. */
export async function leave(run: Run): Promise<void> {
  run.child.kill('SIGTERM');
  expect(await run.code()).toBe(1);
}

/** Waits until the target holds what the source committed last: a row of a table that has come over. */
export const arrived = (migration: Migration, condition: string): Promise<unknown> =>
  migration.row(`SELECT 1 AS yes FROM ${condition}`, 90);
