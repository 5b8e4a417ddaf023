import { monotonic } from '../base/clock.js';
import type { Settings } from '../control/settings.js';
import { nextBatchSize, type BatchRule } from '../plan/batch-size.js';

/** Smaller ones cost more in commits than they gain. */
const LEAST = 1 << 20;
/** From the smallest to the largest it takes about so many batches. */
const STEPS = 16;

type Read = Pick<Settings, 'batch_bytes' | 'batch_seconds' | 'adaptive_batches'>;

/** How large a unit's batches are: as large as they may be, until one takes too long or fails. */
export class BatchSizes {
  private size = Infinity;

  constructor(private readonly settings: () => Read) {}

  /** Bytes of the next one. A setting that was lowered holds at once. */
  get next(): number {
    const { batch_bytes: most, adaptive_batches: adapts } = this.settings();
    return adapts === 'YES' ? Math.min(this.size, most) : most;
  }

  /** Runs a batch, which says how many bytes it has sent, and learns from it. */
  async measured<T>(batch: (sent: (bytes: number) => void) => Promise<T>): Promise<T> {
    const [size, begun] = [this.next, monotonic()];
    let amount = 0;
    let failed = true;
    try {
      const done = await batch((bytes) => (amount = bytes));
      failed = false;
      return done;
    } finally {
      const outcome = { amount: failed ? size : amount, seconds: monotonic() - begun, failed };
      this.size = nextBatchSize(size, outcome, this.rule);
    }
  }

  private get rule(): BatchRule {
    const { batch_bytes: most, batch_seconds: seconds } = this.settings();
    return { least: Math.min(LEAST, most), most, step: Math.ceil(most / STEPS), seconds };
  }
}
