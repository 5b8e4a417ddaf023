import { monotonic, sleep } from '../base/clock.js';
import { explain } from '../base/fault.js';
import type { DaemonContext, Role } from './daemon.js';
import { policyBy } from './schedule.js';
import { Sessions } from './sessions.js';
import { runUnit, type Unit, type Work } from './unit.js';

const LOOK_MS = 1_000;

interface Member {
  readonly unit: Unit;
  readonly work: Work;
  /** Never rejects. */
  readonly end: Promise<void>;
  ended: boolean;
}

/** The units of a daemon: as many as the settings want now, until STOP or a signal. */
export class Crew {
  private members: Member[] = [];
  /** Those that somebody has stopped one by one: nobody takes their place. */
  private stopped = 0;
  private failure: unknown;
  private readonly sessions: Sessions;

  constructor(
    private readonly role: Role,
    private readonly context: DaemonContext,
  ) {
    this.sessions = new Sessions(context.log);
  }

  /**
   * Returns whether its units were stopped one by one. Rejects with what ended a unit that was no fault of one table; the
   * others finish what they hold then.
   */
  async run(): Promise<boolean> {
    const { gate } = this.context;
    for (await this.grow(this.wanted); this.members.length > 0; await this.resize()) {
      const ends = this.members.map(({ end }) => end);
      // Once the process ends, nothing changes any more: only the ends are waited for.
      await Promise.race(gate.stop.draining.aborted ? ends : [...ends, gate.heard(LOOK_MS, gate.now)]);
      await this.bury();
    }
    if (this.failure !== undefined) throw this.failure as Error;
    return this.stopped > 0;
  }

  private get wanted(): number {
    const standard = this.role.units(this.context.settings());
    return Math.max(0, (this.role.fixed ? standard : this.sessions.wanted(standard)) - this.stopped);
  }

  private async resize(): Promise<void> {
    const { gate } = this.context;
    if (this.role.fixed || gate.closed) return;
    const staying = this.members.filter(({ unit }) => !unit.dismissed);
    const missing = this.wanted - staying.length;
    if (missing > 0 && staying.length > 0) await this.grow(missing);
    if (missing >= 0) return;
    for (const { unit } of staying.slice(missing)) unit.dismissed = true;
    gate.wake();
  }

  private async grow(count: number): Promise<void> {
    const { context, role } = this;
    const rules = {
      ...context,
      policy: () => policyBy(context.settings()),
      recovers: () => context.settings().auto_recover === 'YES',
    };
    for (const unit of await context.enlist(count)) {
      const work = role.work(unit, context, this.members.length);
      const member: Member = {
        unit,
        work,
        ended: false,
        end: runUnit(unit, work, rules).then(
          () => this.end(member),
          (error: unknown) => this.end(member, error),
        ),
      };
      this.members.push(member);
    }
  }

  /** What ends one unit by failing ends the daemon. */
  private end(member: Member, failure?: unknown): void {
    member.ended = true;
    if (failure === undefined) return;
    this.failure ??= failure;
    this.context.gate.stop.drain('another unit of this daemon failed');
  }

  private async bury(): Promise<void> {
    const gone = this.members.filter(({ ended }) => ended);
    if (gone.length === 0) return;
    this.members = this.members.filter(({ ended }) => !ended);
    // A STOP for all that was lifted at once has sent some away as well: others take their places.
    this.stopped += gone.filter(({ unit }) => unit.stoppedAlone).length;
    const units = gone.map(({ unit }) => unit);
    await this.context.release(units, 'ended');
  }

  /** STOP lets what is running end, for so long; then it is cancelled on the server, and simply not done. */
  async cancelLate(over: AbortSignal): Promise<void> {
    const { gate, settings, log } = this.context;
    const since = new Map<Unit, number>();
    for (; !over.aborted; await sleep(LOOK_MS, over)) {
      if (gate.stop.draining.aborted && gate.reading.word !== 'STOP') return; // a second signal abandons what is held
      for (const { unit, work } of this.members) {
        if (!this.isStopped(unit)) since.delete(unit);
        else if (monotonic() - (since.get(unit) ?? Infinity) >= settings().stop_seconds) {
          since.set(unit, monotonic());
          await work.cancel().catch((error: unknown) => log.warn(explain(error)));
        } else if (!since.has(unit)) since.set(unit, monotonic());
      }
    }
  }

  /** By whatever scope: it is to end what it does. */
  private isStopped(unit: Unit): boolean {
    const { gate } = this.context;
    const ofTable = unit.table === undefined ? 'RUN' : gate.wishes.ofTable(unit.table).word;
    return gate.holdOn(unit).word === 'STOP' || ofTable === 'STOP';
  }
}
