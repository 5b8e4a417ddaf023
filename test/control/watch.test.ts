import { once } from 'node:events';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import type { Reading } from '../../src/control/action.js';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import { sealChunk } from '../../src/control/progress.js';
import { foldTotals } from '../../src/control/table.js';
import { closeEvents, insertTasks, makeReady } from '../../src/control/task.js';
import { watchAction, type ActionWatch, type WatchOptions } from '../../src/control/watch.js';
import type { Db, Tx } from '../../src/db/db.js';
import { connect as connectMariaDb } from '../../src/db/mysql/connect.js';
import { connect } from '../../src/db/postgres/connect.js';
import {
  bareDatabase,
  freshControl,
  isPostgres,
  planned,
  setUpShop,
  worker,
  TARGETS,
  type Control,
  type Target,
} from './schema.js';

const NAME = 'openkite:test:watch';
const watches: ActionWatch[] = [];
afterEach(async () => {
  await Promise.all(watches.splice(0).map((watch) => watch.close()));
});

/** A watch, and a way to wait for a change of what it shows. */
async function watching({ url, db, schema }: Control, options: Partial<WatchOptions> = {}) {
  const seen: Reading[] = [];
  const waiting = new Set<() => void>();
  const open = (): Promise<Db> =>
    db.dialect === 'postgres'
      ? connect(url, { name: NAME, searchPath: 'wirekite, pg_temp' })
      : connectMariaDb(url, { name: NAME, home: schema });
  const watch = await watchAction(open, {
    pollSeconds: () => 60,
    graceSeconds: () => 30,
    onChange: (reading) => {
      seen.push(reading);
      for (const wake of waiting) wake();
    },
    ...options,
  });
  watches.push(watch);
  const until = async (found: (reading: Reading) => boolean): Promise<Reading> => {
    for (;;) {
      const reading = seen.find(found);
      if (reading !== undefined) return reading;
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  return { watch, until, seen };
}

const say = (tx: Tx, word: string) => tx.query(`UPDATE wirekite_action SET action = '${word}'`);
const cut = (tx: Tx) =>
  tx.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name AND datname = current_database()`,
    {
      name: NAME,
    },
  );

describe.each<Target>([15, 18, 'MariaDB'])('watching on %s', (target) => {
  test('a word is heard long before the next poll, and whoever waits for work looks again', async () => {
    const control = await freshControl(target);
    let told = 0;
    const { watch, until } = await watching(control, { onNotice: () => (told += 1) });
    expect(watch.current()).toMatchObject({ word: 'RUN', status: 'OK' });
    const began = performance.now();
    await say(control.db, 'PAUSE');
    await until((reading) => reading.word === 'PAUSE');
    expect(performance.now() - began).toBeLessThan(5000);
    expect(told).toBeGreaterThan(0);
    expect(watch.current()).toMatchObject({ word: 'PAUSE', status: 'OK' });
  });
});

test('a sealed chunk and a task that is ready wake whoever waits for work; a look that finds nothing wakes nobody', async () => {
  const control = await freshControl(18);
  const { db } = control;
  const listener = new pg.Client({ connectionString: control.url.href });
  await listener.connect();
  await listener.query('LISTEN wirekite');
  let heard: string[] = [];
  listener.on('notification', ({ payload }) => void heard.push(payload ?? ''));
  const told = async (work: () => Promise<unknown>): Promise<string[]> => {
    heard = [];
    await work();
    await db.query(`SELECT pg_notify('wirekite', 'end')`);
    while (heard.at(-1) !== 'end') await once(listener, 'notification');
    return heard.slice(0, -1);
  };
  await planned(db, 1);
  const me = await worker(db);
  const slice = await claimExtract(db, me);
  const look = () => Promise.all([makeReady(db), closeEvents(db), foldTotals(db), claimLoad(db, me)]);
  expect(await told(look)).toEqual([]);
  const seal = async () => slice && sealChunk(db, slice, { rows: 1, rawBytes: 1, checksum: 'c' });
  expect(await told(seal)).toEqual(['wirekite.wirekite_progress']);
  await insertTasks(db, [{ id: 'a', kind: 'index', statements: [], needs: [], bytes: 0 }]);
  expect(await told(() => makeReady(db))).toEqual(['wirekite.wirekite_task']);
  expect(await told(() => say(db, 'PAUSE'))).toEqual(['wirekite.wirekite_action']);
  await listener.end();
});

test('CP-17 a STOP is seen while the loader is in a long transaction of its own', async () => {
  const control = await freshControl(15);
  const { until } = await watching(control);
  const loader = await control.open();
  await loader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM wirekite_action');
  await say(control.db, 'STOP');
  await until((reading) => reading.word === 'STOP');
  expect((await loader.query('SELECT action FROM wirekite_action')).rows).toEqual([{ action: 'RUN' }]);
});

test('its sessions are cut: it comes back and sees what was said meanwhile', async () => {
  const control = await freshControl(18);
  const { watch, until } = await watching(control, { pollSeconds: () => 0.2 });
  await cut(control.db);
  await say(control.db, 'PAUSE');
  await until((reading) => reading.word === 'PAUSE' && reading.status === 'OK');
  expect(watch.current()).toMatchObject({ word: 'PAUSE', status: 'OK' });
});

describe.each(TARGETS)('watching on %s', (target) => {
  test('polling alone suffices', async () => {
    const control = await freshControl(target);
    const { until } = await watching(control, { pollSeconds: () => 0.05 });
    if (isPostgres(target)) await control.db.query('ALTER TABLE wirekite_action DISABLE TRIGGER wirekite_action_after');
    await say(control.db, 'STOP');
    await until((reading) => reading.word === 'STOP');
  });

  test('CP-13 the table is dropped: the last word holds for the grace time, then PAUSE, until it is there again', async () => {
    const control = await freshControl(target);
    const told: number[] = [];
    const { watch, until } = await watching(control, {
      pollSeconds: () => 0.1,
      graceSeconds: () => 1,
      onUnreadable: (_, seconds) => told.push(seconds),
    });
    await control.db.query('ALTER TABLE wirekite_action RENAME TO elsewhere');
    const first = await until((reading) => reading.status === 'CONTROL_UNREADABLE');
    expect(first).toMatchObject({ word: 'RUN', why: expect.stringMatching(/wirekite_action.*RUN holds for/s) });
    await until((reading) => reading.word === 'PAUSE' && reading.status === 'CONTROL_UNREADABLE');
    expect(told).toHaveLength(1);
    await control.db.query('ALTER TABLE elsewhere RENAME TO wirekite_action');
    await until((reading) => reading.status === 'OK');
    expect(watch.current()).toMatchObject({ word: 'RUN', status: 'OK' });
  });

  test('CP-11 the table is locked: the read ends by itself and the grace time runs', async () => {
    const control = await freshControl(target);
    const { until } = await watching(control, { pollSeconds: () => 0.1, graceSeconds: () => 1 });
    const locker = await control.open();
    await locker.transaction(async (tx) => {
      await tx.query(isPostgres(target) ? 'LOCK TABLE wirekite_action' : 'LOCK TABLES wirekite_action WRITE');
      const reading = await until(({ word }) => word === 'PAUSE');
      expect(reading).toMatchObject({ status: 'CONTROL_UNREADABLE', why: expect.stringMatching(/lock/i) });
      if (!isPostgres(target)) await tx.query('UNLOCK TABLES');
    });
    await until(({ status }) => status === 'OK');
  }, 30_000);

  test.runIf(isPostgres(target))(
    'CP-12 an ALTER TABLE that waits for a long reader: the same',
    async () => {
      const control = await freshControl(target);
      const { until } = await watching(control, { pollSeconds: () => 0.1, graceSeconds: () => 1 });
      const [reader, alterer] = [await control.open(), await control.open()];
      await reader.query('BEGIN; SELECT action FROM wirekite_action');
      const altered = alterer.query('ALTER TABLE wirekite_action ADD note text');
      const reading = await until(({ word }) => word === 'PAUSE');
      expect(reading).toMatchObject({ status: 'CONTROL_UNREADABLE', why: expect.stringMatching(/lock/i) });
      await reader.query('COMMIT');
      await altered;
      await until(({ status }) => status === 'OK');
    },
    30_000,
  );

  test('at a start there is no last word: it waits until the table can be read', async () => {
    const control = await bareDatabase(target);
    const told: Reading[] = [];
    const starting = watching(control, { pollSeconds: () => 0.1, onUnreadable: (reading) => void told.push(reading) });
    while (told.length === 0) await control.db.query('SELECT 1');
    expect(told[0]).toMatchObject({ word: 'PAUSE', status: 'CONTROL_UNREADABLE' });
    await setUpShop(control);
    expect((await starting).watch.current()).toMatchObject({ word: 'RUN', status: 'OK' });
  });
});

test('a signal ends that wait; a wrong password is told at once', async () => {
  const control = await bareDatabase(18);
  const stop = new AbortController();
  const waiting = watching(control, { signal: stop.signal, onUnreadable: () => stop.abort() });
  await expect(waiting).rejects.toThrow(/ended before wirekite_action could be read/);
  const wrong = new URL(control.url);
  wrong.password = 'wrong';
  await expect(watching({ ...control, url: wrong })).rejects.toMatchObject({ kind: 'operator' });
});
