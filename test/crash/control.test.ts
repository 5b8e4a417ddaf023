/** What a person may write into the control tables while a run is under way. */
import { beforeAll, describe, expect, it } from 'vitest';
import { contentsOf, rowsIn, type Contents } from './contents.js';
import { Migration } from './migration.js';
import { until } from './run.js';
import { freshSource } from './source.js';

let source: URL;
let contents: Contents;

beforeAll(async () => {
  source = await freshSource();
  contents = await contentsOf(source);
});

const BEGUN = `SELECT 1 AS begun FROM wirekite_progress WHERE operation = 'D' AND mark::bigint > 0`;
const MARKS = `SELECT source, mark, restarts, worker FROM wirekite_progress ORDER BY source, target`;
const sum = async (migration: Migration) =>
  Number(
    (
      await migration.ask<{ n: string }>(
        `SELECT coalesce(sum(mark::bigint), 0) AS n FROM wirekite_progress WHERE operation = 'D'`,
      )
    )[0]?.n,
  );

describe('PAUSE, STOP and RUN', () => {
  it('PAUSE stops the marks, RUN goes on', async () => {
    const migration = await Migration.create({ source });
    const run = migration.run();
    await migration.row(BEGUN);
    await migration.say('PAUSE');
    expect(await migration.ask(`SELECT wait_for('PAUSE', 20) AS obeyed`)).toEqual([{ obeyed: true }]);
    const before = await migration.ask(MARKS);
    const paused = await contentsOf(migration.target);
    await migration.ask('SELECT pg_sleep(1)');
    expect(await migration.ask(MARKS)).toEqual(before);
    expect(await contentsOf(migration.target)).toEqual(paused);
    await migration.say('RUN');
    expect(await run.code()).toBe(0);
    await migration.expectWhole(contents);
    expect(await migration.restarts()).toBe(0);
  });

  it('CP-22, CP-24 STOP ends with 4, a run under STOP touches nothing, RUN goes on at the marks', async () => {
    const migration = await Migration.create({ source });
    const run = migration.run();
    await migration.row(BEGUN);
    await migration.say('STOP');
    expect(await run.code()).toBe(4);
    const [rows, marks, files] = [await contentsOf(migration.target), await migration.ask(MARKS), migration.files];
    const mark = await sum(migration);
    expect(await migration.run().code()).toBe(4);
    expect([await contentsOf(migration.target), await migration.ask(MARKS), migration.files]).toEqual([
      rows,
      marks,
      files,
    ]);
    expect(Object.values(rows).reduce((n, found) => n + rowsIn(found), 0)).toBe(mark);
    await migration.say('RUN');
    expect(await migration.run().code()).toBe(0);
    await migration.expectWhole(contents);
  });

  it('CP-02 and CP-01: of two rows the strictest holds, none is PAUSE, and one statement mends both', async () => {
    // Nobody is told of rows that no trigger sees: they are found by polling.
    const migration = await Migration.create({ source, settings: { poll_seconds: 1, throttle_bytes: 4_000_000 } });
    const run = migration.run();
    await migration.row(BEGUN);
    await migration.ask(`ALTER TABLE wirekite_action DISABLE TRIGGER USER; DROP INDEX wirekite_action_one_row;
      INSERT INTO wirekite_action VALUES ('PAUSE')`);
    await migration.row(`SELECT 1 AS obeyed WHERE NOT EXISTS (
      SELECT 1 FROM wirekite_worker WHERE role = 'load' AND state <> 'PAUSED')`);
    await migration.ask('DELETE FROM wirekite_action');
    const marks = await sum(migration);
    await migration.ask('SELECT pg_sleep(1)');
    expect(await sum(migration)).toBe(marks);
    expect(run.child.exitCode).toBeNull();
    expect(await migration.run(undefined, ['resume']).code()).toBe(0);
    expect(migration.runs[1]?.said).toContain('was empty');
    expect(await run.code()).toBe(0);
    expect(await contentsOf(migration.target)).toEqual(contents);
  });
});

describe('PR-01: deleted progress', () => {
  const UNFINISHED = `SELECT source FROM wirekite_progress WHERE operation = 'D' AND mark <> '0' AND finish_time IS NULL`;
  const FAILED = `SELECT table_name AS table, error FROM wirekite_table WHERE state = 'FAILED'`;

  it('in flight: nothing more goes in, the table stops, the others go on', async () => {
    const tables = ['public.keyed', 'public.twins'];
    const migration = await Migration.create({ source, tables, settings: { load_connections: 1 } });
    const run = migration.run('L7=SIGSTOP');
    await until('the loader stands still', () => migration.reached);
    const { source: chunk } = await migration.row<{ source: string }>(UNFINISHED);
    await migration.ask(`DELETE FROM wirekite_progress WHERE source = '${chunk}' AND operation = 'D'`);
    const table = chunk.replace(/\.\d+\.dkt$/, ''); // no name of these is encoded
    const before = (await contentsOf(migration.target))[table];
    await migration.thaw('load');
    expect(await run.code()).toBe(1);
    expect(run.said).toContain('rows of wirekite_progress were deleted');
    expect((await migration.ask<{ table: string }>(FAILED)).map((row) => row.table)).toEqual([table]);
    const { [table]: stopped, ...others } = await contentsOf(migration.target);
    expect(stopped).toBe(before);
    const other = tables.filter((name) => name !== table);
    expect(others).toEqual(Object.fromEntries(other.map((name) => [name, contents[name]])));
  });

  it('between two runs: the table stops, and no row comes twice', async () => {
    const migration = await Migration.create({ source, tables: ['public.twins'], settings: { load_connections: 1 } });
    const run = migration.run('L7=SIGSTOP');
    await until('the loader stands still', () => migration.reached);
    await migration.say('STOP');
    await migration.thaw('load');
    expect(await run.code()).toBe(4);
    await migration.ask(`DELETE FROM wirekite_progress WHERE operation = 'D'`);
    const before = await contentsOf(migration.target);
    await migration.say('RUN');
    expect(await migration.run().code()).toBe(1);
    expect(await contentsOf(migration.target)).toEqual(before);
    expect(await migration.ask(FAILED)).toEqual([
      { table: 'public.twins', error: expect.stringContaining('rows of wirekite_progress were deleted') },
    ]);
  });
});

it('PR-04 and PR-05: a mark that somebody changed stops a table without a key, which would keep what comes twice', async () => {
  const migration = await Migration.create({ source, tables: ['public.twins'], settings: { load_connections: 1 } });
  const run = migration.run('L7=SIGSTOP');
  await until('the loader stands still', () => migration.reached);
  await migration.say('STOP');
  await migration.thaw('load');
  expect(await run.code()).toBe(4);
  const move = (by: number) =>
    migration.ask(
      `UPDATE wirekite_progress SET mark = (mark::int + ${by})::text, finish_time = NULL WHERE operation = 'D'`,
    );
  const before = await contentsOf(migration.target);
  await migration.say('RUN');
  for (const by of [-7, 14]) {
    await move(by);
    expect(await migration.run().code(), `${by}`).toBe(1);
    expect(await contentsOf(migration.target)).toEqual(before);
    expect(await migration.ask(`SELECT error FROM wirekite_table WHERE state = 'FAILED'`)).toEqual([
      { error: expect.stringMatching(/by the marks \d+ rows were loaded, and the target has \d+/) },
    ]);
  }
  await move(-7);
  expect(await migration.run().code()).toBe(0);
  await migration.expectWhole({ 'public.twins': contents['public.twins'] ?? '' });
});
