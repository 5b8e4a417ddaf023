import { explain } from '../base/fault.js';
import type { Stop } from '../base/stop.js';
import { UNREAD, type Word } from '../control/action.js';
import { requireVersion } from '../control/set-up.js';
import { readBlockers, readPace } from '../control/pace.js';
import { readSettings, stampSettings, type SettingsRead } from '../control/setting.js';
import type { Settings } from '../control/settings.js';
import { watchAction, type ActionWatch } from '../control/watch.js';
import { Wishes } from '../control/wishes.js';
import { newWorkerId } from '../control/worker.js';
import type { Db } from '../db/db.js';
import { Answers } from './answers.js';
import type { Context } from './context.js';
import { Gate } from './gate.js';
import { Pacer } from './pacer.js';
import { Pulse } from './pulse.js';
import { newUnit, type Unit } from './unit.js';

/** A process that the control plane knows: its units are rows, and the operator's word reaches it. */
export interface Live extends Context {
  readonly gate: Gate;
  /** In force now: read with every heartbeat. */
  readonly settings: () => Settings;
  /** Holds rows back where somebody has said how fast they may go. */
  readonly pacer: Pacer;
  /** Writes every unit's row now instead of at the next heartbeat. */
  readonly beat: () => void;
  /** Makes units, each with a row and a lease. */
  readonly enlist: (count: number) => Promise<Unit[]>;
  /** Their rows say STOPPED, their leases end. */
  readonly release: (units: readonly Unit[], why: string) => Promise<void>;
}

/** What may be asked of a process while it is under control. */
interface Body {
  readonly role: string;
  readonly run: (live: Live) => Promise<void>;
  /** With every heartbeat. */
  readonly refresh?: () => Promise<void>;
  /** Whether its plan has this table. */
  readonly knows?: (table: string) => boolean;
}

/**
 * Watches the operator's word and keeps the leases of units while `run` runs, and says goodbye. Returns the word that held
 * at the end. Under STOP, `run` is not begun.
 */
export async function underControl(context: Context, stop: Stop, body: Body): Promise<Word> {
  await requireVersion(await context.control.get());
  const process = new Process(context, stop, body);
  try {
    if ((await process.begin()) === 'STOP') return 'STOP';
    await process.run();
    return process.gate.reading.word;
  } finally {
    await process.end();
  }
}

class Process {
  readonly gate: Gate;
  private read: SettingsRead | undefined;
  private watch: ActionWatch | undefined;
  private readonly pulse: Pulse;
  private readonly units = new Set<Unit>();
  private readonly pacer: Pacer;
  /** This login may not see who holds locks. */
  private blind = false;
  private enlisted = 0;

  constructor(
    private readonly context: Context,
    stop: Stop,
    private readonly body: Body,
  ) {
    const words = {
      current: () => this.watch?.current() ?? UNREAD,
      wishes: () => this.watch?.wishes() ?? new Wishes(),
    };
    this.gate = new Gate(words, stop);
    this.pacer = new Pacer(this.gate, () => this.settings);
    this.pulse = new Pulse(context, this.gate, {
      role: body.role,
      leaseSeconds: () => this.settings.lease_seconds,
      settingsReadAt: () => this.read?.readAt ?? '',
      refresh: () => this.refresh(),
      answers: new Answers(body.knows ?? (() => true)),
    });
  }

  private get settings(): Settings {
    return (this.read as SettingsRead).settings;
  }

  async begin(): Promise<Word> {
    const { context, gate } = this;
    this.read = await readSettings(await context.control.get());
    this.watch = await watchAction(async () => (await context.openLoader('action')).db, {
      pollSeconds: () => this.settings.poll_seconds,
      graceSeconds: () => this.settings.grace_seconds,
      onChange: () => this.heard(),
      onNotice: () => gate.call(),
      onDeaf: (error) => context.log.warn(`no notices, so polling only: ${explain(error)}`),
      onUnreadable: ({ why }, seconds) => context.log.warn({ seconds: Math.round(seconds) }, `wirekite_action: ${why}`),
      signal: gate.stop.draining,
    });
    return gate.reading.word;
  }

  async run(): Promise<void> {
    const { gate, pulse, context } = this;
    await this.body.run({
      ...context,
      gate,
      settings: () => this.settings,
      pacer: this.pacer,
      beat: () => pulse.beat(),
      enlist: (count) => this.enlist(count),
      release: (units, why) => this.release(units, why),
    });
    await pulse.end();
  }

  async end(): Promise<void> {
    this.pulse.stop();
    await this.watch?.close();
  }

  private heard(): void {
    const { gate } = this;
    gate.serial += 1;
    for (const unit of this.units)
      if (unit.state === 'RUNNING' && gate.stops(unit))
        unit.state = gate.holdOn(unit).word === 'PAUSE' ? 'PAUSING' : 'STOPPING';
    gate.wake();
    this.pulse.beat();
  }

  private async enlist(count: number): Promise<Unit[]> {
    const { role } = this.body;
    const units = Array.from({ length: count }, () => newUnit(newWorkerId(role, (this.enlisted += 1)), role));
    await this.pulse.add(units);
    for (const unit of units) this.units.add(unit);
    return units;
  }

  private async release(units: readonly Unit[], why: string): Promise<void> {
    for (const unit of units) this.units.delete(unit);
    await this.pulse.remove(units, why);
  }

  /** Who waits for a lock shows by whose, where that is not seen by everybody. */
  private async lookForBlockers(control: Db): Promise<void> {
    const sessions = [...this.units].flatMap(({ targetSession }) => targetSession ?? []);
    const found = this.blind ? undefined : await readBlockers(control, sessions);
    this.blind ||= found === undefined;
    for (const unit of this.units) unit.blockedBy = found?.get(unit.targetSession ?? '');
  }

  /** Settings that were read now are in force from now on; once everybody who lives has read them, that is written down. */
  private async refresh(): Promise<void> {
    const control = await this.context.control.get();
    const before = JSON.stringify(this.read?.settings);
    this.read = await readSettings(control);
    if (this.read.pending) await stampSettings(control);
    if (this.pacer.isOn) this.pacer.pace = await readPace(control);
    await this.lookForBlockers(control);
    await this.body.refresh?.();
    if (before === JSON.stringify(this.read.settings)) return;
    this.gate.wake();
    this.pulse.beat(); // says at once that they are read
  }
}
