/** A migration that follows a writer while all that can break is broken, at random, until both sides are compared. */
import { sleep } from '../../src/base/clock.js';
import type { Act } from '../crash/acts.js';
import { differencesOf, type Difference } from '../crash/differences.js';
import { Lots } from '../crash/lots.js';
import { until, type Run } from '../crash/run.js';
import type { Workplace } from '../crash/workplace.js';
import { Writer, type Written } from '../crash/writer.js';
import type { Mischief } from './mischief.js';

export interface Plan {
  readonly seed: number;
  /** The siege is over after so many seconds or so many mischiefs, whichever comes first. */
  readonly seconds: number;
  readonly mischiefs: number;
  /** Between two of them, at most. */
  readonly pause: number;
  readonly kinds: readonly Mischief[];
  readonly acts: readonly Act[];
  /** Row changes of the writer's largest transactions. */
  readonly largest: number;
}

export interface Outcome {
  readonly written: Written;
  /** What was done, how often. */
  readonly done: Readonly<Record<string, number>>;
  /** With which codes or signals runs ended before the last one. */
  readonly ended: Readonly<Record<string, number>>;
  /** Of the run that caught up when all was over; a text if it did not end. */
  readonly code: number | string;
  /** Seconds that it took. */
  readonly catchingUp: number;
  readonly differences: readonly Difference[];
  /** Rows of `wirekite_error`. */
  readonly errors: number;
}

/** The writer begins before the first run and ends before the last. */
export async function besiege(place: Workplace, plan: Plan): Promise<Outcome> {
  const writer = Writer.start(place.source, { ...plan, sessions: 2, rest: 200 });
  const garrison = new Garrison(place);
  const done: Record<string, number> = {};
  const lot = new Lots(plan.seed);
  const end = Date.now() + plan.seconds * 1000;
  for (let n = 0; n < plan.mischiefs && Date.now() < end; n += 1) {
    await sleep(300 + lot.below(plan.pause * 1000));
    const what = await lot.weighed(plan.kinds).act(place, lot);
    done[what] = (done[what] ?? 0) + 1;
  }
  const written = await writer.stop();
  await garrison.leave();
  return { written, done, ended: garrison.ended, ...(await catchUp(place)) };
}

async function catchUp(place: Workplace) {
  const start = Date.now();
  const code = await place.follow('caught-up').code(600);
  const catchingUp = (Date.now() - start) / 1000;
  const [errors] = await place.ask<{ n: number }>('SELECT count(*)::int AS n FROM wirekite_error');
  return { code, catchingUp, errors: errors?.n ?? 0, differences: await differencesOf(place.source, place.target) };
}

/** Starts `openkite run` again whenever it has ended, as a supervisor would. */
class Garrison {
  readonly ended: Record<string, number> = {};
  private leaving = false;
  private run: Run | undefined;
  private readonly watch: Promise<void>;

  constructor(private readonly place: Workplace) {
    this.watch = this.stand();
  }

  private async stand(): Promise<void> {
    while (!this.leaving) {
      this.run = this.place.follow('stopped');
      const code = await this.run.ended;
      if (!this.leaving) this.ended[code] = (this.ended[code] ?? 0) + 1;
      await until('the daemons of a dead run end', () => this.place.processes.length === 0, 60);
      await sleep(200);
    }
  }

  async leave(): Promise<void> {
    this.leaving = true;
    this.run?.child.kill('SIGTERM');
    await this.watch;
  }
}
