import { blockedBy } from './consequences.js';
import { compare, dependents, indexOf } from './graph.js';
import { push, pop } from './heap.js';
import { atMost, combine, fits, RESOURCES, type Resources, type Task } from './task.js';

/** What has become of tasks. Skipped ones were allowed to fail: who needs them goes on. */
export interface Known {
  readonly done: ReadonlySet<string>;
  readonly running: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  readonly skipped: ReadonlySet<string>;
}

/** How a run stands: all that a `ready` function looks at. */
export interface State extends Known {
  /** What nobody uses. */
  readonly free: Resources;
  /**
   * Tasks whose needs are settled and that were not begun, by phase and, within it, by what they take; heaps, the most
   * urgent first. Where the first of those who want the same does not fit, the others wait behind it: overtaken again and
   * again, a large one would never begin.
   */
  readonly waiting: ReadonlyMap<number, ReadonlyMap<string, readonly Task[]>>;
  /** How many tasks of a phase can still end; phases without are not there. */
  readonly left: ReadonlyMap<number, number>;
  /** Between two waves: nobody may begin. */
  readonly atBarrier: boolean;
}

/** The same, as whoever runs the loop keeps it. */
export interface Run extends State {
  readonly done: Set<string>;
  readonly running: Set<string>;
  free: Resources;
  readonly waiting: Map<number, Map<string, Task[]>>;
  readonly left: Map<number, number>;
  atBarrier: boolean;
  readonly tasks: readonly Task[];
  /** Index of a task in `tasks`. */
  readonly at: ReadonlyMap<string, number>;
  /** Indices of those who need a task. */
  readonly after: (index: number) => Uint32Array;
  /** How many needs of a task are not settled. */
  readonly missing: Uint32Array;
}

const NOBODY: ReadonlySet<string> = new Set();

/**
 * A run as it stands, from what is known of its tasks; at its beginning nothing is. What wants more than there is of
 * something takes all of it. O(V + E) and the heaps.
 */
export function runOf(tasks: readonly Task[], capacity: Resources, known: Partial<Known> = {}): Run {
  const { done = NOBODY, running = NOBODY, failed = NOBODY, skipped = NOBODY } = known;
  const at = indexOf(tasks);
  const run: Run = {
    ...{ done: new Set(done), running: new Set<string>(), failed, skipped, free: capacity, atBarrier: false },
    ...{ waiting: new Map(), left: new Map(), missing: new Uint32Array(tasks.length) },
    ...{ tasks: tasks.map((task) => bound(task, capacity)), at, after: dependents(tasks, at) },
  };
  const blocked = blockedBy(tasks, failed);
  for (const [i, task] of run.tasks.entries()) {
    if (done.has(task.id) || skipped.has(task.id)) settle(run, task);
    else if (running.has(task.id)) resume(run, task);
    else if (!failed.has(task.id) && !blocked.has(task.id)) expect(run, task, i);
  }
  return run;
}

const bound = (task: Task, capacity: Resources): Task =>
  fits(task.takes, capacity) && fits(task.gives, capacity)
    ? task
    : { ...task, takes: atMost(task.takes, capacity), gives: atMost(task.gives, capacity) };

/** Of what it took when it began, it has given back what it gives. */
function settle(run: Run, { takes, gives }: Task): void {
  run.free = combine(combine(run.free, -1, takes), 1, gives);
}

function resume(run: Run, task: Task): void {
  count(run, task, 1);
  take(run, task);
}

function expect(run: Run, task: Task, index: number): void {
  count(run, task, 1);
  const missing = new Set(task.needs.filter((need) => !run.done.has(need) && !run.skipped.has(need))).size;
  run.missing[index] = missing;
  if (missing === 0) wait(run, task);
}

/** The most urgent first; of equals that with the least slack. */
export const isBefore = (a: Task, b: Task): boolean =>
  (b.priority - a.priority || a.slack - b.slack || compare(a.id, b.id)) < 0;

/** Begins the first of those that wait for the same. */
export function begin(run: Run, task: Task): void {
  pop(run.waiting.get(task.phase)?.get(laneOf(task)) ?? [], isBefore);
  take(run, task);
}

/** Gives back what the task held; those that needed nothing else wait from now on. Returns whether its phase has ended by it. */
export function end(run: Run, task: Task): boolean {
  run.running.delete(task.id);
  run.done.add(task.id);
  run.free = combine(run.free, 1, task.gives);
  for (const index of run.after(run.at.get(task.id) ?? 0)) {
    const missing = (run.missing[index] ?? 0) - 1;
    run.missing[index] = missing;
    if (missing === 0) wait(run, run.tasks[index] as Task);
  }
  return count(run, task, -1) === 0;
}

function take(run: Run, task: Task): void {
  run.running.add(task.id);
  run.free = combine(run.free, -1, task.takes);
}

function count(run: Run, { phase }: Task, more: 1 | -1): number {
  const left = (run.left.get(phase) ?? 0) + more;
  if (left > 0) run.left.set(phase, left);
  else run.left.delete(phase);
  return left;
}

function wait(run: Run, task: Task): void {
  const lanes = run.waiting.get(task.phase) ?? new Map<string, Task[]>();
  run.waiting.set(task.phase, lanes);
  const lane = lanes.get(laneOf(task)) ?? [];
  lanes.set(laneOf(task), lane);
  push(lane, task, isBefore);
}

/** What a task takes any of: those of one lane wait for the same. */
const laneOf = ({ takes }: Task): string => RESOURCES.filter((resource) => takes[resource] > 0).join();
