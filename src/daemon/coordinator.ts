import type { Bell } from '../base/bell.js';
import { monotonic } from '../base/clock.js';
import { explain } from '../base/fault.js';
import { probe } from '../base/probe.js';
import { inStep } from '../control/behind.js';
import { stopIfLost } from '../control/claim.js';
import { phaseProgress } from '../control/phase.js';
import { readSaid } from '../control/said.js';
import { clock, readLag, type Lag } from '../control/sample.js';
import { readStatus, type Status } from '../control/status.js';
import { reopenStreams } from '../control/stream.js';
import { finishTables, foldTotals, reopenTables } from '../control/table.js';
import {
  abortTasks,
  closeEvents,
  closeJoints,
  countTasks,
  failedCritical,
  finishEvent,
  makeReady,
  reopenTasks,
  troubledTasks,
  type TaskCounts,
  type Troubled,
} from '../control/task.js';
import { endLeases, isStoppedAlone, readUtilisation } from '../control/worker.js';
import type { Db } from '../db/db.js';
import { IN_STEP } from '../model/step.js';
import { Checkpoints } from '../run/checkpoints.js';
import { turnPhases } from '../run/phases.js';
import type { Chronicle } from '../run/chronicle.js';
import { Watchdog } from '../run/watchdog.js';
import type { Children } from './children.js';
import type { DaemonContext } from './daemon.js';
import { followEnding, loadEnding, type Ending, type Until } from './ending.js';
import { EXIT } from './exit.js';
import { Household } from './household.js';
import { Obedience } from './obey/obey.js';
import { openCutover } from './open-cutover.js';
import { reconcile } from './reconcile.js';
import { Scaler } from './scaler.js';
import type { Unit } from './unit.js';

const TICK_MS = 1_000;
const MOST_OFTEN_MS = 50;
const LOOK_SECONDS = 1;

export interface RunOptions {
  readonly until: Until;
  /** The name of this run. */
  readonly run: string;
  /** Told at the end what the run was as a whole. */
  readonly snapshot?: (document: string) => void;
  /** Told every second how it stands. */
  readonly watch: (status: Status, lag: Lag | undefined) => void;
  /** Rung for a checkpoint. */
  readonly bell?: Bell;
}

export class Coordinator {
  private looked = -Infinity;
  private since = '';
  private readonly obedience: Obedience;
  private readonly household: Household;
  private readonly checkpoints: Checkpoints;
  private readonly watchdog: Watchdog;
  /** Tasks that were left out when that was written down last. */
  private leftOut = 0;

  constructor(
    private readonly context: DaemonContext,
    private readonly unit: Unit,
    private readonly children: Children,
    private readonly options: RunOptions,
    private readonly chronicle: Chronicle,
  ) {
    this.watchdog = new Watchdog(chronicle, context.settings, (words) => context.log.warn(words));
    this.obedience = new Obedience(context);
    this.household = new Household(context, new Scaler(context, children, chronicle));
    this.checkpoints = new Checkpoints(context.settings, (words) => chronicle.event(words));
    options.bell?.attend(() => context.gate.wake());
  }

  async run(): Promise<Ending> {
    const { context: live } = this;
    const control = await live.control.get();
    this.since = await clock(control);
    await reopenTables(control);
    await reopenStreams(control);
    await reopenTasks(control);
    await foldTotals(control, { alsoDone: true });
    await reconcile(live, control);
    this.children.begin({
      died: async (pid) => {
        await endLeases(await live.control.get(), { host: live.host, pid, why: 'its process died' });
      },
      // Read now: a daemon may have heard it before us.
      isStopped: async () => (await readSaid(await live.control.get())).reading.word === 'STOP',
      isStoppedAlone: async (pid) => isStoppedAlone(await live.control.get(), live.host, pid),
    });
    let ending: Ending;
    try {
      ending = await this.untilOver();
    } finally {
      this.unit.state = 'STOPPING';
      this.unit.why = 'waits for its daemons to finish what they hold';
      live.beat();
      await this.children.end(live.settings().stop_seconds, live.gate.stop.aborting);
      if (live.gate.reading.word === 'STOP') await this.sayStopped();
    }
    return ending.status === undefined ? ending : { ...ending, ...(await this.used()) };
  }

  /** What its workers were, now that they have said their last words. Nobody's run has failed for want of it. */
  private async used(): Promise<Pick<Ending, 'used'>> {
    const { control, log, classify } = this.context;
    try {
      return { used: await readUtilisation(await control.get(), this.since) };
    } catch (error) {
      log.warn(explain(classify(error)));
      return {};
    }
  }

  /** Best effort: a target that is away does not keep the process. */
  private async sayStopped(): Promise<void> {
    const { context: live } = this;
    await live.control
      .get()
      .then((control) => this.obedience.leave(control))
      .catch((error: unknown) => live.log.warn(explain(error)));
  }

  private async untilOver(): Promise<Ending> {
    const { context: live } = this;
    for (;;) {
      if (live.gate.stop.draining.aborted)
        return { code: EXIT.failed, why: 'interrupted; run again to go on at the marks' };
      if (live.gate.reading.word === 'STOP') return { code: EXIT.stopped, why: 'STOP was said' };
      if (this.children.verdict) return this.children.verdict;
      const now = live.gate.now;
      const ending = await this.tick().catch((error: unknown) => this.survive(error));
      if (ending) return ending;
      await live.gate.changed(TICK_MS, now);
      await this.breathe();
    }
  }

  /** Many notices at once are one reason to look; a word of the operator's does not wait. */
  private async breathe(): Promise<void> {
    const { gate } = this.context;
    const until = monotonic() + MOST_OFTEN_MS / 1000;
    for (let left = MOST_OFTEN_MS; left > 0 && !gate.closed; left = (until - monotonic()) * 1000)
      await gate.changed(left, gate.now);
  }

  private async tick(): Promise<Ending | undefined> {
    const { context: live, unit } = this;
    const paused = live.gate.reading.word === 'PAUSE';
    unit.obeys = live.gate.serial;
    if ((unit.state === 'PAUSED') !== paused || unit.state === 'STARTING') {
      unit.state = paused ? 'PAUSED' : 'RUNNING';
      live.beat();
    }
    const control = await live.control.get();
    await this.lookNowAndThen(control);
    await this.obedience.look(control, paused);
    if (this.options.bell?.heard()) await this.checkpointNow(control);
    if (paused) return undefined;
    await this.chronicle.loaded(await closeEvents(control));
    await closeJoints(control);
    await this.ready(control);
    await finishTables(control);
    const ending = live.config.changes ? await this.follow(control) : await this.load(control);
    if (!ending) return undefined;
    await this.settle(control);
    // What failed last may be what a person is to look at, before the run is over.
    if (ending.code === EXIT.failed && (await this.watchdog.look(await readStatus(control)))) return undefined;
    const trouble = [...(ending.trouble ?? []), ...(await troubledTasks(control)).map(inWords)];
    return { ...ending, trouble, phases: await phaseProgress(control), status: await readStatus(control) };
  }

  private async turn(control: Db): Promise<void> {
    const { model } = this.context.config.execution;
    for (const what of await turnPhases(control, model, this.checkpoints)) await this.chronicle.event(what);
  }

  /** Where phases are waves, what is READY is of those that are open. */
  private async ready(control: Db): Promise<void> {
    await this.checkpoints.lookAtKeys(control);
    await this.turn(control);
    await makeReady(control);
  }

  /** The last task may have ended since phases and tables were looked at. */
  private async settle(control: Db): Promise<void> {
    await this.turn(control);
    await finishTables(control);
    await foldTotals(control, { alsoDone: true });
  }

  /** Also in a PAUSE: it moves nothing. */
  private async checkpointNow(control: Db): Promise<void> {
    this.checkpoints.add('asked for by SIGUSR2');
    await this.checkpoints.take(control);
  }

  private async load(control: Db): Promise<Ending | undefined> {
    const tasks = await countTasks(control);
    if (tasks.cutover === 'READY') await this.cutOver();
    return (await this.judge(control, tasks)) ?? loadEnding(tasks);
  }

  /** Foreign keys are made once every table is in step: until then the rows that one refers to may be older than its own. */
  private async follow(control: Db): Promise<Ending | undefined> {
    const tasks = await countTasks(control);
    const judged = await this.judge(control, tasks);
    if (judged) return judged;
    if (tasks.inStep === 'READY' && (await inStep(control))) {
      await finishEvent(control, IN_STEP);
      probe('H1');
      await this.ready(control);
    }
    return followEnding(control, this.options.until, tasks, this.since);
  }

  /** What failures mean for all others, by the policy. */
  private async judge(control: Db, { failed, blocked, aborted }: TaskCounts): Promise<Ending | undefined> {
    if (blocked + aborted > this.leftOut) await this.chronicle.leftOut();
    this.leftOut = blocked + aborted;
    if (failed === 0) return undefined;
    const { continue_on_error: goesOn, auto_recover: recovers } = this.context.settings();
    if (goesOn === 'NO' || recovers === 'NO') {
      await makeReady(control); // what needs what has failed just now is blocked, and not aborted
      await abortTasks(control);
    }
    const critical = await failedCritical(control);
    if (critical.length === 0) return undefined;
    const names = critical.map(({ table }) => table).join(', ');
    const trouble = critical.map(({ table, error }) => `STOPPED ${table}\n${error}`);
    return { code: EXIT.failed, why: `without ${names} the migration has failed`, trouble, goesBack: true };
  }

  /** What a person looks at, and whether somebody deleted progress rows: such a table would never end, and never say why. */
  private async lookNowAndThen(control: Db): Promise<void> {
    if (monotonic() - this.looked < LOOK_SECONDS) return;
    this.looked = monotonic();
    for (const fault of await stopIfLost(control)) this.context.log.error(explain(fault));
    await foldTotals(control);
    await this.household.keep(control);
    const status = await readStatus(control);
    await this.checkpoints.look(control, status);
    await this.watchdog.look(status);
    this.options.watch(status, await readLag(control));
  }

  private async cutOver(): Promise<void> {
    const extractor = await this.context.openExtractor('cutover');
    try {
      await openCutover(this.context, extractor);
    } finally {
      await extractor.close();
    }
  }

  /** An outage of the control plane or the source is waited out; a mistake is not. */
  private async survive(error: unknown): Promise<undefined> {
    const fault = this.context.classify(error);
    if (fault.kind === 'operator' || fault.kind === 'permanent') throw fault;
    this.unit.why = `tries again: ${fault.message}`;
    this.context.log.warn({ code: fault.code }, explain(fault));
    await this.context.control.drop();
    return undefined;
  }
}

const inWords = ({ id, state, reason }: Troubled): string =>
  state === 'FAILED' ? `FAILED ${id}\n${reason}` : `left out ${id}\n${reason}`;
