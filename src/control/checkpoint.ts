import { VERSION } from '../base/version.js';
import type { Db, Tx } from '../db/db.js';
import { ask } from './ask.js';
import { readStatus } from './status.js';
import { tables, type TableRow } from './table.js';
import { openTasks } from './task.js';
import { livingWorkers } from './worker.js';

/** What a checkpoint says of a table: enough to know whether it is as it was then. */
export type TableMark = Pick<TableRow, 'table' | 'state' | 'generation' | 'rowsLoaded' | 'appliedSeq'>;

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

/** Writes one down, in one transaction, and keeps the last `keep`. Returns its number. */
export function takeCheckpoint(
  db: Db,
  { cause, keep, batchRun }: { readonly cause: string; readonly keep: number; readonly batchRun?: string },
): Promise<number> {
  return db.transaction(async (tx) => {
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
  const marks = (await tables(tx)).map(({ table, state, generation, rowsLoaded, appliedSeq }) => {
    const mark: TableMark = { table, state, generation, rowsLoaded, appliedSeq };
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
