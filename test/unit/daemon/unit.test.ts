import { describe, expect, test } from 'vitest';
import { Fault } from '../../../src/base/fault.js';
import { openLog } from '../../../src/base/log.js';
import { UNREAD, type Word } from '../../../src/control/action.js';
import { Wishes } from '../../../src/control/wishes.js';
import { Gate } from '../../../src/daemon/gate.js';
import { POLICY } from '../../../src/plan/policy.js';
import { newUnit, runUnit, type Work } from '../../../src/daemon/unit.js';

/** A gate that never lets anybody wait: what is waited for is told. */
class Open extends Gate {
  readonly rests: number[] = [];
  word: Word = 'RUN';

  constructor() {
    const never = new AbortController().signal;
    const stop = { draining: never, aborting: never, drain: () => undefined };
    super({ current: () => ({ ...UNREAD, status: 'OK', word: this.word }), wishes: () => new Wishes() }, stop as never);
  }

  override rest(ms: number): Promise<void> {
    this.rests.push(ms);
    return Promise.resolve();
  }

  override changed(): Promise<void> {
    this.word = 'STOP'; // nothing is left to do
    return Promise.resolve();
  }
}

class Failing implements Work {
  readonly done: string[] = [];
  private tries = 0;

  constructor(
    private readonly kind: 'transient' | 'resource' | 'permanent',
    private readonly times: number,
  ) {}

  next(): Promise<boolean> {
    if (this.done.includes('failed') || this.tries === this.times) return Promise.resolve(false);
    this.tries += 1;
    return Promise.reject(new Fault(this.kind, 'the chunk does not go in'));
  }
  rest = (): Promise<void> => Promise.resolve();
  cancel = (): Promise<void> => Promise.resolve();
  giveBack = (): Promise<void> => Promise.resolve();
  again(): Promise<void> {
    this.done.push('counted');
    return Promise.resolve();
  }
  fail(): Promise<boolean> {
    this.done.push('failed');
    return Promise.resolve(true);
  }
}

async function run(work: Work): Promise<Open> {
  const gate = new Open();
  const context = { gate, log: openLog('test'), beat: () => undefined, classify: (e: unknown) => e as Fault };
  await runUnit(newUnit('load-1', 'load'), work, { ...context, policy: () => POLICY, recovers: () => true });
  return gate;
}

describe('PR-21 a piece of work that fails', () => {
  test('a thousand times is tried three times more, with growing delays, then its table is stopped', async () => {
    const work = new Failing('transient', 1000);
    const { rests } = await run(work);
    expect(work.done).toEqual(['counted', 'counted', 'counted', 'failed']);
    expect(rests).toHaveLength(3);
    for (const [i, ms] of rests.entries()) expect(ms).toBeLessThanOrEqual(2000 * 2 ** i * 1.25);
    expect(rests[2]).toBeGreaterThan(rests[0]!);
  });

  test('twice, and then goes in, stops nothing', async () => {
    const work = new Failing('resource', 2);
    await run(work);
    expect(work.done).toEqual(['counted', 'counted']);
  });

  test('for good is not tried again', async () => {
    const work = new Failing('permanent', 1000);
    const { rests } = await run(work);
    expect([work.done, rests]).toEqual([['failed'], []]);
  });
});
