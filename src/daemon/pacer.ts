import { monotonic, sleep } from '../base/clock.js';
import type { Pace } from '../control/pace.js';
import type { Settings } from '../control/settings.js';
import type { Rates } from '../control/throttle.js';
import type { ByteSink } from '../model/bytes.js';
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

  /** After so much was moved: a promise to wait for, or undefined. A word that closes the gate ends the wait. */
  moved(unit: Unit, side: Side, rows: number, bytes: number): Promise<void> | undefined {
    const { rows: rowRate, bytes: byteRate } = this.rates;
    const seconds = Math.max(rows / rowRate, bytes / byteRate) * this.pace[side];
    if (seconds === 0) return undefined;
    this.free[side] = Math.max(this.free[side], monotonic()) + seconds;
    return this.until(unit, this.free[side]);
  }

  private async until(unit: Unit, end: number): Promise<void> {
    const { activity } = unit;
    for (let left = end - monotonic(); left > 0 && !this.gate.closedFor(unit); left = end - monotonic()) {
      unit.activity = 'THROTTLE';
      await sleep(Math.min(LOOK_MS, left * 1000));
    }
    unit.activity = activity;
  }

  /** The same sink, but that it has no room while too much was moved. */
  paced(sink: ByteSink, unit: Unit): ByteSink {
    let [rows, bytes] = [0, 0];
    return {
      row: (length) => {
        rows += 1;
        sink.row(length);
      },
      endRow: () => sink.endRow?.(),
      append: (piece, start, end) => {
        bytes += end - start;
        sink.append(piece, start, end);
      },
      ready: () => {
        const wait = this.moved(unit, 'readers', rows, bytes);
        [rows, bytes] = [0, 0];
        const room = sink.ready();
        return wait ? Promise.all([wait, room]).then(() => undefined) : room;
      },
    };
  }
}
