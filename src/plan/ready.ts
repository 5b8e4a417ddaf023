import { isBefore, type State } from './state.js';
import { fits, type Task } from './task.js';

/**
 * The next task to begin, or undefined: then nothing may begin before something ends. Pure. A run is one loop, whatever its
 * model: begin what is ready, wait for an end, look again.
 */
export type Ready = (state: State) => Task | undefined;

/** A wave is a phase: while one of its tasks has not ended, and at the barrier after it, no task of a later one begins. */
export const wave: Ready = (state) =>
  state.atBarrier || state.left.size === 0 ? undefined : mostUrgent(state, [Math.min(...state.left.keys())]);

/** A task may begin as soon as what it needs is done, whatever its phase. */
export const frontier: Ready = (state) => mostUrgent(state, state.waiting.keys());

/** Of the first of each lane that fits. */
function mostUrgent({ waiting, free }: State, phases: Iterable<number>): Task | undefined {
  let found: Task | undefined;
  for (const phase of phases)
    for (const [task] of waiting.get(phase)?.values() ?? [])
      if (task && fits(task.takes, free) && (found === undefined || isBefore(task, found))) found = task;
  return found;
}
