/** SIGKILL at every labelled point of README.md, whoever passes it first; then everything must be there, once. */
import { beforeAll, describe, expect, it } from 'vitest';
import { contentsOf, type Contents } from './contents.js';
import { Migration } from './migration.js';
import { freshSource } from './source.js';

let source: URL;
let contents: Contents;

beforeAll(async () => {
  source = await freshSource();
  contents = await contentsOf(source);
});

it('moves everything when nothing happens', async () => {
  const migration = await Migration.create({ source });
  expect(await migration.run().code()).toBe(0);
  await migration.expectWhole(contents);
  expect(await migration.restarts()).toBe(0);
});

/** With which passage, so that the process meant is the one that is struck: `run` itself writes the schema file. */
const OF_COORDINATOR = ['K1', 'K1:2', 'S1', 'S2', 'S3', 'S4', 'X1', 'X5', 'X6', 'Z3'];
const OF_DAEMON = ['S5', 'S5:2', 'S6', 'X9', 'X9:4', 'X8:2', 'L6:3', 'L7:3', 'T2:3'];
const HOLDING_A_CLAIM = [
  'X1:4',
  'X2:4',
  'X3:8',
  'X4:4',
  'X5:4',
  'X6:4',
  'X7:2',
  'L1:2',
  'L2:3',
  'L3:3',
  'L4:3',
  'L5:3',
  'T1:3',
];

describe('killed where openkite run itself passes', () => {
  it.each(OF_COORDINATOR)('%s: the next run ends it', async (point) => {
    const migration = await Migration.create({ source });
    expect(await migration.run(point).code()).toBe('SIGKILL');
    expect(migration.reached).toBe(true);
    expect(await migration.run().code()).toBe(0);
    await migration.expectWhole(contents);
  });
});

describe('killed where a daemon passes', () => {
  it.each([...OF_DAEMON, ...HOLDING_A_CLAIM])('%s: the same run ends it', async (point) => {
    const migration = await Migration.create({ source });
    expect(await migration.run(point).code()).toBe(0);
    expect(migration.reached).toBe(true);
    await migration.expectWhole(contents);
    if (HOLDING_A_CLAIM.includes(point)) expect(await migration.restarts()).toBeGreaterThan(0);
  });
});

describe('killed while files are swept', () => {
  it.each(['L8', 'L9'])('%s: the next sweep ends it', async (point) => {
    const migration = await Migration.create({ source, keep: 0 });
    const first = migration.run();
    await migration.row(`SELECT 1 AS loaded FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NOT NULL`);
    await migration.say('STOP');
    expect(await first.code()).toBe(4);
    await migration.say('RUN');
    expect(await migration.run(point).code()).toBe(0);
    expect(migration.reached).toBe(true);
    await migration.expectWhole(contents);
  });
});

describe('killed between word and deed', () => {
  it.each(['K2', 'K3', 'K4'])('%s: PAUSE holds, RUN goes on', async (point) => {
    const migration = await Migration.create({ source });
    const run = migration.run(point);
    await migration.row(`SELECT 1 AS begun FROM wirekite_progress WHERE mark::bigint > 0`);
    await migration.say('PAUSE');
    await migration.row(`SELECT 1 AS paused FROM wirekite_worker WHERE state = 'PAUSED'`);
    await migration.say('RUN');
    expect(await run.code()).toBe(0);
    expect(migration.reached).toBe(true);
    await migration.expectWhole(contents);
  });

  it('K5: STOP ends the run, and RUN goes on at the marks', async () => {
    const migration = await Migration.create({ source });
    const run = migration.run('K5');
    await migration.row(`SELECT 1 AS begun FROM wirekite_progress WHERE mark::bigint > 0`);
    await migration.say('STOP');
    expect(await run.code()).toBe(4);
    expect(migration.reached).toBe(true);
    await migration.say('RUN');
    expect(await migration.run().code()).toBe(0);
    await migration.expectWhole(contents);
  });
});
