/** Workers that are started, killed and stopped beside a run, as on another host: nobody has to be told but the tables. */
import { beforeAll, expect, it } from 'vitest';
import { contentsOf, type Contents } from './contents.js';
import { Migration } from './migration.js';
import type { Run } from './run.js';
import { freshSource } from './source.js';

let source: URL;
let contents: Contents;

beforeAll(async () => {
  source = await freshSource();
  contents = await contentsOf(source);
});

const SMALL = { slice_bytes: 1 << 20, lease_seconds: 5, poll_seconds: 1 };

const held = ({ child }: Run): string => `FROM wirekite_progress p JOIN wirekite_worker w ON w.worker = p.worker
  WHERE w.pid = ${child.pid} AND p.operation IN ('D', 'DE')`;

async function leave(run: Run): Promise<void> {
  run.child.kill('SIGTERM');
  expect(await run.code(20), run.said).toBe(0);
}

it('two loaders and a reader more take work; one is killed, one stopped: all is in once, and the log says what happened', async () => {
  const migration = await Migration.create({ source, settings: { ...SMALL, throttle_bytes: 3_000_000 } });
  const run = migration.run();
  await migration.row(`SELECT 1 AS begun FROM wirekite_progress WHERE operation = 'D'`);
  const killed = migration.run('L4', ['load', 'data']);
  expect(await killed.code(60), killed.said).toBe('SIGKILL');
  const { source: chunk } = await migration.row<{ source: string }>(`SELECT p.source ${held(killed)} LIMIT 1`, 1);

  const [stopped, reader] = [migration.run(undefined, ['load', 'data']), migration.run(undefined, ['extract', 'data'])];
  for (const more of [stopped, reader]) await migration.row(`SELECT 1 AS took ${held(more)}`, 60);
  await migration.ask(`INSERT INTO wirekite_command (action, scope)
    SELECT 'STOP', 'worker:' || worker FROM wirekite_worker WHERE pid = ${stopped.child.pid}`);
  expect(await stopped.code(30), stopped.said).toBe(4);
  expect(run.lives).toBe(true); // nobody else was meant
  expect(await run.code(), run.said).toBe(0);

  const { restarts, error } = await migration.row<{ restarts: number; error: string }>(
    `SELECT p.restarts, l.error FROM wirekite_progress p JOIN load_run_log l ON l.status_reason = p.source AND l.error LIKE '%ended before it'
     WHERE p.source = '${chunk}' AND p.operation = 'D' AND p.finish_time IS NOT NULL`,
    1,
  );
  expect([restarts, error]).toEqual([1, expect.stringMatching(/^load-\d+-[0-9a-f]+ ended before it$/)]);
  const others = await migration.ask(`SELECT 1 ${held(stopped)} AND p.finish_time IS NULL`);
  expect(others).toEqual([]);
  await leave(reader);
  await migration.expectWhole(contents);
});

it('extraction waits at the disk budget, says for whom, and goes on when somebody loads', async () => {
  const budget = 2 << 20;
  const migration = await Migration.create({ source, settings: { ...SMALL, budget_bytes: budget } });
  const run = migration.run(undefined, ['run', '--execute', '--no-children']);
  await migration.row(`SELECT 1 AS there FROM wirekite_worker WHERE role = 'coordinate'`);
  const readers = [migration.run(undefined, ['extract', 'keeper']), migration.run(undefined, ['extract', 'data'])];
  const [, reader] = readers;
  const waits = `SELECT why FROM wirekite_worker WHERE role = 'extract' AND activity = 'BUDGET' AND pid = ${reader?.child.pid}`;
  const { why } = await migration.row<{ why: string }>(waits, 60);
  expect(why).toMatch(
    new RegExp(`waits for the loaders: \\d+ bytes of chunks are not loaded, the budget is ${budget}`),
  );
  // Each of its two sessions may have had one slice in hand.
  const [{ bytes = '0', open = 0 } = {}] = await migration.ask<{ bytes: string; open: number }>(
    `SELECT sum(byte_count) AS bytes, (count(*) FILTER (WHERE finish_time IS NULL))::int AS open FROM wirekite_progress WHERE operation = 'DE'`,
  );
  expect(open).toBeGreaterThan(0);
  expect(Number(bytes)).toBeGreaterThanOrEqual(budget);
  expect(Number(bytes)).toBeLessThan(budget + 3 * (1 << 20));
  const [stuck] = await migration.ask<{ why: string }>(
    `SELECT why FROM wirekite_scaling WHERE role = 'load' AND workers_now = 0`,
  );
  expect(stuck?.why).toMatch(/pieces of work wait/);

  const loader = migration.run(undefined, ['load', 'data']);
  expect(await run.code(), run.said).toBe(0);
  for (const daemon of [...readers, loader]) await leave(daemon);
  await migration.expectWhole(contents);
});
