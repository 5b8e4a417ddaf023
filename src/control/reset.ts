import { Fault } from '../base/fault.js';
import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';
import { readFixed, writeFixed } from './set-up.js';
import { emptyForReload, tables, type TableRow } from './table.js';
import { livingWorkers } from './worker.js';

/** What a reset must ask of the target, whose tables this layer does not know. */
export interface ResetTarget {
  /** Rows of the table there, or undefined where it does not exist. */
  rows(table: TableRow): Promise<number | undefined>;
  /** Empties it. On a server whose TRUNCATE commits by itself, that may happen before `tx` does. */
  empty(tx: Tx, table: TableRow): Promise<void>;
}

export interface ResetTable {
  readonly table: TableName;
  readonly target: string;
  /** By the marks. */
  readonly loaded: number;
  /** In the target; undefined where there is no such table. */
  readonly found: number | undefined;
}

export interface ResetPlan {
  readonly tables: readonly ResetTable[];
  /** Why it must not be done now, one sentence each. */
  readonly refusals: readonly string[];
}

/** What a reset would empty, and what stands against it. Changes nothing. */
export async function planReset(db: Db, target: ResetTarget): Promise<ResetPlan> {
  const { rows } = await ask<{ table_name: string; rows_loaded: string }>(db, 'reset_tables');
  const loaded = new Map(rows.map((row) => [row.table_name, Number(row.rows_loaded)]));
  const planned: ResetTable[] = [];
  for (const table of await tables(db)) {
    const found = await target.rows(table);
    planned.push({ table: table.table, target: table.target, loaded: loaded.get(table.table) ?? 0, found });
  }
  return { tables: planned, refusals: [...(await alive(db)), ...planned.flatMap(disagreement)] };
}

async function alive(db: Db): Promise<string[]> {
  const workers = await livingWorkers(db);
  return workers.map(
    (w) => `worker ${w.worker} (process ${w.pid} on ${w.host}) is alive, its lease ends ${w.leaseUntil}`,
  );
}

/** Rows that openkite did not put there would be lost. None at all is what an interrupted reset leaves. */
function disagreement({ table, target, loaded, found }: ResetTable): string[] {
  if (found === undefined || found === 0 || found === loaded) return [];
  return [`${target} has ${found} rows, and wirekite_progress says that ${loaded} were loaded from ${table}`];
}

/**
 * Empties every table of the migration and forgets what was done, so that the next run begins anew. Recorded before it
 * begins: daemons refuse to start until it has ended, and doing it again goes on where it was interrupted.
 * Throws RESET_REFUSED, having changed nothing, with all that stands against it.
 */
export async function executeReset(db: Db, target: ResetTarget): Promise<ResetPlan> {
  const before = (await readFixed(db)).get('reset_pending') ?? 'NO';
  await writeFixed(db, 'reset_pending', 'YES'); // first, so that no daemon starts after we have looked
  const plan = await planReset(db, target);
  if (plan.refusals.length > 0) {
    await writeFixed(db, 'reset_pending', before);
    throw refused(plan);
  }
  for (const table of await tables(db)) await resetTable(db, target, table, plan);
  await db.transaction(async (tx) => {
    await ask(tx, 'end_reset');
    await writeFixed(tx, 'reset_pending', 'NO');
  });
  return plan;
}

async function resetTable(db: Db, target: ResetTarget, table: TableRow, plan: ResetPlan): Promise<void> {
  const there = plan.tables.some((t) => t.table === table.table && t.found !== undefined);
  await db.transaction(async (tx) => {
    if (there) await target.empty(tx, table);
    await emptyForReload(tx, table.table, 'reset');
  });
}

const refused = (plan: ResetPlan): Fault =>
  new Fault('operator', `reset refused: ${plan.refusals.join('; ')}`, {
    code: 'RESET_REFUSED',
    safe: 'nothing was emptied',
    hint: "UPDATE wirekite_action SET action = 'STOP' and wait for the workers; empty by hand what holds other rows",
  });

/**
 * For the start of a run: where somebody emptied wirekite_progress by the manual's procedure, tasks, table states and
 * snapshots are forgotten too. Returns the tables that are to be loaded anew; whether they are empty is the caller's to look.
 */
export async function discardDerived(db: Db): Promise<TableName[]> {
  const { rows } = await ask<{ table_name: string }>(db, 'discard_derived');
  return rows.map((row) => row.table_name);
}
