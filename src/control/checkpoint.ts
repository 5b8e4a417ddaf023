import { VERSION } from '../base/version.js';
import type { Db, Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';
import { readFixed, writeFixed } from './set-up.js';
import { readStatus } from './status.js';
import { tables, type TableRow } from './table.js';
import { openTasks } from './task.js';
import { livingWorkers } from './worker.js';

/** What a checkpoint says of a table: enough to know whether its rows are as they were then. */
export interface TableMark extends Pick<TableRow, 'table' | 'state' | 'generation' | 'rowsLoaded' | 'appliedSeq'> {
  /** Rows that are durable, by the marks of all its chunks. */
  readonly rowsMarked: number;
}

/** All that was so at a moment, under the names of the execution models' own checkpoints. */
export interface Checkpoint {
  readonly timestamp: string;
  readonly version: string;
  readonly state: {
    readonly completed: readonly string[];
    readonly running: readonly string[];
    readonly frontier: readonly string[];
    readonly outputs: Readonly<Record<string, TableMark>>;
    readonly resources: Readonly<Record<string, unknown>>;
    readonly metrics: Readonly<Record<string, unknown>>;
  };
}

/** Writes one down, in one transaction, and keeps the last `keep`. Returns its number. `also`: before, in the same one. */
export function takeCheckpoint(
  db: Db,
  { cause, keep, batchRun }: { readonly cause: string; readonly keep: number; readonly batchRun?: string },
  also: (tx: Tx) => Promise<void> = async () => undefined,
): Promise<number> {
  return db.transaction(async (tx) => {
    await also(tx);
    const document = JSON.stringify(await look(tx));
    const params = { run: batchRun ?? null, cause, version: VERSION, document };
    const { rows } = await ask<{ checkpoint_id: string }>(tx, 'insert_checkpoint', params);
    await ask(tx, 'forget_checkpoints', { keep });
    return Number(rows[0]?.checkpoint_id);
  });
}

async function look(tx: Tx): Promise<Checkpoint> {
  const open = await openTasks(tx);
  const ids = (state: string): string[] => open.filter((task) => task.state === state).map(({ id }) => id);
  const { rows: ended } = await ask<{ task_id: string }>(tx, 'ended_tasks');
  const { rows: clock } = await ask<{ now: string }>(tx, 'clock');
  const marked = new Map((await loadedByMarks(tx)).map(({ table, rows }) => [table, rows]));
  const marks = (await tables(tx)).map(({ table, state, generation, rowsLoaded, appliedSeq }) => {
    const mark: TableMark = { table, state, generation, rowsLoaded, appliedSeq, rowsMarked: marked.get(table) ?? 0 };
    return [table, mark] as const;
  });
  return {
    timestamp: String(clock[0]?.now),
    version: VERSION,
    state: {
      completed: ended.map(({ task_id: id }) => id),
      running: ids('RUNNING'),
      frontier: ids('READY'),
      outputs: Object.fromEntries(marks),
      resources: { workers: (await livingWorkers(tx)).map(({ worker, role, state }) => ({ worker, role, state })) },
      metrics: { ...(await readStatus(tx)) },
    },
  };
}

/** What is in the target of a table by its marks, and whether changes were applied to that. */
export interface Loaded {
  readonly table: TableName;
  readonly rows: number;
  readonly isChanged: boolean;
}

export async function loadedByMarks(tx: Tx): Promise<Loaded[]> {
  const { rows } = await ask<{ table_name: string; rows_loaded: string; changed: string }>(tx, 'reset_tables');
  return rows.map((row) => ({
    table: row.table_name,
    rows: Number(row.rows_loaded),
    isChanged: row.changed === 'YES',
  }));
}

export interface CheckpointRow {
  readonly id: number;
  readonly cause: string;
  readonly createdAt: string;
  /** How long ago that was. */
  readonly seconds: number;
}

/** The newest first. */
export async function checkpoints(tx: Tx): Promise<CheckpointRow[]> {
  const { rows } = await ask<Record<string, string>>(tx, 'list_checkpoints');
  return rows.map((row) => ({
    id: Number(row['checkpoint_id']),
    cause: row['cause'] ?? '',
    createdAt: row['created_at'] ?? '',
    seconds: Number(row['seconds']),
  }));
}

export async function readCheckpoint(tx: Tx, id: number): Promise<Checkpoint | undefined> {
  const { rows } = await ask<{ document: string }>(tx, 'read_checkpoint', { id });
  return rows[0] && (JSON.parse(rows[0].document) as Checkpoint);
}

/** Whether the first foreign key can be made; NEVER: one was begun, or there is none. */
export async function keysDue(tx: Tx): Promise<'YES' | 'NO' | 'NEVER'> {
  const { rows } = await ask<{ due: 'YES' | 'NO' | 'NEVER' }>(tx, 'keys_due');
  return rows[0]?.due ?? 'NEVER';
}

/** The fixed setting that names the newest checkpoint that was there when everything was emptied. */
const OUTDATED = 'checkpoints_outdated';

/** Everything was emptied: there is no way back to what was before. */
export async function outdateCheckpoints(tx: Tx): Promise<void> {
  await writeFixed(tx, OUTDATED, String((await checkpoints(tx))[0]?.id ?? 0));
}

/** Up to this one they are of before a reset. */
export const outdatedUpTo = async (tx: Tx): Promise<number> => Number((await readFixed(tx)).get(OUTDATED) ?? 0);
