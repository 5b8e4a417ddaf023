import { Fault } from '../base/fault.js';
import { checkpointTimes, type CheckpointRule, type Ended } from './checkpoints.js';
import { compare } from './graph.js';
import { pop, push } from './heap.js';
import type { Ready } from './ready.js';
import { begin, end, runOf, type Run } from './state.js';
import type { Resources, Task } from './task.js';

export interface Model {
  readonly ready: Ready;
  /** Seconds between the end of a phase and the beginning of the next; only for waves. */
  readonly barrierSeconds?: number;
  readonly checkpoints: CheckpointRule;
}

/** A task, or a barrier, from when to when in seconds from the beginning. */
export interface Span {
  readonly task?: Task;
  readonly start: number;
  readonly end: number;
}

export interface Simulation {
  /** Seconds until everything has ended. */
  readonly makespan: number;
  /** Seconds of all workers at work. */
  readonly work: number;
  /** Seconds of all workers not at work. */
  readonly idle: number;
  /** work ÷ (work + idle), 0 to 1. */
  readonly utilisation: number;
  readonly checkpoints: number;
  /** In the order of their ends. */
  readonly schedule: readonly Span[];
}

interface Clock {
  now: number;
  /** What runs, that which ends first in front. */
  readonly running: Span[];
  readonly ended: Span[];
  readonly phases: Pick<Ended, 'end'>[];
}

/**
 * Runs a plan in virtual time, every task for exactly as long as it was estimated: whatever is ready begins, the clock goes
 * on to the next end. That is the parallel schedule generation scheme (Kolisch 1996), and what the daemons do but for
 * surprises. Fault `permanent` where tasks wait for each other's space on the disk for ever.
 */
export function simulate(tasks: readonly Task[], capacity: Resources, model: Model): Simulation {
  const run = runOf(tasks, capacity);
  const clock: Clock = { now: 0, running: [], ended: [], phases: [] };
  do {
    for (let task = model.ready(run); task !== undefined; task = model.ready(run)) {
      begin(run, task);
      push(clock.running, { task, start: clock.now, end: clock.now + task.seconds }, endsBefore);
    }
  } while (advance(run, clock, model));
  if (run.left.size > 0) throw stuck(run);
  return summary(clock, capacity.workers, model.checkpoints);
}

const endsBefore = (a: Span, b: Span): boolean => (a.end - b.end || compare(a.task?.id ?? '', b.task?.id ?? '')) < 0;

/** On to the next moment at which something ends. Returns whether there is one. */
function advance(run: Run, clock: Clock, { barrierSeconds = 0 }: Model): boolean {
  const [next] = clock.running;
  if (next === undefined) return false;
  clock.now = next.end;
  while (clock.running[0]?.end === clock.now) {
    const span = pop(clock.running, endsBefore) as Span;
    clock.ended.push(span);
    if (span.task === undefined) run.atBarrier = false;
    else if (end(run, span.task)) {
      clock.phases.push(span);
      if (barrierSeconds > 0 && run.left.size > 0) rest(run, clock, barrierSeconds);
    }
  }
  return true;
}

function rest(run: Run, { now, running }: Clock, seconds: number): void {
  run.atBarrier = true;
  push(running, { start: now, end: now + seconds }, endsBefore);
}

function summary({ now, ended, phases }: Clock, workers: number, rule: CheckpointRule): Simulation {
  const tasks = ended.flatMap(({ task, end: at }) => (task === undefined ? [] : [{ end: at, seconds: task.seconds }]));
  const work = tasks.reduce((sum, { seconds }) => sum + seconds, 0);
  const all = now * workers;
  const checkpoints = checkpointTimes(tasks, phases, rule).length;
  return {
    makespan: now,
    work,
    idle: all - work,
    utilisation: all === 0 ? 1 : work / all,
    checkpoints,
    schedule: ended,
  };
}

function stuck({ tasks, done }: Run): Fault {
  const left = tasks.filter(({ id }) => !done.has(id));
  return new Fault('permanent', `${left.length} tasks wait for each other for ever, ${left[0]?.id} among them`);
}
