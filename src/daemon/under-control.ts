import { explain } from '../base/fault.js';
import type { Stop } from '../base/stop.js';
import type { Reading, Word } from '../control/action.js';
import { requireVersion } from '../control/set-up.js';
import { readSettings, stampSettings, type Settings } from '../control/setting.js';
import { watchAction, type ActionWatch } from '../control/watch.js';
import { newWorkerId } from '../control/worker.js';
import type { Context } from './context.js';
import { Gate } from './gate.js';
import { Pulse } from './pulse.js';
import type { Unit } from './unit.js';

/** A process that the control plane knows: its units are rows, and the operator's word reaches it. */
export interface Live extends Context {
  readonly gate: Gate;
  /** In force now: read with every heartbeat. */
  readonly settings: () => Settings;
  /** Writes every unit's row now instead of at the next heartbeat. */
  readonly beat: () => void;
}

/**
 * Registers the units, keeps their leases, watches the operator's word while `body` runs, and says goodbye.
 * Returns the word that held at the end. Under STOP, `body` is not begun.
 */
export async function underControl(
  context: Context,
  stop: Stop,
  role: string,
  plan: (settings: Settings) => number,
  body: (live: Live, units: Unit[]) => Promise<void>,
): Promise<Word> {
  const control = await context.control.get();
  await requireVersion(control);
  let settings = await readSettings(control);
  let units: Unit[] = [];
  let watch: ActionWatch | undefined = undefined;
  const gate = new Gate(() => watch?.current() ?? UNREAD, stop);
  const pulse = new Pulse(context, gate, async () => {
    const before = JSON.stringify(settings);
    settings = await readSettings(await context.control.get());
    if (before !== JSON.stringify(settings)) await stampSettings(await context.control.get());
  });
  watch = await watchAction(async () => (await context.openLoader('action')).db, {
    pollSeconds: settings.poll_seconds,
    graceSeconds: settings.grace_seconds,
    onChange: () => {
      for (const unit of units) if (unit.state === 'RUNNING' && gate.closed) unit.state = pausing(gate);
      gate.wake();
      pulse.beat();
    },
    onNotice: () => gate.call(),
    onDeaf: (error) => context.log.warn(`no notices, so polling only: ${explain(error)}`),
    onUnreadable: ({ why }, seconds) => context.log.warn({ seconds: Math.round(seconds) }, `wirekite_action: ${why}`),
    signal: stop.draining,
  });
  try {
    if (gate.reading.word === 'STOP') return 'STOP';
    units = Array.from({ length: plan(settings) }, (_, i) => newUnit(newWorkerId(role, i + 1)));
    await pulse.start(role, units);
    await body({ ...context, gate, settings: () => settings, beat: () => pulse.beat() }, units);
    await pulse.end();
    return gate.reading.word;
  } finally {
    pulse.stop();
    await watch.close();
  }
}

/** Before the first reading nothing may begin. */
const UNREAD: Reading = { word: 'PAUSE', status: 'CONTROL_UNREADABLE', why: 'not read yet', readAt: '' };

const pausing = (gate: Gate) => (gate.reading.word === 'PAUSE' ? 'PAUSING' : 'STOPPING');

const newUnit = (worker: string): Unit => ({
  worker,
  state: 'STARTING',
  why: '',
  atMark: undefined,
  sourceSession: undefined,
  targetSession: undefined,
});
