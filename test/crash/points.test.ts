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

/** In the order in which a run passes them first. The next run gets further. */
const OF_COORDINATOR = ['S1', 'S2', 'S3', 'S4', 'X1', 'X5', 'X6', 'K1', 'K1:2', 'Z3'];

/**
 * With which passage, so that the process meant is the one that is struck: `run` itself writes the schema file. One run
 * each: a daemon that dies again and again is started ever later. Files are swept when a loader starts: L8 and L9 come after
 * deaths of others.
 */
const OF_DAEMONS = [
  'S5,X1:4,X2:4,X3:8,L1:2,L2:3,L3:3,L4:3',
  'S5:2,X9,X4:4,X5:4,X6:4,L5:3,T1:3,T2:3,L9',
  'S6,X7:2,X8:2,L6:3,L7:3,L8',
  'X9:4',
];

it('killed wherever openkite run itself passes: the last run ends it', async () => {
  const migration = await Migration.create({ source });
  for (const point of OF_COORDINATOR) {
    expect(await migration.run(point).code(), point).toBe('SIGKILL');
    expect(migration.reached, point).toBe(true);
  }
  expect(await migration.run().code()).toBe(0);
  await migration.expectWhole(contents);
});

describe('killed where daemons pass', () => {
  it.each(OF_DAEMONS)('%s: the same run ends it', async (points) => {
    const migration = await Migration.create({ source, keep: 0 });
    expect(await migration.run(points).code()).toBe(0);
    const names = points.split(',').map((point) => point.split(':')[0]);
    expect(migration.struck.sort()).toEqual(names.sort());
    await migration.expectWhole(contents);
    // What was struck between two pieces of work had nothing in hand.
    if (names.length > 1) expect(await migration.restarts()).toBeGreaterThan(1);
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
