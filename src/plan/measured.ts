import { RATES, rateName, type Amount, type Rates } from './estimate.js';

/** What has ended of one kind: steps, slices or chunks. */
export interface Measured extends Amount {
  readonly what: keyof Rates;
  readonly tasks: number;
  /** Of one worker: the sum of all their times. */
  readonly seconds: number;
}

/** What has worked through less says nothing of a rate: it was all beginnings and ends. */
const LEAST_BYTES = 10e6;
const LEAST_TASKS = 10;

/**
 * Rates as they were here, of what has ended; guesses for all else. `loaderSeconds`: of all loaders at work. What of it is in no
 * step and no chunk is what each of them takes besides: to be claimed, committed and written down. Slices have it within.
 */
export function measuredRates(found: readonly Measured[], loaderSeconds: number): Rates {
  const sum = (...names: (keyof Rates)[]) => found.filter(({ what }) => names.includes(what)).reduce(plus, NOTHING);
  const all = sum('task', 'load', 'index', 'validate', 'analyze');
  const around = all.tasks < LEAST_TASKS ? 0 : Math.max(0, loaderSeconds - all.seconds) / all.tasks;
  const small = sum('task');
  const bare = small.tasks < LEAST_TASKS ? RATES.task : small.seconds / small.tasks;
  const rate = (name: keyof Rates, task = bare): number => {
    const { tasks, bytes, seconds } = sum(name);
    return bytes < LEAST_BYTES ? RATES[name] : bytes / Math.max(seconds - tasks * task, seconds / 10);
  };
  const copied = sum('load');
  const task = bare + around;
  const rows = copied.bytes < LEAST_BYTES ? RATES.rows : Math.max(RATES.rows, copied.rows / copied.seconds);
  const [extract, load, index, validate, analyze] = [
    rate('extract', task),
    rate('load'),
    rate('index'),
    rate('validate'),
    rate('analyze'),
  ];
  return { extract, load, index, validate, analyze, rows, task };
}

const NOTHING = { tasks: 0, bytes: 0, rows: 0, seconds: 0 };

const plus = (a: Omit<Measured, 'what'>, b: Omit<Measured, 'what'>) => ({
  tasks: a.tasks + b.tasks,
  bytes: a.bytes + b.bytes,
  rows: a.rows + b.rows,
  seconds: a.seconds + b.seconds,
});

/** A step that took so long. */
export const measuredStep = (kind: string, bytes: number, seconds: number): Measured => ({
  ...{ what: bytes > 0 ? rateName(kind) : 'task', tasks: 1, bytes, rows: 0, seconds },
});
