import { setInterval } from 'node:timers';
import { explain, Fault } from '../base/fault.js';
import { UsageMeter } from '../base/usage.js';
import { VERSION } from '../base/version.js';
import { recordAcks } from '../control/command.js';
import { heartbeat, leaveWorkers, registerWorkers, type Activity, type Beat } from '../control/worker.js';
import type { Answers } from './answers.js';
import type { Context } from './context.js';
import type { Gate } from './gate.js';
import type { Unit } from './unit.js';

const HEARTBEAT_MS = 2_000;

const alreadyCoordinated = (): Fault =>
  new Fault('operator', 'another `openkite run` coordinates this migration already', {
    safe: 'nothing was changed',
    hint: "SELECT worker, host, pid, lease_until FROM wirekite_worker WHERE role = 'coordinate'; end it, or wait for its lease",
  });

export interface PulseOptions {
  readonly role: string;
  readonly leaseSeconds: () => number;
  /** When the settings were read that are in force here. */
  readonly settingsReadAt: () => string;
  /** Done with every beat. */
  readonly refresh: () => Promise<void>;
  readonly answers: Answers;
}

/** Writes the units' rows every two seconds, and at once when something happened that a DBA waits for. */
export class Pulse {
  private readonly units = new Set<Unit>();
  private readonly timer: NodeJS.Timeout;
  private beating: Promise<void> | undefined;
  private again = false;
  private readonly meter = new UsageMeter();

  constructor(
    private readonly context: Context,
    private readonly gate: Gate,
    private readonly options: PulseOptions,
  ) {
    this.timer = setInterval(() => this.beat(), HEARTBEAT_MS);
  }

  /** From now on it is a row, with a lease. */
  async add(units: readonly Unit[]): Promise<void> {
    const { role, leaseSeconds } = this.options;
    const rows = units.map(({ worker }) => ({ worker, role, version: VERSION }));
    const place = { host: this.context.host, lease: leaseSeconds() };
    await registerWorkers(await this.context.control.get(), rows, place).catch((error: unknown) => {
      throw this.context.classify(error).kind === 'data' ? alreadyCoordinated() : error;
    });
    for (const unit of units) this.units.add(unit);
  }

  /** Its last word, and its lease ends. */
  async remove(units: readonly Unit[], why: string): Promise<void> {
    this.beat();
    await this.beating;
    for (const unit of units) this.units.delete(unit);
    const workers = units.map(({ worker }) => worker);
    await leaveWorkers(await this.context.control.get(), workers, why);
  }

  /** Never two at once: what is asked for during one is done by one more after it. */
  beat(): void {
    if (this.units.size === 0) return;
    this.again = true;
    this.beating ??= this.run().finally(() => (this.beating = undefined));
  }

  private async run(): Promise<void> {
    while (this.again) {
      this.again = false;
      try {
        await this.once();
      } catch (error) {
        return this.miss(this.context.classify(error));
      }
    }
  }

  private async once(): Promise<void> {
    const { leaseSeconds, refresh, answers } = this.options;
    const units = [...this.units];
    const control = await this.context.control.get();
    const beats = units.map((unit) => this.beatOf(unit));
    const lost = await heartbeat(control, beats, leaseSeconds());
    if (lost.some(({ lost: what }) => what === 'gone')) this.gate.stop.drain('its rows in wirekite_worker are gone');
    const acks = answers.due(this.gate, units);
    if (acks.length > 0) await recordAcks(control, acks);
    answers.given(acks);
    await refresh();
  }

  /** A missed beat is made up for by the next. A row that the table refuses belongs to somebody else by now. */
  private async miss(fault: Fault): Promise<void> {
    this.context.log.warn(`heartbeat not written: ${explain(fault)}`);
    if (fault.kind === 'data') this.gate.stop.drain('another coordinator has taken over');
    await this.context.control.drop();
  }

  private beatOf(unit: Unit): Beat {
    const { readAt: actionReadAt } = this.gate.reading;
    const { worker, state, why, table, blockedBy } = unit;
    const activity = activityOf(unit);
    const { atMark, sourceSession, targetSession } = unit;
    return {
      ...{ worker, state, why, activity, actionReadAt },
      ...this.meter.look(),
      busySeconds: unit.busy,
      actionRead: this.gate.holdOn(unit).word,
      settingsReadAt: this.options.settingsReadAt(),
      ...(atMark === undefined ? {} : { atMark }),
      ...(sourceSession === undefined ? {} : { sourceSession }),
      ...(targetSession === undefined ? {} : { targetSession }),
      ...(blockedBy === undefined ? {} : { blockedBy }),
      ...(table === undefined ? {} : { table: `${table.schema}.${table.name}` }),
    };
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The last word of each unit, and its lease ends. */
  async end(): Promise<void> {
    this.stop();
    await this.remove([...this.units], 'ended');
  }
}

function activityOf({ activity, blockedBy, isStoring }: Unit): Activity {
  if (blockedBy !== undefined) return 'LOCK';
  return (activity === 'SOURCE' || activity === 'TARGET') && isStoring?.() ? 'STORE' : activity;
}
