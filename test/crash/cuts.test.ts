/** Connections cut at every kind of message, and servers that crash, while the writer goes on. */
import { afterAll, beforeAll, it, onTestFinished } from 'vitest';
import { startServer, type Server } from '../servers/index.js';
import { Tap, type Cut } from '../servers/tap.js';
import { following, inStep, leave } from './following.js';
import type { Migration } from './migration.js';
import { until } from './run.js';

const SETTINGS = { fsync: 'off', full_page_writes: 'off', wal_level: 'logical' };
let servers: { readonly source: Server; readonly target: Server };

beforeAll(async () => {
  const [source, target] = await Promise.all([
    startServer({ major: 15, settings: SETTINGS }),
    startServer({ major: 18, settings: SETTINGS }),
  ]);
  servers = { source, target };
});

afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop('immediate'))));

/** Of a source: what the stream brings, what is said back, and questions. Of a target: rows, marks and what is between. */
const CUTS: readonly (readonly ['source' | 'target', RegExp, Cut['how']])[] = [
  ['source', /^< w B/, 'before'],
  ['source', /^< w R/, 'within'],
  ['source', /^< w I/, 'within'],
  ['source', /^< w D/, 'within'],
  ['source', /^< w C/, 'before'],
  ['source', /^< w C/, 'after'],
  ['source', /^> r/, 'after'],
  ['source', /^> P/, 'within'],
  ['target', /^> Q BEGIN/, 'after'],
  ['target', /^> Q SAVEPOINT/, 'within'],
  ['target', /^> d/, 'within'],
  ['target', /^> P UPDATE/, 'after'],
  ['target', /^> Q COMMIT/, 'before'],
  ['target', /^> Q COMMIT/, 'within'],
  ['target', /^> Q COMMIT/, 'after'],
  ['target', /^< C/, 'before'],
];

it('loses and doubles nothing', { timeout: 480_000 }, async () => {
  const taps = { source: await Tap.start(servers.source.url()), target: await Tap.start(servers.target.url()) };
  onTestFinished(async () => void (await Promise.all(Object.values(taps).map((tap) => tap.stop()))));
  const { migration, writer } = await following(
    {
      ...{ source: servers.source.url(), target: servers.target.url() },
      through: { source: taps.source.url, target: taps.target.url },
      settings: { poll_seconds: 1, max_retries: 3 },
    },
    { sessions: 2, largest: 300, rest: 400 },
  );
  const run = migration.follow('stopped');
  await inStep(migration);
  for (const [side, at, how] of CUTS) {
    const tap = taps[side];
    const before = tap.cuts;
    tap.next = { at, how };
    await until(`cut ${how} ${at} of the ${side}`, () => tap.cuts > before, 20);
    await appliedMore(migration);
  }
  for (const server of Object.values(servers)) {
    await server.restart('immediate');
    await migration.row(`SELECT 1 AS yes`);
  }
  await appliedMore(migration);
  await writer.stop();
  await leave(run);
  await migration.follow().code();
  await migration.expectInStep();
});

const LANE = `SELECT mark FROM wirekite_progress WHERE target = 'changes'`;

/** Faults count together until something was done between them. */
async function appliedMore(migration: Migration): Promise<void> {
  const { mark } = await migration.row<{ mark: string }>(LANE);
  await migration.row(`SELECT 1 AS yes FROM wirekite_progress WHERE target = 'changes' AND mark <> '${mark}'`);
}
