import { comparison, type Compared } from '../plan/comparison.js';
import { duration } from '../plan/duration.js';
import { COUNTER_EXAMPLE, SEED, type Example } from '../plan/examples.js';
import { gantt, LEGEND, tableRows, taskRows } from '../plan/gantt.js';
import { compare, ordered } from '../plan/graph.js';
import type { ExecutionPlan } from '../plan/plan.js';
import type { Policy } from '../plan/policy.js';
import type { Simulation } from '../plan/simulate.js';
import type { Resources, Task } from '../plan/task.js';
import { table, visible } from './render.js';

/** Rows of a Gantt chart: a screenful. */
const MOST_ROWS = 40;

/** Rows of tasks, where not all of them were asked for: a plan of ten thousand tables has more than anybody reads. */
const MOST_TASKS = 200;

/** What will be done, in the order of phases and of the times at which it can begin. */
export function showSchedule(plan: ExecutionPlan, { all, measured }: { all: boolean; measured: boolean }): string {
  const shown = all ? Infinity : MOST_TASKS;
  const rows = [...plan.tasks]
    .sort((a, b) => a.phase - b.phase || a.earliest - b.earliest || compare(a.id, b.id))
    .slice(0, shown)
    .map((task) => ({
      task: task.id,
      phase: task.phase,
      needs: task.needs.length,
      estimate: duration(task.seconds),
      slack: duration(task.slack),
      critical: task.critical ? 'yes' : '',
    }));
  return [
    ...(rows.length > 0 ? [table(rows)] : []),
    ...(plan.tasks.length > rows.length ? [`and ${plan.tasks.length - rows.length} more tasks: --all, --json`] : []),
    phaseLine(plan),
    `critical path: ${duration(plan.makespan)}, with any number of workers; ${measured ? MEASURED : GUESSED}`,
    ...plan.deferredKeys.map((key) => `deferred key: ${visible(keyWords(key))}`),
    ...plan.warnings.map((what) => `warning: ${visible(what)}`),
  ].join('\n');
}

const GUESSED = "estimates are guesses from the source's statistics";
const MEASURED = 'estimates go by what this migration has measured so far';

function phaseLine({ phases, tasks }: ExecutionPlan): string {
  const tablesOf = phases.map(() => new Set<string>());
  for (const { kind, table: name, phase } of tasks) if (kind === 'chunk' && name) tablesOf[phase - 1]?.add(name);
  return `phases, with their tables: ${phases.map((name, i) => `${i + 1} ${visible(name)} (${tablesOf[i]?.size})`).join(', ')}`;
}

const keyWords = ({ table: name, name: key, references }: ExecutionPlan['deferredKeys'][number]): string =>
  `${key} of ${name} refers to ${references}: it closes a circle, and counts for no order of the tables`;

export interface Described {
  readonly batchRun: string;
  readonly migration: string;
  readonly model: string;
  readonly policy: Policy;
}

/** The same metadata give the same text, but for the run's id. Numbers are rounded to thousandths. */
export function scheduleJson(plan: ExecutionPlan, { batchRun, migration, model, policy }: Described): string {
  const document = {
    batch_run_id: batchRun,
    migration,
    execution_model: model,
    policy: { continue_on_error: policy.continueOnError, max_retries: policy.maxRetries },
    phases: plan.phases.map((name, i) => ({ phase: i + 1, name })),
    deferred_keys: plan.deferredKeys,
    warnings: plan.warnings,
    critical_path_seconds: rounded(plan.makespan),
    tasks: plan.tasks.map(taskJson),
  };
  return JSON.stringify(document, null, 2);
}

const taskJson = ({ id, kind, table: name, phase, needs, seconds, priority, ...timing }: Task) => ({
  ...{ task_id: id, kind, table_name: name ?? null, phase, depends_on: ordered(needs) },
  ...{ estimate_seconds: rounded(seconds), earliest_seconds: rounded(timing.earliest) },
  ...{ latest_seconds: rounded(timing.earliest + timing.slack), slack_seconds: rounded(timing.slack) },
  ...{ critical: timing.critical, priority: rounded(priority) },
});

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** A row a table, as it would go if every estimate were right. */
export function showGantt({ schedule, makespan }: Simulation, model: string): string {
  const all = tableRows(schedule, Infinity);
  const shown = tableRows(schedule, MOST_ROWS);
  const more = all.length - shown.length;
  return [
    `model: ${model}. ${LEGEND}`,
    visibleLines(gantt(shown, makespan)),
    ...(more > 0 ? [`and ${more} tables with less work`] : []),
  ].join('\n');
}

const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n');

/** Both models on this plan and on two examples, in virtual time. */
export function showSimulation(plan: ExecutionPlan, capacity: Resources, barrierSeconds: number): string {
  const title = `this migration: ${resourceWords(capacity)}; barriers of ${duration(barrierSeconds)}`;
  return [
    showExample({ title, tasks: plan.tasks, capacity, barrierSeconds }),
    showExample({ ...SEED, title: `example 1: ${SEED.title}` }),
    showExample({ ...COUNTER_EXAMPLE, title: `example 2: ${COUNTER_EXAMPLE.title}` }),
    showCharts(COUNTER_EXAMPLE),
    NO_WINNER,
  ].join('\n\n');
}

const NO_WINNER =
  'Tasks take as long as was estimated; the frontier goes by business_value / effort x (1 - risk_score) x (2 if critical).\n' +
  'Checkpoints: of waves at the end of each phase; of the frontier every 15 minutes and every 25 % of the work.\n' +
  'Neither model always wins: look at yours.';

function resourceWords({ source, target, disk, cpu, memory }: Resources): string {
  const limits = [
    ...(cpu === Infinity ? [] : [`${cpu} CPUs`]),
    ...(memory === Infinity ? [] : [`${memory} bytes of memory`]),
  ];
  return [`${source} workers on the source`, `${target} on the target`, `${disk} bytes of files`, ...limits].join(', ');
}

function showExample({ title, tasks, capacity, barrierSeconds }: Example): string {
  const found = comparison(tasks, capacity, barrierSeconds);
  return [title, comparisonTable(found), verdict(found)].join('\n');
}

const METRICS: readonly (readonly [string, (of: Simulation) => string])[] = [
  ['total duration', ({ makespan }) => duration(makespan)],
  ['resource utilisation', ({ utilisation }) => `${Math.round(utilisation * 100)} %`],
  ['idle time of all workers', ({ idle }) => duration(idle)],
  ['checkpoints', ({ checkpoints }) => String(checkpoints)],
];

function comparisonTable(found: readonly Compared[]): string {
  const rows = METRICS.map(([metric, of]) => ({
    metric,
    ...Object.fromEntries(found.map(({ name, simulation }) => [name, of(simulation)])),
  }));
  return table(rows);
}

/** Of the two models as they would run. */
function verdict(found: readonly Compared[]): string {
  const [waves = 0, free = 0] = ['wave', 'frontier'].map(
    (model) => found.find(({ name }) => name === model)?.simulation.makespan,
  );
  const shorter = (a: number, b: number) => `${Number(((1 - a / b) * 100).toFixed(1))} % shorter`;
  if (waves === free) return 'Both take the same time here.';
  return free < waves
    ? `Here the frontier is ${shorter(free, waves)} than waves.`
    : `Here waves are ${shorter(waves, free)} than the frontier.`;
}

function showCharts({ tasks, capacity, barrierSeconds }: Example): string {
  return comparison(tasks, capacity, barrierSeconds)
    .slice(0, 2)
    .map(({ name, simulation }) => `${name}:\n${gantt(taskRows(simulation.schedule), simulation.makespan)}`)
    .join('\n');
}
