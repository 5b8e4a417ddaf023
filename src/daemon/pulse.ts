import { setInterval } from 'node:timers';
import { explain, Fault } from '../base/fault.js';
import { VERSION } from '../base/version.js';
import { heartbeat, leaveWorkers, registerWorkers } from '../control/worker.js';
import type { Context } from './context.js';
import type { Gate } from './gate.js';
import type { Unit } from './unit.js';

const HEARTBEAT_MS = 2_000;

const alreadyCoordinated = (): Fault =>
  new Fault('operator', 'another `openkite run` coordinates this migration already', {
    safe: 'nothing was changed',
    hint: "SELECT worker, host, pid, lease_until FROM wirekite_worker WHERE role = 'coordinate'; end it, or wait for its lease",
  });

/** Writes the units' rows every two seconds, and at once when something happened that a DBA waits for. */
export class Pulse {
  private units: readonly Unit[] = [];
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private again = false;

  constructor(
    private readonly context: Context,
    private readonly gate: Gate,
    private readonly refresh: () => Promise<void>,
  ) {}

  async start(role: string, units: readonly Unit[]): Promise<void> {
    const rows = units.map(({ worker }) => ({ worker, role, version: VERSION }));
    await registerWorkers(await this.context.control.get(), rows, this.context.host).catch((error: unknown) => {
      throw this.context.classify(error).kind === 'data' ? alreadyCoordinated() : error;
    });
    this.units = units;
    this.timer = setInterval(() => this.beat(), HEARTBEAT_MS);
  }

  /** Never two at once: what is asked for during one is done by one more after it. */
  beat(): void {
    if (this.units.length === 0) return;
    this.again = true;
    this.beating ??= this.run().finally(() => (this.beating = undefined));
  }

  private async run(): Promise<void> {
    while (this.again) {
      this.again = false;
      try {
        const control = await this.context.control.get();
        const lost = await heartbeat(
          control,
          this.units.map((unit) => this.beatOf(unit)),
        );
        if (lost.some(({ lost: what }) => what === 'gone'))
          this.gate.stop.drain('its rows in wirekite_worker are gone');
        await this.refresh();
      } catch (error) {
        return this.miss(this.context.classify(error));
      }
    }
  }

  /** A missed beat is made up for by the next. A row that the table refuses belongs to somebody else by now. */
  private async miss(fault: Fault): Promise<void> {
    this.context.log.warn(`heartbeat not written: ${explain(fault)}`);
    if (fault.kind === 'data') this.gate.stop.drain('another coordinator has taken over');
    await this.context.control.drop();
  }

  private beatOf(unit: Unit) {
    const { word: actionRead, readAt: actionReadAt } = this.gate.reading;
    const known = Object.entries(unit).filter(([, value]) => value !== undefined);
    return { ...(Object.fromEntries(known) as Pick<Unit, 'worker' | 'state' | 'why'>), actionRead, actionReadAt };
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The last word of each unit, and its lease ends. */
  async end(): Promise<void> {
    this.stop();
    this.beat();
    await this.beating;
    await leaveWorkers(
      await this.context.control.get(),
      this.units.map((unit) => unit.worker),
      'ended',
    );
  }
}
