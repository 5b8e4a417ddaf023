import { Fault } from '../base/fault.js';
import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';
import { outdateCheckpoints, takeCheckpoint } from './checkpoint.js';
import { closePhases } from './phase.js';
import { rewind, type IsDone } from './rewind.js';
import { readFixed, writeFixed } from './set-up.js';
import { readSettings } from './setting.js';
import { emptyForReload, tables, type TableRow } from './table.js';
import { livingWorkers } from './worker.js';

/** What a reset must ask of the target, whose tables this layer does not know. */
export interface ResetTarget {
  /** Rows of the table there, or undefined where it does not exist. */
  rows(table: TableRow): Promise<number | undefined>;
  /** Empties them all at once, for foreign keys hold them together. Where TRUNCATE commits by itself, that is before `tx` does. */
  empty(tx: Tx, tables: readonly TableRow[]): Promise<void>;
  /** As the loader's. */
  readonly isDone?: IsDone | undefined;
}

export interface ResetTable {
  readonly table: TableName;
  readonly target: string;
  /** By the marks. */
  readonly loaded: number;
  /** In the target; undefined where there is no such table. */
  readonly found: number | undefined;
  /** Changes were applied to it, so that its rows are others than were loaded. */
  readonly changed: boolean;
}

export interface ResetPlan {
  readonly tables: readonly ResetTable[];
  /** Why it must not be done now, one sentence each. */
  readonly refusals: readonly string[];
}

/** What a reset would empty, and what stands against it. Changes nothing. */
export async function planReset(db: Db, target: ResetTarget): Promise<ResetPlan> {
  const { rows } = await ask<{ table_name: string; rows_loaded: string; changed: string }>(db, 'reset_tables');
  const known = new Map(rows.map((row) => [row.table_name, row]));
  const planned: ResetTable[] = [];
  for (const row of await tables(db)) {
    const { rows_loaded: loaded = 0, changed } = known.get(row.table) ?? {};
    const { table, target: name } = row;
    planned.push({
      table,
      target: name,
      loaded: Number(loaded),
      found: await target.rows(row),
      changed: changed === 'YES',
    });
  }
  return {
    tables: planned,
    refusals: [...(await cutOver(db)), ...(await alive(db)), ...planned.flatMap(disagreement)],
  };
}

async function cutOver(db: Db): Promise<string[]> {
  const words = (await readFixed(db)).get('cut_over');
  return words === undefined ? [] : [`the migration was cut over, the target is not ours any more: ${words}`];
}

async function alive(db: Db): Promise<string[]> {
  const workers = await livingWorkers(db);
  return workers.map(
    (w) => `worker ${w.worker} (process ${w.pid} on ${w.host}) is alive, its lease ends ${w.leaseUntil}`,
  );
}

/** Rows that openkite did not put there would be lost. None at all is what an interrupted reset leaves. */
function disagreement({ table, target, loaded, found, changed }: ResetTable): string[] {
  if (found === undefined || found === 0 || found === loaded || changed) return [];
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
  if (before !== 'YES') await takeCheckpoint(db, { cause: 'before the reset', keep: await checkpointsKept(db) });
  await rewind(db, { isDone: target.isDone });
  const there = new Set(plan.tables.filter((t) => t.found !== undefined).map((t) => t.table));
  await db.transaction(async (tx) => {
    const rows = await tables(tx);
    const found = rows.filter((row) => there.has(row.table));
    if (found.length > 0) await target.empty(tx, found);
    for (const { table } of rows) await emptyForReload(tx, table, 'reset');
    await ask(tx, 'end_reset');
    await forgetWay(tx);
    await writeFixed(tx, 'reset_pending', 'NO');
  });
  return plan;
}

const checkpointsKept = async (db: Db): Promise<number> => (await readSettings(db)).settings.checkpoint_keep;

const refused = (plan: ResetPlan): Fault =>
  new Fault('operator', `reset refused: ${plan.refusals.join('; ')}`, {
    code: 'RESET_REFUSED',
    safe: 'nothing was emptied',
    hint: "UPDATE wirekite_action SET action = 'STOP' and wait for the workers; empty by hand what holds other rows",
  });

/** Chunks were planned once, and no progress row is there any more. */
export async function isProgressEmptied(db: Db): Promise<boolean> {
  return (await ask<{ emptied: string }>(db, 'progress_emptied')).rows[0]?.emptied === 'YES';
}

/**
 * For the start of a run: where somebody emptied wirekite_progress by the manual's procedure, table states and snapshots
 * are forgotten too, and what came after the rows is taken back. Returns the tables that are to be loaded anew; that
 * they are empty is for the caller to look at before.
 */
export async function discardDerived(db: Db, isDone?: IsDone): Promise<TableName[]> {
  if (!(await isProgressEmptied(db))) return [];
  await rewind(db, { isDone });
  await ask(db, 'settle_errors', { table: null });
  const { rows } = await ask<{ table_name: string }>(db, 'discard_derived');
  await forgetWay(db);
  return rows.map((row) => row.table_name);
}

/** Phases are opened again one after another, and nobody returns to what was before. */
async function forgetWay(tx: Tx): Promise<void> {
  await closePhases(tx);
  await outdateCheckpoints(tx);
}
