import { indexOf, type Node } from './graph.js';

export interface Timing {
  /** Seconds from the beginning at which it can begin, if nothing but its needs holds it up. */
  readonly earliest: number;
  /** For how long it may be put off, in seconds, without the whole taking longer. */
  readonly slack: number;
  /** Without slack. */
  readonly critical: boolean;
}

export interface CriticalPath {
  /** In the order of the tasks. */
  readonly timing: readonly Timing[];
  /** Seconds that the longest chain takes: with any number of workers the whole takes no less. */
  readonly makespan: number;
}

interface Lasting extends Node {
  readonly seconds: number;
}

/** Sums of the same seconds in another order differ by less. */
const EXACT = 1e-6;

/**
 * The critical path method (Kelley and Walker 1959): forward for the earliest starts, backward for the latest; no slack is
 * critical. Resources are not looked at. `order`: what is needed comes first (`sortOut`); a need that is not in it is no need. O(V + E).
 */
export function criticalPath(order: readonly Lasting[], at = indexOf(order)): CriticalPath {
  const ends = new Float64Array(order.length);
  for (const [i, { needs, seconds }] of order.entries())
    ends[i] = needs.reduce((start, need) => Math.max(start, ends[at.get(need) ?? i] ?? 0), 0) + seconds;
  const makespan = ends.reduce((last, end) => Math.max(last, end), 0);
  const latest = new Float64Array(order.length).fill(makespan);
  for (let i = order.length - 1; i >= 0; i--) {
    const { needs, seconds } = order[i] as Lasting;
    const start = (latest[i] ?? 0) - seconds;
    for (const need of needs) {
      const before = at.get(need);
      if (before !== undefined) latest[before] = Math.min(latest[before] ?? 0, start);
    }
  }
  return {
    timing: order.map(({ seconds }, i) => timingOf((ends[i] ?? 0) - seconds, (latest[i] ?? 0) - seconds)),
    makespan,
  };
}

function timingOf(earliest: number, latest: number): Timing {
  const slack = Math.max(0, latest - earliest);
  const critical = slack < EXACT;
  return { earliest, slack: critical ? 0 : slack, critical };
}
