import { Fault } from '../base/fault.js';
import type { Extractor } from '../connector/extractor.js';
import type { Loader, Mapping } from '../connector/loader.js';
import type { Spent } from '../control/measured.js';
import { selectTables } from '../model/select.js';
import { tableName, type Override, type Schema, type Table, type TableName } from '../model/schema.js';
import { CUTOVER, followOf, IN_STEP, rowsOf, type Step } from '../model/step.js';
import { grouped, without } from '../plan/graph.js';
import { RATES, type Rates } from '../plan/estimate.js';
import { measuredRates, measuredStep } from '../plan/measured.js';
import type { ExecutionPlan } from '../plan/plan.js';
import { selects, type Config } from './config.js';
import { bestEncoding } from './encoding.js';
import { scheduleOf } from './schedule.js';

export interface Plan {
  readonly schema: Schema;
  readonly mapping: Mapping;
  /** Every step that one needs is among them. */
  readonly steps: readonly Step[];
  /** The order and the estimates of the steps. */
  readonly schedule: ExecutionPlan;
  /** The estimates go by what this migration has measured so far, and not by guesses. */
  readonly measured: boolean;
}

/**
 * What a run will do. The same metadata give the same plan. Nothing is written by making one. `added`: tables that are
 * moved although the configuration does not name them. `spent`: what has been measured, once it has begun.
 */
export async function makePlan(
  config: Config,
  extractor: Extractor,
  loader: Loader,
  added: readonly TableName[] = [],
  spent?: Spent,
): Promise<Plan> {
  const whole = await extractor.schema();
  refuseUnknown(config, whole);
  const more = new Set(added);
  const selected = selectTables(
    whole,
    (schema, table) => selects(config, schema, table) || more.has(`${schema}.${table}`),
  );
  const schema = { ...selected, tables: withOverrides(selected.tables, config) };
  loader.learn(schema);
  const mapping = loader.mapping(schema);
  if (mapping.refused.length > 0) throw refusal(mapping.refused, config);
  const made = config.changes ? loader.steps(schema) : loader.steps(schema).map(withoutFollowing);
  for (const table of schema.tables) bestEncoding(table, loader);
  const steps = unique([...made, ...events(schema.tables, made, config.changes)]);
  const measured = spent !== undefined && spent.chunks.tasks > 0;
  const schedule = scheduleOf(config, schema, steps, measured ? ratesOf(spent, steps) : RATES);
  return { schema, mapping, steps: without(steps, schedule.leftOut), schedule, measured };
}

function ratesOf({ steps: seconds, slices, chunks, loaderSeconds }: Spent, steps: readonly Step[]): Rates {
  const done = steps.flatMap(({ id, kind, bytes }) => {
    const spent = seconds.get(id);
    return spent === undefined ? [] : [measuredStep(kind, bytes, spent)];
  });
  return measuredRates([...done, { what: 'extract', ...slices }, { what: 'load', ...chunks }], loaderSeconds);
}

const refusal = (found: readonly string[], { file }: Config): Fault =>
  new Fault('operator', `the target cannot hold this as it is:\n${found.map((what) => `- ${what}`).join('\n')}`, {
    code: 'NAMES_REFUSED',
    safe: 'nothing was written',
    hint: `rename on the source, or leave the tables out by tables.exclude in ${file}`,
  });

/** What the operator wants of single columns. One that is not there is a typing mistake. */
function withOverrides(tables: readonly Table[], { tables: { columns }, file }: Config): Table[] {
  const wanted = new Map(Object.entries(columns));
  if (wanted.size === 0) return [...tables];
  const made = tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => {
      const name = `${tableName(table)}.${column.name}`;
      const override = wanted.get(name);
      wanted.delete(name);
      return override === undefined ? column : { ...column, override: compact(override) };
    }),
  }));
  const [unknown] = wanted.keys();
  if (unknown === undefined) return made;
  throw new Fault('operator', `tables.columns names ${unknown}, and no such column is moved`, {
    hint: `names are schema.table.column as in the database, case matters; mend ${file}`,
  });
}

const compact = ({ type, expression }: Config['tables']['columns'][string]): Override => ({
  ...(type === undefined ? {} : { type }),
  ...(expression === undefined ? {} : { expression }),
});

/** Where nothing is followed, every table is in step as soon as it is loaded. */
const withoutFollowing = (step: Step): Step =>
  step.needs.includes(IN_STEP) ? { ...step, needs: step.needs.filter((need) => need !== IN_STEP) } : step;

/** A pattern that names nothing is a typing mistake that would otherwise be found when the table is missed. */
function refuseUnknown(config: Config, schema: Schema): void {
  for (const pattern of config.tables.include) {
    if (pattern === '*.*') continue;
    const only = { tables: { include: [pattern], exclude: [] } };
    if (schema.tables.some((t) => selects(only, t.schema, t.name))) continue;
    throw new Fault('operator', `tables.include names ${pattern}, and the source has no such table`, {
      hint: `names are schema.table as in the database, case matters; mend ${config.file}`,
    });
  }
}

/** Two steps of one id would be one task, and the other never done. */
function unique(steps: Step[]): Step[] {
  const ids = new Set<string>();
  for (const { id } of steps) {
    if (ids.has(id))
      throw new Fault('permanent', `the plan has two steps named ${id}`, { safe: 'nothing was written' });
    ids.add(id);
  }
  return steps;
}

/**
 * Events are steps without statements: all rows of a table are in; changes can be applied to it; all tables are in step
 * with them; everything before the cutover is done.
 */
function events(tables: readonly Table[], steps: readonly Step[], changes: boolean): Step[] {
  const loads = tables.map((table) => ({
    ...event(rowsOf(tableName(table)), [table.id, ...childrenOf(table, tables).map((t) => rowsOf(tableName(t)))]),
    ...(table.hasRows ? { table: tableName(table) } : {}),
  }));
  const follows = changes ? followings(tables, steps) : [];
  const late = needing(CUTOVER, steps);
  const early = [...loads, ...follows, ...steps].filter((step) => !late.has(step.id)).map((step) => step.id);
  return [...loads, ...follows, event(CUTOVER, early)];
}

/** Applying changes to a table needs its keys, and would be slow without statistics; all but what waits for everybody. */
function followings(tables: readonly Table[], steps: readonly Step[]): Step[] {
  const late = new Set([...needing(CUTOVER, steps), ...needing(IN_STEP, steps)]);
  const early = grouped(
    steps.filter((step) => !late.has(step.id)),
    ({ table }) => table,
  );
  const own = (name: string) => (early.get(name) ?? []).map(({ id }) => id);
  const follows = tables
    .filter((table) => table.hasRows)
    .map((table) => event(followOf(tableName(table)), [rowsOf(tableName(table)), ...own(tableName(table))]));
  return [
    ...follows,
    event(
      IN_STEP,
      follows.map(({ id }) => id),
    ),
  ];
}

const event = (id: string, needs: string[]): Step => ({ id, kind: 'event', statements: [], needs, bytes: 0 });

const childrenOf = (table: Table, tables: readonly Table[]): Table[] =>
  table.partition?.by === undefined
    ? []
    : tables.filter((t) => t.partition?.of?.parent === table.id.replace(/^table /, ''));

/** Ids of all steps that come after an event, however far. */
function needing(id: string, steps: readonly Step[]): Set<string> {
  const late = new Set([id]);
  const next = () => steps.filter((s) => !late.has(s.id) && s.needs.some((need) => late.has(need)));
  for (let found = next(); found.length > 0; found = next()) for (const step of found) late.add(step.id);
  return late;
}
