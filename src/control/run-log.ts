import type { Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';
import { readFixed, writeFixed } from './set-up.js';

/** The fixed setting that names the run: one invocation of `openkite run`. */
const RUN = 'batch_run_id';

/** From now on this is the run. Returns the one before, which it goes on with. */
export async function nameRun(tx: Tx, run: string): Promise<string | undefined> {
  const before = (await readFixed(tx)).get(RUN);
  await writeFixed(tx, RUN, run);
  return before;
}

export interface LogEntry {
  /** A task, a table, or `*` for the whole run. */
  readonly dataset: string;
  readonly status: 'success' | 'error' | 'skipped';
  readonly kind: 'attempt' | 'escalation' | 'event';
  /** From 1. */
  readonly attempt?: number;
  /** In words. */
  readonly reason?: string;
  readonly error?: string;
  readonly rows?: number;
  /** How long ago it began. */
  readonly seconds?: number;
}

/** Appends what has happened. */
export async function logRun(tx: Tx, entry: LogEntry): Promise<void> {
  const { dataset, status, kind, attempt = 1, reason = null, error = null, rows = null, seconds = 0 } = entry;
  await ask(tx, 'log_run', { dataset, status, kind, attempt, reason, error, rows, seconds });
}

/** Of a task that is taken up again: that the attempt before has ended, if nobody has told so. */
export async function logDied(tx: Tx, dataset: string, attempt: number): Promise<void> {
  await ask(tx, 'log_died', { dataset, attempt });
}

/** All rows of these tables are in. */
export async function logLoaded(tx: Tx, tables: readonly TableName[]): Promise<void> {
  if (tables.length > 0) await ask(tx, 'log_loaded', { tables: JSON.stringify(tables) });
}

/** What is BLOCKED or ABORTED, each once in a run. */
export async function logLeftOut(tx: Tx): Promise<void> {
  await ask(tx, 'log_left_out');
}

export async function forgetLog(tx: Tx, days: number): Promise<void> {
  await ask(tx, 'forget_log', { days });
}

/** What was escalated in this run, the newest first. */
export async function readEscalations(tx: Tx): Promise<string[]> {
  const { rows } = await ask<{ status_reason: string }>(tx, 'read_escalations');
  return rows.map(({ status_reason: words }) => words);
}

/** Failures of late, and what most of them are about. */
export interface ErrorRun {
  /** Attempts that have failed since the last that did not. */
  readonly inARow: number;
  /** Open rows of `wirekite_error`, and the queue with most of them. */
  readonly queued: number;
  readonly queue: string | undefined;
  readonly lastFailure: string | undefined;
  /** Tasks, those of whole tables among them, that wait for a person. */
  readonly failed: number;
}

export async function readErrorRun(tx: Tx): Promise<ErrorRun> {
  const { rows } = await ask<Record<string, string | null>>(tx, 'error_run');
  const { in_a_row: inARow, queued, queue, last_failure: lastFailure, failed } = rows[0] ?? {};
  return {
    inARow: Number(inARow),
    queued: Number(queued),
    queue: queue ?? undefined,
    lastFailure: lastFailure ?? undefined,
    failed: Number(failed),
  };
}
