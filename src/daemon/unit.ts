import { monotonic } from '../base/clock.js';
import { backoffSeconds } from '../base/backoff.js';
import type { Fault } from '../base/fault.js';
import { explain } from '../base/fault.js';
import type { Log } from '../base/log.js';
import { probe } from '../base/probe.js';
import type { Activity, WorkerState } from '../control/worker.js';
import type { TableRef } from '../control/wishes.js';
import { recovery, type Policy, type Recovery } from '../plan/policy.js';
import type { Gate } from './gate.js';
import { isOutage } from './session.js';

/** One unit that claims work: a row of `wirekite_worker`. Daemons have several; what they do is in their `Work`. */
export interface Unit {
  readonly worker: string;
  readonly role: string;
  state: WorkerState;
  /** What it does or waits for, in words. */
  why: string;
  /** The last mark that it made durable, as `<chunk> <rows>`. */
  atMark: string | undefined;
  sourceSession: string | undefined;
  targetSession: string | undefined;
  /** The table that it works on. */
  table: TableRef | undefined;
  activity: Activity;
  /** Asked while it reads or writes: whether it waits for what is stored, and not for the server. */
  isStoring: (() => boolean) | undefined;
  /** Seconds in which it had a piece of work in hand. */
  busy: number;
  /** Whose lock its session on the target waits for. */
  blockedBy: string | undefined;
  /** The reading of the words (`Gate.serial`) under which its piece of work was begun. */
  obeys: number;
  /** It is one too many: it leaves after its piece of work. */
  dismissed: boolean;
  /** It has left because somebody said STOP to it, and not to all. */
  stoppedAlone: boolean;
}

export const newUnit = (worker: string, role: string): Unit => ({
  worker,
  role,
  state: 'STARTING',
  why: '',
  atMark: undefined,
  sourceSession: undefined,
  targetSession: undefined,
  table: undefined,
  activity: 'IDLE',
  isStoring: undefined,
  busy: 0,
  blockedBy: undefined,
  obeys: 0,
  dismissed: false,
  stoppedAlone: false,
});

export interface Work {
  /** Lets go what may not be worked on any more, before the next piece: then the unit obeys what was read before. */
  obey?(): Promise<void>;
  /** Does one piece. False: there is nothing to do now. */
  next(): Promise<boolean>;
  /** Closes the sessions that hold rows; the next piece opens them again. */
  rest(): Promise<void>;
  /** The claim in hand is tried again: counted where a DBA looks for it. */
  again(): Promise<void>;
  /** Ends, on the server, the statement that a STOP has waited for long enough. */
  cancel(): Promise<void>;
  /** Called now and then in a PAUSE, with its length so far. */
  paused?(seconds: number): Promise<void>;
  /** Gives back what it claimed, because a PAUSE may be long or the process ends. */
  giveBack(): Promise<void>;
  /** A try has failed, whatever comes of it. Best effort: it never rejects. */
  tried?(fault: Fault): Promise<void>;
  /**
   * A failure that no retry mends: the table is stopped, or held for a person, its claim closed. False: it was not about
   * one table.
   */
  fail(fault: Fault, as: 'FAILED' | 'HELD'): Promise<boolean>;
}

export interface UnitContext {
  readonly gate: Gate;
  readonly log: Log;
  /** Writes every unit's row now instead of at the next heartbeat. */
  readonly beat: () => void;
  readonly classify: (error: unknown) => Fault;
  readonly policy: () => Policy;
  /** False: nothing is tried again but what an outage has interrupted. */
  readonly recovers: () => boolean;
}

/** What a unit's piece of work has cost since it last got on. */
interface Spent {
  /** Failures that count against the policy. */
  readonly tries: number;
  /** Those, and waits for what is missing. */
  readonly waits: number;
}

const NOTHING: Spent = { tries: 0, waits: 0 };

const IDLE_MS = 1_000;
const PAUSED_MS = 5_000;

/** Runs a unit until STOP or a signal. Throws only what is not about one table: the daemon ends on it. */
export async function runUnit(unit: Unit, work: Work, context: UnitContext): Promise<void> {
  const { gate } = context;
  let spent = NOTHING;
  let mark = unit.atMark;
  for (;;) {
    const now = gate.now;
    try {
      if (gate.stops(unit) && (await passPausePoint(unit, work, context)) === 'leave') break;
      const { serial } = gate;
      await work.obey?.();
      unit.obeys = serial;
      show(unit, 'RUNNING', unit.why);
      unit.activity = 'IDLE';
      unit.table = undefined; // whatever it takes up next, it may be a table that is held meanwhile
      const begun = monotonic();
      const did = await work.next();
      spent = NOTHING;
      if (did) unit.busy += monotonic() - begun;
      if (did) gate.call();
      else await idle(unit, gate, now);
    } catch (error) {
      if (unit.atMark !== mark) spent = NOTHING; // a piece may go on for days: what it did since is success
      mark = unit.atMark;
      spent = await afterFault(error, spent, unit, work, context);
    }
  }
  await work.giveBack();
  await work.rest();
}

/** Back-pressure and the like say themselves what they are; else there is simply nothing to do. */
async function idle(unit: Unit, gate: Gate, now: number): Promise<void> {
  if (unit.activity !== 'BUDGET' && unit.activity !== 'THROTTLE') unit.activity = 'IDLE';
  await gate.changed(IDLE_MS, now);
}

/** Between two pieces of work: waits out a PAUSE; says whether to leave. */
async function passPausePoint(unit: Unit, work: Work, { gate, beat }: UnitContext): Promise<'go' | 'leave'> {
  const start = monotonic();
  while (gate.stops(unit)) {
    const now = gate.now;
    const { word, why } = gate.holdOn(unit);
    if (gate.stop.draining.aborted || unit.dismissed || word === 'STOP') {
      probe('K5');
      unit.stoppedAlone = gate.wishes.ofWorker(unit.worker).word === 'STOP';
      show(unit, word === 'STOP' ? 'STOPPED' : 'STOPPING', why);
      return 'leave';
    }
    unit.obeys = gate.serial;
    unit.activity = 'IDLE';
    if (unit.state !== 'PAUSED') {
      probe('K2');
      await work.rest();
      show(unit, 'PAUSED', why);
      beat();
    }
    probe('K3');
    await work.paused?.(monotonic() - start);
    await gate.heard(PAUSED_MS, now);
  }
  probe('K4');
  show(unit, 'RUNNING', '');
  beat();
  return 'go';
}

function show(unit: Unit, state: WorkerState, why: string): void {
  unit.state = state;
  unit.why = why;
}

/**
 * Does what the policy says of the failure. A server that cannot be reached is waited for without spending a try: nobody's
 * work has failed.
 */
async function afterFault(error: unknown, spent: Spent, unit: Unit, work: Work, context: UnitContext): Promise<Spent> {
  const { gate, log } = context;
  const fault = context.classify(error);
  await work.rest();
  if (gate.stop.aborting.aborted) throw fault;
  if (fault.code === 'FENCED') return letGo(fault, unit, work, context);
  const tries = isOutage(error) ? spent.tries : spent.tries + 1;
  if (!isOutage(error)) await work.tried?.(fault);
  const doing = isOutage(error) ? 'resume' : decide(fault, tries, context);
  if (doing === 'retry' || doing === 'resume') {
    const next = { tries: doing === 'retry' ? tries : spent.tries, waits: spent.waits + 1 };
    await wait(fault, next.waits, doing, unit, context);
    // To count it is not worth a failure: a session that the fault left behind may hold the row.
    if (!isOutage(error)) await work.again().catch((later: unknown) => log.warn(explain(context.classify(later))));
    return next;
  }
  log.error({ unit: unit.worker, code: fault.code, place: fault.place }, explain(fault));
  if (!(await work.fail(fault, doing === 'hold' ? 'HELD' : 'FAILED'))) throw fault;
  return NOTHING;
}

/** Whether a table's failure is that of the migration, the coordinator judges. */
function decide({ kind }: Fault, attempt: number, { policy, recovers }: UnitContext): Recovery['do'] {
  return recovers() ? recovery({ kind, critical: false, attempt }, policy()).do : 'skip';
}

async function wait(
  fault: Fault,
  waits: number,
  doing: 'retry' | 'resume',
  unit: Unit,
  { gate, log }: UnitContext,
): Promise<void> {
  const seconds = backoffSeconds(waits);
  log.warn({ unit: unit.worker, code: fault.code, place: fault.place, retry: waits, seconds }, explain(fault));
  const what =
    fault.kind === 'resource' && doing === 'resume' ? 'waits for what is missing, looks again' : 'tries again';
  unit.why = `${what} in ${Math.round(seconds)} s: ${fault.message}`;
  await gate.rest(seconds * 1000);
}

/** Somebody else has the claim, or nobody may have it: trying again would only stop a table that others are loading. */
async function letGo(fault: Fault, unit: Unit, work: Work, { log }: UnitContext): Promise<Spent> {
  log.warn({ unit: unit.worker, code: fault.code, place: fault.place }, explain(fault));
  await work.giveBack();
  return NOTHING;
}
