/** When checkpoints are taken. Several reasons at one moment are one checkpoint. */
export interface CheckpointRule {
  /** Seconds between two. */
  readonly everySeconds?: number;
  /** Whenever another such part of all work is done, 0 to 1. */
  readonly everyShare?: number;
  /** At the end of each phase. */
  readonly atPhases?: boolean;
}

/** A task or a phase that has ended: when, and how many seconds of work it was. */
export interface Ended {
  readonly end: number;
  readonly seconds: number;
}

/** Moments, in seconds from the beginning, in their order. `tasks` and `phases` in the order of their ends. */
export function checkpointTimes(
  tasks: readonly Ended[],
  phases: readonly Pick<Ended, 'end'>[],
  { everySeconds, everyShare, atPhases = false }: CheckpointRule,
): number[] {
  const over = tasks.at(-1)?.end ?? 0;
  const times = [
    ...(everySeconds === undefined ? [] : regular(everySeconds, over)),
    ...(everyShare === undefined ? [] : byProgress(tasks, everyShare)),
    ...(atPhases ? phases.map(({ end }) => end) : []),
  ];
  return [...new Set(times)].sort((a, b) => a - b);
}

/** The end itself is not one of them: there is nothing left to return for. */
function regular(every: number, over: number): number[] {
  const times = [];
  for (let n = 1; n * every < over; n++) times.push(n * every);
  return times;
}

/** Half of a part is lost in rounding, never a whole one. */
const EXACT = 1e-9;

function byProgress(tasks: readonly Ended[], share: number): number[] {
  const all = tasks.reduce((sum, { seconds }) => sum + seconds, 0);
  const times: number[] = [];
  let [done, passed] = [0, 0];
  for (const { end, seconds } of tasks) {
    done += seconds;
    const parts = Math.floor(done / (all * share) + EXACT);
    if (parts > passed) times.push(end);
    passed = Math.max(passed, parts);
  }
  return times;
}
