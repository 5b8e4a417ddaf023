import { monotonic, sleep } from '../base/clock.js';
import type { Pace } from '../control/pace.js';
import type { Settings } from '../control/settings.js';
import type { Rates } from '../control/throttle.js';
import type { DktWriter } from '../format/dkt.js';
import type { Gate } from './gate.js';
import type { Unit } from './unit.js';

/** So often does who waits look whether he has to any longer. */
const LOOK_MS = 100;

/** What a process moves: rows out of the source, or into the target. */
export type Side = 'readers' | 'writers';

/**
 * Paces what one process moves: it gets an equal part of what may be moved in a second. What was moved is paid for after it:
 * a block goes at once, the next one waits.
 */
export class Pacer {
  private free = { readers: -Infinity, writers: -Infinity };
  /** As it was looked at last. */
  pace: Pace = { readers: 1, writers: 1, busy: 0 };

  constructor(
    private readonly gate: Gate,
    private readonly settings: () => Settings,
  ) {}

  /** A command overrules the settings for as long as it stands. */
  get rates(): Rates {
    const { throttle_rows: rows, throttle_bytes: bytes } = this.settings();
    return this.gate.wishes.throttle ?? { rows: rows || Infinity, bytes: bytes || Infinity };
  }

  /** Whether anybody has to know among how many it is shared, or how busy the target is. */
  get isOn(): boolean {
    const { rows, bytes } = this.rates;
    return rows !== Infinity || bytes !== Infinity || this.settings().throttle_sessions > 0;
  }

  /** Why nothing new should be written now; undefined when it may. */
  get busy(): string | undefined {
    const { throttle_sessions: most } = this.settings();
    if (most === 0 || this.pace.busy <= most) return undefined;
    return `waits: ${this.pace.busy} sessions of others are busy on the target, throttle_sessions is ${most}`;
  }

  /** So much was moved. */
  moved(side: Side, rows: number, bytes: number): void {
    const { rows: rowRate, bytes: byteRate } = this.rates;
    const seconds = Math.max(rows / rowRate, bytes / byteRate) * this.pace[side];
    if (seconds > 0) this.free[side] = Math.max(this.free[side], monotonic()) + seconds;
  }

  /** Before more is moved: what to wait for, or undefined. A word that closes the gate ends it, and so does a lifted limit. */
  turn(unit: Unit, side: Side): Promise<void> | undefined {
    return this.left(side) > 0 ? this.wait(unit, side) : undefined;
  }

  private left(side: Side): number {
    const { rows, bytes } = this.rates;
    if (rows === Infinity && bytes === Infinity) this.free[side] = -Infinity; // what was owed was owed to the limit
    return this.free[side] - monotonic();
  }

  private async wait(unit: Unit, side: Side): Promise<void> {
    for (let left = this.left(side); left > 0 && !this.gate.closedFor(unit); left = this.left(side)) {
      unit.activity = 'THROTTLE';
      await sleep(Math.min(LOOK_MS, left * 1000));
    }
    unit.activity = side === 'readers' ? 'SOURCE' : 'TARGET';
  }

  /** For what a unit reads into a chunk. */
  ofReader(unit: Unit): DktWriter['pace'] {
    let [before, bytesBefore] = [0, 0];
    return (rows, bytes) => {
      this.moved('readers', rows - before, bytes - bytesBefore);
      [before, bytesBefore] = [rows, bytes];
      return this.turn(unit, 'readers');
    };
  }
}
