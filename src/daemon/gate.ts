import { sleep } from '../base/clock.js';
import type { Stop } from '../base/stop.js';
import type { Reading } from '../control/action.js';

/** Where the operator's word and the process's signals meet: every unit passes here between two pieces of work. */
export class Gate {
  private readonly waiting = new Set<() => void>();
  private wakes = 0;

  constructor(
    private readonly read: () => Reading,
    readonly stop: Stop,
  ) {
    stop.draining.addEventListener('abort', () => this.wake());
  }

  get reading(): Reading {
    return this.read();
  }

  /** No new batch may begin, and one in hand ends at its next possible point. */
  get closed(): boolean {
    return this.stop.draining.aborted || this.reading.word !== 'RUN';
  }

  /** The word may have changed: whoever waits looks again. */
  wake(): void {
    this.wakes += 1;
    for (const look of [...this.waiting]) look();
  }

  /** There may be work: one of those that wait looks, and calls the next if it finds some. All at once would only crowd. */
  call(): void {
    this.wakes += 1;
    for (const look of this.waiting) return look();
  }

  /** To be taken before looking for work, so that a wake which comes while looking is not slept through. */
  get now(): number {
    return this.wakes;
  }

  /** Until something may have changed since `then`, at most `ms`. */
  async changed(ms: number, then: number): Promise<void> {
    if (this.wakes !== then || this.stop.draining.aborted) return;
    await new Promise<void>((resolve) => {
      const look = () => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(look, ms);
      this.waiting.add(look);
    });
  }

  /** For a retry's delay: PAUSE does not shorten it, the end of the process does. */
  rest(ms: number): Promise<void> {
    return sleep(ms, this.stop.draining);
  }
}
