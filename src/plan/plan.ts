import type { Schema, TableName } from '../model/schema.js';
import { rowsOf, type Placement, type Step } from '../model/step.js';
import { criticalPath, type Timing } from './critical-path.js';
import { draftsOf, type Draft, type Work } from './drafts.js';
import type { ForeignKey } from './foreign-keys.js';
import { indexOf, sortOut, without, type Edge } from './graph.js';
import { phasesOf, type PhaseRule } from './phases.js';
import { priorityOf, type Weight } from './priority.js';
import type { Task } from './task.js';

export interface PlanOptions extends Work {
  readonly phases: readonly PhaseRule[];
  readonly weightOf: (table: TableName) => Weight;
}

/** What will be done, in which order it may be, and how long it may take. The same metadata give the same plan. */
export interface ExecutionPlan {
  /** What is needed comes first. */
  readonly tasks: readonly Task[];
  /** Seconds of the longest chain of tasks. */
  readonly makespan: number;
  /** Names; phase n is the nth of them. */
  readonly phases: readonly string[];
  /** Foreign keys that close circles of tables. All foreign keys are made after all rows, so they hold nothing up. */
  readonly deferredKeys: readonly ForeignKey[];
  /** Needs that are left out: they name nothing, or close a circle of tasks. */
  readonly leftOut: readonly Edge[];
  /** What an operator should know, a sentence each. */
  readonly warnings: readonly string[];
}

/** Pure, and O((V + E) log V) of tasks and needs. */
export function executionPlan(steps: readonly Step[], schema: Schema, options: PlanOptions): ExecutionPlan {
  const { order, deferred, unknown } = sortOut(draftsOf(steps, schema, options));
  const leftOut = [...unknown, ...deferred];
  const drafts = without(order, leftOut);
  const { names, of, deferred: deferredKeys } = phasesOf(schema.tables, options.phases);
  const at = indexOf(drafts);
  const phases = spread(drafts, at, of);
  const used = [...new Set(phases)].sort((a, b) => a - b);
  const { timing, makespan } = criticalPath(drafts, at);
  const tasks = drafts.map((draft, i) =>
    placed(draft, used.indexOf(phases[i] ?? 0) + 1, timing[i] as Timing, options.weightOf),
  );
  const warnings = [...unknown.map(unknownWords), ...deferred.map(circleWords)];
  return { tasks, makespan, phases: used.map((index) => names[index] ?? ''), deferredKeys, leftOut, warnings };
}

/**
 * A task's phase is its table's, or a later one where it needs something of that: so a foreign key is in the later one of
 * its two tables', and what waits for everything is in the last.
 */
function spread(
  order: readonly Draft[],
  at: ReadonlyMap<string, number>,
  of: ReadonlyMap<TableName, number>,
): number[] {
  const first = of.size === 0 ? 0 : Math.min(...new Set(of.values()));
  const phases: number[] = [];
  for (const { table, needs } of order) {
    const own = of.get(table ?? '') ?? first;
    phases.push(needs.reduce((latest, need) => Math.max(latest, phases[at.get(need) ?? -1] ?? 0), own));
  }
  return phases;
}

function placed(
  draft: Draft,
  phase: number,
  { earliest, slack, critical }: Timing,
  weightOf: PlanOptions['weightOf'],
): Task {
  const { id, kind, table, needs, seconds, effort, takes, gives } = draft;
  const priority = priorityOf(weightOf(table ?? ''), effort, critical);
  return { id, kind, table, needs, phase, seconds, priority, earliest, slack, critical, takes, gives };
}

const unknownWords = ({ from, to }: Edge): string =>
  `${from} needs ${to}, which is not in the plan: it is not waited for`;
const circleWords = ({ from, to }: Edge): string => `${from} needs ${to}, which needs it in turn: it is not waited for`;

/** What of the plan stands in the control tables. The event that a table's rows are in has the seconds of all slices and chunks. */
export function placements({ tasks }: ExecutionPlan): Map<string, Placement> {
  const found = new Map(tasks.map(({ id, phase, priority, seconds }) => [id, { phase, priority, seconds }]));
  for (const { kind, table, seconds } of tasks) {
    const event = kind === 'slice' || kind === 'chunk' ? found.get(rowsOf(table ?? '')) : undefined;
    if (event) event.seconds += seconds;
  }
  return found;
}
