import { monotonic } from '../base/clock.js';
import { explain } from '../base/fault.js';
import { forgetOld } from '../control/command.js';
import { forgetLog } from '../control/run-log.js';
import { sampleMetrics, thinMetrics } from '../control/metric.js';
import type { Db } from '../db/db.js';
import { keepBusinessHours } from './business-hours.js';
import type { DaemonContext } from './daemon.js';
import type { Scaler } from './scaler.js';

const SAMPLE_SECONDS = 5;
const FORGET_SECONDS = 3600;

/** What the coordinator does now and then, and what fails without harm: samples, scaling, hours of the day, what is too old. */
export class Household {
  private sampled = -Infinity;
  private forgot = -Infinity;

  constructor(
    private readonly context: DaemonContext,
    private readonly scaler: Scaler,
  ) {}

  async keep(control: Db): Promise<void> {
    await this.attempt(() => keepBusinessHours(control, this.context.settings()));
    if (monotonic() - this.sampled >= SAMPLE_SECONDS) {
      this.sampled = monotonic();
      const shares = this.context.settings().bottleneck_detection === 'YES';
      await this.attempt(() => sampleMetrics(control, { shares }));
    }
    await this.attempt(() => this.scaler.look(control));
    if (monotonic() - this.forgot < FORGET_SECONDS) return;
    this.forgot = monotonic();
    await this.attempt(() => thinMetrics(control));
    await this.attempt(() => forgetOld(control, this.context.settings().history_days));
    await this.attempt(() => forgetLog(control, this.context.settings().history_days));
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const fault = this.context.classify(error);
      if (fault.kind === 'transient') throw fault; // the session is lost: the coordinator opens another
      this.context.log.warn(explain(fault));
    }
  }
}
