/** What becomes of a failed task, of those that need it, and of the others. */
import { describe, expect, it } from 'vitest';
import { consequences } from '../../../src/plan/consequences.js';
import { POLICY as GOES_ON, recovery, type Failure } from '../../../src/plan/policy.js';
import { frontier, wave } from '../../../src/plan/ready.js';
import { begin, end, runOf } from '../../../src/plan/state.js';
import { LIMITLESS, task } from './fake.js';

const POLICY = { ...GOES_ON, continueOnError: false };

describe('recovery', () => {
  const failed = (kind: Failure['kind'], more: Partial<Failure> = {}) =>
    recovery({ kind, critical: false, attempt: 1, ...more }, POLICY);

  it('retries what passes, after 2, 4, 8 … at most 30 seconds, three times after the first try', () => {
    const patient = { ...POLICY, maxRetries: 9 };
    const waits = [1, 2, 3, 4, 5, 6].map((attempt) =>
      recovery({ kind: 'transient', critical: false, attempt }, patient),
    );
    expect(waits).toEqual([2, 4, 8, 16, 30, 30].map((afterSeconds) => ({ do: 'retry', afterSeconds })));
    expect(failed('transient', { attempt: 3 })).toEqual({ do: 'retry', afterSeconds: 8 });
    expect(failed('transient', { attempt: 4 })).toEqual({ do: 'abort' });
    expect(recovery({ kind: 'transient', critical: false, attempt: 1 }, { ...POLICY, maxRetries: 0 }).do).toBe('abort');
  });

  it('of spent tries goes on where the policy does, and back where the table is critical', () => {
    const spent = { kind: 'transient', critical: false, attempt: 4 } as const;
    expect(recovery(spent, { ...POLICY, continueOnError: true })).toEqual({ do: 'skip' });
    expect(recovery({ ...spent, critical: true }, { ...POLICY, continueOnError: true })).toEqual({ do: 'rollback' });
  });

  it('of all else goes by the kind', () => {
    expect(failed('resource', { attempt: 99 })).toEqual({ do: 'resume' });
    expect(failed('permanent')).toEqual({ do: 'skip' });
    expect(failed('permanent', { critical: true })).toEqual({ do: 'rollback' });
    expect(failed('data')).toEqual({ do: 'skip' });
    expect(failed('unknown', { critical: true })).toEqual({ do: 'hold' });
    expect(failed('operator')).toEqual({ do: 'abort' }); // as where tries are spent: this policy does not go on
  });
});

const PLAN = [
  task('a', 1),
  task('b', 1, ['a']),
  task('c', 1, ['b']),
  task('d', 1),
  task('e', 1, ['d']),
  task('f', 1, ['c', 'e'], { phase: 2 }),
];
const set = (...ids: string[]) => new Set(ids);
const NOBODY = { done: set(), running: set(), failed: set(), skipped: set() };

describe('of a failure', () => {
  const goOn = GOES_ON;

  it('who needs it is blocked, however far, and names it', () => {
    expect(consequences(PLAN, { ...NOBODY, failed: set('a'), done: set('d') }, goOn)).toEqual([
      { id: 'b', kind: 'blocked', blockedBy: 'a' },
      { id: 'c', kind: 'blocked', blockedBy: 'a' },
      { id: 'f', kind: 'blocked', blockedBy: 'a' },
    ]);
  });

  it('others are aborted where the policy does not go on, and never those that are blocked', () => {
    expect(consequences(PLAN, { ...NOBODY, failed: set('b'), running: set('d') }, POLICY)).toEqual([
      { id: 'a', kind: 'aborted', reason: 'fail_fast_abort' },
      { id: 'c', kind: 'blocked', blockedBy: 'b' },
      { id: 'e', kind: 'aborted', reason: 'fail_fast_abort' },
      { id: 'f', kind: 'blocked', blockedBy: 'b' },
    ]);
  });

  it('of two failures the same one is named whichever came first', () => {
    const causes = (...failed: string[]) => consequences(PLAN, { ...NOBODY, failed: set(...failed) }, goOn);
    expect(causes('e', 'b')).toEqual(causes('b', 'e'));
    expect(causes('e', 'b').at(-1)).toEqual({ id: 'f', kind: 'blocked', blockedBy: 'b' });
  });

  it('without one nothing follows', () => {
    expect(consequences(PLAN, NOBODY, POLICY)).toEqual([]);
  });
});

describe('a run that is taken up again', () => {
  it('goes on with what is settled, and needs nothing that was allowed to fail', () => {
    const run = runOf(PLAN, LIMITLESS, { done: set('a'), skipped: set('b'), running: set('d') });
    expect(frontier(run)?.id).toBe('c');
    expect([...run.left]).toEqual([
      [1, 3],
      [2, 1],
    ]);
  });

  it('a wave ends though some of it can not be done any more', () => {
    const plan = [...PLAN, task('g', 1, [], { phase: 2 })];
    const run = runOf(plan, LIMITLESS, { failed: set('a'), done: set('d') });
    const e = wave(run);
    expect(e?.id).toBe('e');
    if (e) {
      begin(run, e);
      expect(wave(run)).toBeUndefined();
      expect(end(run, e)).toBe(true);
    }
    expect(wave(run)?.id).toBe('g');
    run.atBarrier = true;
    expect(wave(run)).toBeUndefined();
    expect(frontier(run)?.id).toBe('g');
  });

  it('still has on the disk what was read and not loaded', () => {
    const slice = task('s', 1, [], { takes: { ...LIMITLESS, disk: 7 }, gives: { ...LIMITLESS, disk: 0 } });
    expect(runOf([slice], { ...LIMITLESS, disk: 10 }, { done: set('s') }).free).toEqual({ ...LIMITLESS, disk: 3 });
  });
});
