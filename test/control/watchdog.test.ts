/** Too many errors are told to a person once, and pause where the settings say so. */
import { describe, expect, it, test } from 'vitest';
import { openLog } from '../../src/base/log.js';
import { logRun, nameRun } from '../../src/control/run-log.js';
import { defaultSettings } from '../../src/control/setting.js';
import { readStatus } from '../../src/control/status.js';
import { bestEffort } from '../../src/run/best-effort.js';
import { Chronicle } from '../../src/run/chronicle.js';
import { escalations } from '../../src/run/escalation.js';
import { Watchdog } from '../../src/run/watchdog.js';
import { freshControl, TARGETS } from './schema.js';

const QUIET = { inARow: 0, queued: 0, queue: undefined, lastFailure: undefined, failed: 0, errors: 0, rows: 1000 };
const RULE = { most: 100, rate: 0.01 };

it('a rate counts from ten errors on, and each cause again at twice as many', () => {
  const of = (errors: number, told: readonly [string, number][] = []) =>
    escalations({ ...QUIET, errors }, RULE, new Map(told)).map(({ words }) => words);
  expect([of(9), of(10)]).toEqual([[], []]); // ten in a thousand is not more than one in a hundred
  expect(of(11)).toEqual(['11 errors in 1000 rows, most of them in nothing in particular']);
  expect([of(21, [['error rate', 11]]), of(22, [['error rate', 11]]).length]).toEqual([[], 1]);
  expect(escalations({ ...QUIET, errors: 500 }, { ...RULE, rate: 0 }, new Map())).toEqual([]);
});

it('what has failed for good is told at once', () => {
  const seen = { ...QUIET, failed: 1, lastFailure: 'key of orders: no parent' };
  expect(escalations(seen, RULE, new Map())).toMatchObject([
    { cause: 'failed for good', words: 'a step waits for a person, the last of key of orders: no parent' },
  ]);
  expect(escalations({ ...seen, failed: 3 }, RULE, new Map([['failed for good', 2]]))).toEqual([]);
});

it('failures in a row name the last of them', () => {
  const seen = { ...QUIET, inARow: 100, lastFailure: 'public.items: bad' };
  expect(escalations(seen, RULE, new Map())).toMatchObject([
    { cause: 'errors in a row', words: expect.stringContaining('public.items: bad') },
  ]);
  expect(escalations({ ...seen, inARow: 99 }, RULE, new Map())).toEqual([]);
});

describe.each(TARGETS)('on %s', (target) => {
  test('an escalation is a row, and a PAUSE that only a person lifts', async () => {
    const { db } = await freshControl(target);
    const settings = () => ({ ...defaultSettings(), max_consecutive_errors: 3, pause_on_escalation: 'YES' });
    const facts = { run: 'two', migration: 'shop', model: 'frontier', policy: () => ({}) };
    const warned: string[] = [];
    const watchdog = new Watchdog(
      new Chronicle(
        facts,
        bestEffort(openLog('test'), () => Promise.resolve(db)),
      ),
      settings,
      (words) => warned.push(words),
    );
    const fail = () => logRun(db, { dataset: 'index a', kind: 'attempt', status: 'error', error: 'no room' });
    const told = async () =>
      (await db.query(`SELECT status_reason FROM load_run_log WHERE kind = 'escalation'`)).rows.length;
    const look = async () => watchdog.look(await readStatus(db));

    await nameRun(db, 'one');
    for (let i = 0; i < 5; i++) await fail();
    await nameRun(db, 'two'); // what failed in an earlier run is over
    await look();
    for (let i = 0; i < 2; i++) await fail();
    await look();
    expect(await told()).toBe(0);
    await fail();
    await look();
    await look();
    expect(await told()).toBe(1);
    expect(warned).toEqual([expect.stringMatching(/^escalated: 3 failures .*index a: no room.* RETRY .* then RUN/)]);
    const { rows } = await db.query(`SELECT action, scope, author, reason FROM wirekite_command`);
    expect(rows).toEqual([
      { action: 'PAUSE', scope: '*', author: 'openkite', reason: expect.stringContaining('index a: no room') },
    ]);
    expect((await readStatus(db)).status).not.toBe('running');
    await logRun(db, { dataset: 'index a', kind: 'attempt', status: 'success' });
    for (let i = 0; i < 3; i++) await fail();
    await look();
    expect(await told()).toBe(1); // the same cause, and not twice as many
  });
});
