import type { Tx } from '../db/db.js';
import { ask } from './ask.js';

export interface Outcome {
  readonly task_id: string;
  readonly kind: string;
  readonly table_name: string | null;
  readonly state: string;
  readonly attempt_no: number;
  readonly status_reason: string | null;
  readonly blocked_by: string | null;
}

/** What became of tasks: how many are in which state, and each that did not simply succeed. */
export async function readOutcomes(tx: Tx): Promise<{ counts: Record<string, number>; outcomes: Outcome[] }> {
  const { rows: counts } = await ask<{ state: string; found: string | number }>(tx, 'run_counts');
  const { rows } = await ask<Record<string, string | null>>(tx, 'run_outcomes');
  return {
    counts: Object.fromEntries(counts.map(({ state, found }) => [state, Number(found)])),
    outcomes: rows.map((row) => ({
      task_id: row['task_id'] ?? '',
      kind: row['kind'] ?? '',
      table_name: row['table_name'] ?? null,
      state: row['state'] ?? '',
      attempt_no: Number(row['attempt_no']),
      status_reason: row['status_reason'] ?? null,
      blocked_by: row['blocked_by'] ?? null,
    })),
  };
}

/** What each task needs, by task. */
export async function readDependencies(tx: Tx): Promise<Record<string, string[]>> {
  const { rows } = await ask<{ task_id: string; depends_on: string }>(tx, 'run_dependencies');
  const needs: Record<string, string[]> = {};
  for (const { task_id: task, depends_on: need } of rows) (needs[task] ??= []).push(need);
  return needs;
}

/** One document per run; the later one takes the place of the one before. */
export async function writeRunSnapshot(tx: Tx, run: string, document: string): Promise<void> {
  await ask(tx, 'write_run_snapshot', { run, document });
}
