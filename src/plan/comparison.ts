import type { CheckpointRule } from './checkpoints.js';
import { frontier, wave } from './ready.js';
import { simulate, type Model, type Simulation } from './simulate.js';
import type { Resources, Task } from './task.js';

export type ExecutionModel = 'wave' | 'frontier';

/** A wave is a place to return to when it has ended; a frontier has no such places, and makes them by time and progress. */
const AT_BARRIERS: CheckpointRule = { atPhases: true };
const ON_THE_WAY: CheckpointRule = { everySeconds: 900, everyShare: 0.25 };

export const modelOf = (name: ExecutionModel, barrierSeconds: number): Model =>
  name === 'wave'
    ? { ready: wave, barrierSeconds, checkpoints: AT_BARRIERS }
    : { ready: frontier, checkpoints: ON_THE_WAY };

export interface Compared {
  readonly name: string;
  readonly simulation: Simulation;
}

/**
 * The same tasks by both models; waves without the cost of barriers too, and a frontier that does not go by priorities but
 * begins first what must begin first, so that it can be seen what priorities cost or gain. Which is shortest depends on the
 * tasks.
 */
export function comparison(tasks: readonly Task[], capacity: Resources, barrierSeconds: number): Compared[] {
  const [waves, free] = [modelOf('wave', barrierSeconds), modelOf('frontier', 0)];
  return [
    { name: 'wave', simulation: simulate(tasks, capacity, waves) },
    ...(barrierSeconds === 0
      ? []
      : [{ name: 'wave, no barriers', simulation: simulate(tasks, capacity, { ...waves, barrierSeconds: 0 }) }]),
    { name: 'frontier', simulation: simulate(tasks, capacity, free) },
    { name: 'frontier, latest start first', simulation: simulate(latestStartFirst(tasks), capacity, free) },
  ];
}

const latestStartFirst = (tasks: readonly Task[]): Task[] =>
  tasks.map((task) => ({ ...task, priority: -(task.earliest + task.slack) }));
