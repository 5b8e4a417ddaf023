import { sleep } from '../base/clock.js';
import type { Stop } from '../base/stop.js';
import type { Reading } from '../control/action.js';
import { stricter, type Hold, type TableRef, type Wishes } from '../control/wishes.js';

/** Where the operator's words come from. */
export interface Words {
  current(): Reading;
  wishes(): Wishes;
}

/** Of whom the gate is asked. */
export interface Passer {
  readonly worker: string;
  /** The table that it works on now. */
  readonly table: TableRef | undefined;
  /** It is one too many, and is to leave. */
  readonly dismissed: boolean;
}

/** Where the operator's words and the process's signals meet: every unit passes here between two pieces of work. */
export class Gate {
  /** Who looks for work, and who only has to hear of words. */
  private readonly waiting = new Set<() => void>();
  private readonly listening = new Set<() => void>();
  private wakes = 0;
  /** Rises with every word that is read anew: who has begun something since obeys it. */
  serial = 1;

  constructor(
    private readonly words: Words,
    readonly stop: Stop,
  ) {
    stop.draining.addEventListener('abort', () => this.wake());
  }

  /** What holds for everybody. */
  get reading(): Reading {
    return this.words.current();
  }

  get wishes(): Wishes {
    return this.words.wishes();
  }

  /** No new batch may begin, and one in hand ends at its next possible point. */
  get closed(): boolean {
    return this.stop.draining.aborted || this.reading.word !== 'RUN';
  }

  /** What holds for a unit, whatever it works on. */
  holdOn({ worker }: Pick<Passer, 'worker'>): Hold {
    const { word, why } = this.reading;
    const own = this.wishes.ofWorker(worker);
    return stricter(word, own.word) === word ? { word, why } : own;
  }

  /** It has to wait, or to leave. */
  stops(passer: Passer): boolean {
    return passer.dismissed || this.stop.draining.aborted || this.holdOn(passer).word !== 'RUN';
  }

  /** The same, also because its table is held. */
  closedFor(passer: Passer): boolean {
    return this.stops(passer) || (passer.table !== undefined && this.wishes.ofTable(passer.table).word !== 'RUN');
  }

  /** A word may have changed: whoever waits looks again. */
  wake(): void {
    this.wakes += 1;
    for (const look of [...this.waiting, ...this.listening]) look();
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

  /** For who looks for work: until there may be some, or a word has changed, since `then`; at most `ms`. */
  changed(ms: number, then: number): Promise<void> {
    return this.wait(this.waiting, ms, then);
  }

  /** For who does not: it takes no call from those who do. */
  heard(ms: number, then: number): Promise<void> {
    return this.wait(this.listening, ms, then);
  }

  private async wait(among: Set<() => void>, ms: number, then: number): Promise<void> {
    if (this.wakes !== then || this.stop.draining.aborted) return;
    await new Promise<void>((resolve) => {
      const look = () => {
        clearTimeout(timer);
        among.delete(look);
        resolve();
      };
      const timer = setTimeout(look, ms);
      among.add(look);
    });
  }

  /** For a retry's delay: PAUSE does not shorten it, the end of the process does. */
  rest(ms: number): Promise<void> {
    return sleep(ms, this.stop.draining);
  }
}
