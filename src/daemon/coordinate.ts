import { monotonic } from '../base/clock.js';
import { explain } from '../base/fault.js';
import { probe } from '../base/probe.js';
import type { Stop } from '../base/stop.js';
import type { Extractor } from '../connector/extractor.js';
import { inStep } from '../control/behind.js';
import { stopIfLost } from '../control/claim.js';
import { clock, readLag, type Lag } from '../control/sample.js';
import { readStatus, type Status } from '../control/status.js';
import { reopenStreams } from '../control/stream.js';
import { finishTables, foldTotals, reopenTables } from '../control/table.js';
import {
  closeEvents,
  closeJoints,
  countTasks,
  finishEvent,
  insertTasks,
  makeReady,
  reopenTasks,
  troubledTasks,
  type Troubled,
} from '../control/task.js';
import { endLeases, livingWorkers } from '../control/worker.js';
import type { Db } from '../db/db.js';
import { CUTOVER, IN_STEP } from '../model/step.js';
import type { Children } from './children.js';
import type { Context } from './context.js';
import { informed } from './daemon.js';
import { followEnding, loadEnding, type Ending, type Until } from './ending.js';
import { EXIT } from './exit.js';
import { underControl, type Live } from './under-control.js';
import type { Unit } from './unit.js';

const TICK_MS = 1_000;
const MOST_OFTEN_MS = 50;
const LOOK_SECONDS = 1;

interface Options {
  readonly until: Until;
  /** Told every second how it stands. */
  readonly watch: (status: Status, lag: Lag | undefined) => void;
}

/**
 * The one that makes tasks ready, closes events, restarts daemons and says when a run is over. It moves no rows: if
 * it dies, daemons started elsewhere go on with what is ready, and the next `openkite run` takes over.
 */
export async function coordinate(context: Context, stop: Stop, children: Children, options: Options): Promise<Ending> {
  await buryOwnDead(context);
  let ending: Ending = { code: EXIT.failed, why: 'it did not begin' };
  const word = await underControl(
    context,
    stop,
    'coordinate',
    () => 1,
    async (live, [unit]) => {
      if (unit) ending = await new Coordinator(live, unit, children, options).run();
    },
  );
  return word === 'STOP' ? { code: EXIT.stopped, why: 'STOP was said' } : ending;
}

/** Processes of this host that are gone need no lease's patience: whoever ran here before was killed. */
async function buryOwnDead(context: Context): Promise<void> {
  const control = await context.control.get();
  const { host } = context;
  const pids = (await livingWorkers(control)).filter((worker) => worker.host === host).map(({ pid }) => Number(pid));
  for (const pid of new Set(pids))
    if (!processLives(pid)) await endLeases(control, { host, pid, why: 'its process died' });
}

function processLives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

class Coordinator {
  private looked = -Infinity;
  private since = '';

  constructor(
    private readonly live: Live,
    private readonly unit: Unit,
    private readonly children: Children,
    private readonly options: Options,
  ) {}

  async run(): Promise<Ending> {
    const { live } = this;
    const control = await live.control.get();
    this.since = await clock(control);
    await reopenTables(control);
    await reopenStreams(control);
    await reopenTasks(control);
    await foldTotals(control, { alsoDone: true });
    this.children.begin(async (pid) => {
      await endLeases(await live.control.get(), { host: live.host, pid, why: 'its process died' });
    });
    try {
      return await this.untilOver();
    } finally {
      this.unit.state = 'STOPPING';
      this.unit.why = 'waits for its daemons to finish what they hold';
      live.beat();
      await this.children.end(live.settings().stop_seconds, live.gate.stop.aborting);
    }
  }

  private async untilOver(): Promise<Ending> {
    const { live } = this;
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
    const { gate } = this.live;
    const until = monotonic() + MOST_OFTEN_MS / 1000;
    for (let left = MOST_OFTEN_MS; left > 0 && !gate.closed; left = (until - monotonic()) * 1000)
      await gate.changed(left, gate.now);
  }

  private async tick(): Promise<Ending | undefined> {
    const { live, unit } = this;
    const paused = live.gate.reading.word === 'PAUSE';
    if ((unit.state === 'PAUSED') !== paused || unit.state === 'STARTING') {
      unit.state = paused ? 'PAUSED' : 'RUNNING';
      live.beat();
    }
    const control = await live.control.get();
    await this.lookNowAndThen(control);
    if (paused) return undefined;
    await closeEvents(control);
    await closeJoints(control);
    await makeReady(control);
    await finishTables(control);
    const ending = live.config.changes ? await this.follow(control) : await this.load(control);
    if (!ending) return undefined;
    return { ...ending, trouble: [...(ending.trouble ?? []), ...(await troubledTasks(control)).map(inWords)] };
  }

  private async load(control: Db): Promise<Ending | undefined> {
    const tasks = await countTasks(control);
    if (tasks.cutover === 'READY') await this.cutOver();
    return loadEnding(tasks);
  }

  /** Foreign keys are made once every table is in step: until then the rows that one refers to may be older than its own. */
  private async follow(control: Db): Promise<Ending | undefined> {
    const tasks = await countTasks(control);
    if (tasks.inStep === 'READY' && (await inStep(control))) {
      await finishEvent(control, IN_STEP);
      probe('H1');
      await makeReady(control);
    }
    return followEnding(control, this.options.until, tasks, this.since);
  }

  /** What a person looks at, and whether somebody deleted progress rows: such a table would never end, and never say why. */
  private async lookNowAndThen(control: Db): Promise<void> {
    if (monotonic() - this.looked < LOOK_SECONDS) return;
    this.looked = monotonic();
    for (const fault of await stopIfLost(control)) this.live.log.error(explain(fault));
    await foldTotals(control);
    this.options.watch(await readStatus(control), await readLag(control));
  }

  /** Sequences are read when the last row is in: they never fall behind a row that was copied. */
  private async cutOver(): Promise<void> {
    const { live } = this;
    const extractor: Extractor = await live.openExtractor('cutover');
    const loader = await (await informed(live)).openLoader('cutover');
    try {
      const steps = loader.sequenceSteps(await extractor.sequences());
      await (
        await live.control.get()
      ).transaction(async (tx) => {
        await insertTasks(tx, steps);
        await finishEvent(tx, CUTOVER);
      });
      probe('Z3');
    } finally {
      await Promise.allSettled([extractor.close(), loader.close()]);
    }
  }

  /** An outage of the control plane or the source is waited out; a mistake is not. */
  private async survive(error: unknown): Promise<undefined> {
    const fault = this.live.classify(error);
    if (fault.kind === 'operator' || fault.kind === 'permanent') throw fault;
    this.unit.why = `tries again: ${fault.message}`;
    this.live.log.warn({ code: fault.code }, explain(fault));
    await this.live.control.drop();
    return undefined;
  }
}

const inWords = ({ id, state, reason }: Troubled): string =>
  state === 'FAILED' ? `FAILED ${id}\n${reason}` : `left out ${id}\n${reason}`;
