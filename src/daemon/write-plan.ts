import { randomUUID } from 'node:crypto';
import type { Loader } from '../connector/loader.js';
import { insertColumns, type PlannedColumn } from '../control/column.js';
import { raisePlan, writeFixed } from '../control/set-up.js';
import { insertTables, type NewTable } from '../control/table.js';
import { insertPhases, phases, renumberPhases } from '../control/phase.js';
import { insertTasks, reopenEvents } from '../control/task.js';
import type { Tx } from '../db/db.js';
import { schemaName } from '../format/name.js';
import { writeSchema } from '../format/skt.js';
import { tableName, type Table, type TableName } from '../model/schema.js';
import type { Placement } from '../model/step.js';
import { mergedPhases } from '../plan/open-phases.js';
import { placements, type ExecutionPlan } from '../plan/plan.js';
import type { Config } from './config.js';
import type { Context } from './context.js';
import { writeOrigin } from './origin.js';
import type { Plan } from './plan.js';
import { weights } from './schedule.js';

/** The fixed setting that names tables which joined later, whatever the configuration says. */
export const ADDED = 'added_tables';

function plannedColumns({ schema, mapping }: Plan): PlannedColumn[] {
  const wanted = new Map(
    schema.tables.flatMap((table) =>
      table.columns.map((column) => [`${tableName(table)}.${column.name}`, column.override?.expression]),
    ),
  );
  return mapping.tables.flatMap(({ table, columns }) =>
    columns.map(({ column, type, targetType, refuses, loses }) => {
      const expression = wanted.get(`${table}.${column}`);
      return { table, column, sourceType: type, targetType, refuses, loses, expression };
    }),
  );
}

const schemaFiles = ({ config }: Context, version: number): string[] =>
  (['skt', 'okt'] as const).map((kind) => schemaName(config.migration, kind, version));

export async function hasSchemaFiles(context: Context, version: number): Promise<boolean> {
  const names = new Set((await context.store.list()).map((file) => file.name));
  return schemaFiles(context, version).every((name) => names.has(name));
}

/** What an attempt that was interrupted has left under their names was never read by anybody. */
export async function writeSchemaFiles(context: Context, { schema }: Plan, version: number): Promise<void> {
  const { config, store } = context;
  for (const name of schemaFiles(context, version)) await store.remove(name);
  const header = { migration: config.migration, chunk: randomUUID(), compression: config.chunks.compression };
  await writeSchema(store, header, schema, version);
}

export async function writePlan(plan: Plan, loader: Loader, config: Config): Promise<void> {
  const wanted = newTables(plan.schema.tables, loader, config);
  await loader.db.transaction(async (tx) => {
    await insertPhases(tx, plan.schedule.phases);
    await insertTasks(tx, plan.steps, { placements: placements(plan.schedule) });
    await insertTables(tx, wanted);
    await insertColumns(tx, plannedColumns(plan));
    await writeOrigin(tx, config);
  });
}

/** Tables with rows, as rows of `wirekite_table`. */
export function newTables(tables: readonly Table[], loader: Loader, config: Pick<Config, 'tables'>): NewTable[] {
  const weightOf = weights(config);
  return tables
    .filter((table) => table.hasRows)
    .map((table) => ({
      table: tableName(table),
      schema: table.schema,
      target: loader.targetName(table),
      rowsEstimated: table.rowsEstimated,
      bytesEstimated: table.bytesEstimated,
      ...weightOf(tableName(table)),
    }));
}

/**
 * A plan with more tables takes the place of the one before, whose files are written already: what everybody waits for
 * waits for them too, and daemons read the files again. The tables' own rows come once all daemons have.
 */
export async function widenPlan(tx: Tx, plan: Plan, added: readonly TableName[]): Promise<void> {
  await insertColumns(tx, plannedColumns(plan));
  await insertTasks(tx, plan.steps, { placements: await placementsAmong(tx, plan.schedule) });
  await reopenEvents(tx);
  await writeFixed(tx, ADDED, JSON.stringify(added));
  await raisePlan(tx);
}

/** The plan's phases among those that are there: what was planned before keeps its phase by name, whatever its number becomes. */
async function placementsAmong(tx: Tx, schedule: ExecutionPlan): Promise<Map<string, Placement>> {
  const names = mergedPhases(
    (await phases(tx)).map(({ name }) => name),
    schedule.phases,
  );
  await renumberPhases(tx, names);
  const numberOf = (phase: number): number => names.indexOf(schedule.phases[phase - 1] ?? '') + 1;
  return new Map([...placements(schedule)].map(([id, at]) => [id, { ...at, phase: numberOf(at.phase) }]));
}
