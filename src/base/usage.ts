import { monotonic } from './clock.js';

export interface Usage {
  /** Of one CPU: all threads of this process together may use more than one. */
  readonly cpuShare: number;
  /** Resident. */
  readonly memoryBytes: number;
}

/** A share of a shorter time says nothing. */
const LEAST_SECONDS = 1;

/** What this process uses, since the last look that was long enough ago. */
export class UsageMeter {
  private since = monotonic();
  private spent = process.cpuUsage();
  private last: Usage | undefined;

  look(): Usage {
    const seconds = monotonic() - this.since;
    if (this.last === undefined || seconds >= LEAST_SECONDS) {
      const { user, system } = process.cpuUsage(this.spent);
      this.last = {
        cpuShare: (user + system) / 1e6 / Math.max(seconds, 0.001),
        memoryBytes: process.memoryUsage.rss(),
      };
      this.since = monotonic();
      this.spent = process.cpuUsage();
    }
    return this.last;
  }
}
