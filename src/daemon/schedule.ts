import { defaultSettings } from '../control/setting.js';
import type { Settings } from '../control/settings.js';
import { Fault } from '../base/fault.js';
import { fits } from '../model/pattern.js';
import { tableName, type Schema, type TableName } from '../model/schema.js';
import type { Step } from '../model/step.js';
import { RATES, type Rates } from '../plan/estimate.js';
import { executionPlan, type ExecutionPlan } from '../plan/plan.js';
import type { Policy } from '../plan/policy.js';
import { WEIGHT, type Weight } from '../plan/priority.js';
import { WRITER, type Resources } from '../plan/task.js';
import { fileSettings, type Config } from './config.js';

/** Phases, order and estimates of a plan's steps. Fault `operator`: the file names a table that is not moved. */
export function scheduleOf(
  config: Config,
  schema: Schema,
  steps: readonly Step[],
  rates: Rates = RATES,
): ExecutionPlan {
  refuseUnknown(config, schema);
  const settings = settingsOf(config);
  return executionPlan(steps, schema, {
    phases: config.phases,
    weightOf: weights(config),
    rates,
    sliceBytes: settings.slice_bytes,
    building: { ...WRITER, memory: settings.work_memory_bytes },
    capacity: capacityOf(config),
  });
}

const settingsOf = (config: Config): Settings => ({ ...defaultSettings(), ...fileSettings(config) });

/** What tasks share, by the file: a session is a worker. */
export function capacityOf(config: Config): Resources {
  const { extract_connections: source, load_connections: target, budget_bytes: disk, ...rest } = settingsOf(config);
  const limit = (value: number) => (value === 0 ? Infinity : value);
  const { plan_cpus: cpus, plan_memory_bytes: memory } = rest;
  return { workers: source + target, source, target, disk, cpu: limit(cpus), memory: limit(memory) };
}

export const policyOf = (config: Config): Policy => policyBy(settingsOf(config));

export const policyBy = ({ continue_on_error: goesOn, max_retries: maxRetries }: Settings): Policy => ({
  continueOnError: goesOn === 'YES',
  maxRetries,
});

/** All that a run does about failures, as its snapshot has it. */
export const policyDocument = (settings: Settings): Readonly<Record<string, unknown>> => ({
  continue_on_error: settings.continue_on_error === 'YES',
  max_retries: settings.max_retries,
  auto_recover: settings.auto_recover === 'YES',
  max_consecutive_errors: settings.max_consecutive_errors,
  escalation_threshold: settings.escalation_threshold,
  pause_on_escalation: settings.pause_on_escalation === 'YES',
});

/** What the file says of a table. Every table is looked up once. */
export function weights({ tables }: Pick<Config, 'tables'>): (table: TableName) => Weight {
  const rules = Object.entries(tables.weights);
  const known = new Map<TableName, Weight>();
  return (table) => {
    const found = known.get(table) ?? rules.filter(([pattern]) => fits(pattern, table)).reduce(overlay, WEIGHT);
    known.set(table, found);
    return found;
  };
}

function overlay(below: Weight, [, rule]: [string, Config['tables']['weights'][string]]): Weight {
  return {
    businessValue: rule.business_value ?? below.businessValue,
    riskScore: rule.risk_score ?? below.riskScore,
    critical: rule.critical ?? below.critical,
  };
}

/** A pattern that names nothing is a typing mistake. */
function refuseUnknown({ phases, tables, file }: Config, schema: Schema): void {
  const said = [
    ...phases.flatMap((phase) => phase.tables.map((pattern) => [`phases.${phase.name}`, pattern] as const)),
    ...Object.keys(tables.weights).map((pattern) => ['tables.weights', pattern] as const),
  ];
  const moved = schema.tables.map(tableName);
  const there = new Set(moved);
  const unknown = said.find(([, pattern]) => !there.has(pattern) && !moved.some((name) => fits(pattern, name)));
  if (unknown === undefined) return;
  throw new Fault('operator', `${unknown[0]} names ${unknown[1]}, and no such table is moved`, {
    hint: `names are schema.table as in the database, case matters; mend ${file}`,
  });
}
