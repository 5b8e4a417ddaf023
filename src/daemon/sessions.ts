import { memory } from '../base/memory.js';
import { monotonic } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { NO_RELIEF, nextRelief } from '../plan/relief.js';

/** Says to a child, in its environment, how many sessions it has from its start on. */
export const SESSIONS = 'OPENKITE_SESSIONS';

/** What a coordinator says to its children. Null: as many as the settings say. */
export interface SessionsMessage {
  readonly sessions: number | null;
}

const LOOK_SECONDS = 5;

/** How many sessions this process has: what its coordinator says, else the settings; fewer while memory is short. */
export class Sessions {
  private told = numberIn(process.env[SESSIONS]);
  private relief = NO_RELIEF;
  private looked = -Infinity;

  constructor(
    private readonly log: Log,
    private readonly look = memory,
  ) {
    process.on('message', (message: unknown) => this.hear(message));
  }

  private hear(message: unknown): void {
    if (typeof message !== 'object' || message === null || !('sessions' in message)) return;
    this.told = typeof message.sessions === 'number' ? message.sessions : undefined;
  }

  /** `standard`: by the settings. At least one, if that is any. */
  wanted(standard: number): number {
    const all = this.told ?? standard;
    if (monotonic() - this.looked >= LOOK_SECONDS) this.relieve(all);
    return all - Math.min(this.relief.fewer, Math.max(0, all - 1));
  }

  private relieve(all: number): void {
    this.looked = monotonic();
    const { fewer } = this.relief;
    const state = this.look();
    this.relief = nextRelief(this.relief, state, all);
    if (this.relief.fewer === fewer) return;
    const what =
      this.relief.fewer > fewer ? 'memory is short: one session gives its claim back' : 'memory is not short any more';
    this.log.warn({ ...state, fewer: this.relief.fewer }, what);
  }
}

const numberIn = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
