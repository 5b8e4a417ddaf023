import { criticalPath, type Timing } from './critical-path.js';
import { priorityOf, WEIGHT } from './priority.js';
import { NOTHING, type Resources, type Task } from './task.js';

export interface Example {
  readonly title: string;
  readonly tasks: readonly Task[];
  readonly capacity: Resources;
  readonly barrierSeconds: number;
}

const HOUR = 3600;
const WORKER: Resources = { ...NOTHING, workers: 1 };

const workers = (count: number): Resources => ({
  ...{ workers: count, source: Infinity, target: Infinity },
  ...{ disk: Infinity, cpu: Infinity, memory: Infinity },
});

interface Given {
  readonly id: string;
  readonly phase: number;
  readonly hours: number;
  readonly needs?: readonly string[];
}

/** Tasks of one worker each, with the priorities of CONTROL 18. */
function tasksOf(given: readonly Given[]): Task[] {
  const order = given.map(({ id, phase, hours, needs = [] }) => ({
    ...{ id, phase, kind: 'example', table: undefined, seconds: hours * HOUR, takes: WORKER, gives: WORKER },
    needs,
  }));
  const { timing } = criticalPath(order);
  return order.map((task, i) => {
    const place = timing[i] as Timing;
    return { ...task, ...place, priority: priorityOf(WEIGHT, task.seconds, place.critical) };
  });
}

/**
 * The waves of `wesley-execution-models`. It does not say which tasks are in them, so each is one: 61 h with three barriers of
 * an hour, 58 h without. Its 45 h of a frontier, 40 % and 65 % do not follow from what it says.
 */
export const SEED: Example = {
  title: 'waves of 14, 16, 18 and 10 h, each one task that needs the one before',
  tasks: tasksOf([
    { id: 'Foundation Tasks', phase: 1, hours: 14 },
    { id: 'Core Implementation', phase: 2, hours: 16, needs: ['Foundation Tasks'] },
    { id: 'Safety Features', phase: 3, hours: 18, needs: ['Core Implementation'] },
    { id: 'Finalization', phase: 4, hours: 10, needs: ['Safety Features'] },
  ]),
  capacity: workers(1),
  barrierSeconds: HOUR,
};

/**
 * In which the frontier takes 15 h and waves 12: A is on the critical path, but B and D have more value for their effort, and
 * the wave keeps D from beginning. That a schedule gets longer by a freedom more is Graham's anomaly (1966).
 */
export const COUNTER_EXAMPLE: Example = {
  title: 'five tasks, two workers, no barriers',
  tasks: tasksOf([
    { id: 'A', phase: 1, hours: 8 },
    { id: 'B', phase: 1, hours: 3 },
    { id: 'C', phase: 1, hours: 2, needs: ['B'] },
    { id: 'D', phase: 2, hours: 3 },
    { id: 'E', phase: 2, hours: 4, needs: ['A'] },
  ]),
  capacity: workers(2),
  barrierSeconds: 0,
};
