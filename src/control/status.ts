import { Fault } from '../base/fault.js';
import type { Tx } from '../db/db.js';
import { ask } from './ask.js';

/** The one row of `wirekite_status`, under its own names. Times are the target server's own text. */
export interface Status {
  readonly records_processed: number;
  readonly records_total: number;
  readonly records_per_hour: number | null;
  readonly errors_total: number;
  readonly errors_recovered: number;
  readonly errors_escalated: number;
  readonly current_phase: number;
  readonly current_table: string | null;
  readonly progress_percent: number;
  readonly eta_completion: string | null;
  readonly status: string;
  readonly phase_total: number;
  readonly phase_name: string | null;
  readonly started_at: string | null;
  readonly elapsed_hours: number | null;
  readonly recovery_rate: number | null;
  readonly migration: string | null;
  readonly action: string | null;
  readonly workers_alive: number;
  readonly tables_total: number;
  readonly open_tables: number;
  readonly failed_tables: number;
  readonly open_tasks: number;
  readonly failed_tasks: number;
  readonly bytes_loaded: number;
  readonly bytes_total: number;
  /** Sessions that have changed the action and not committed. */
  readonly change_held_by: string | null;
}

const WORDS = new Set([
  'current_table',
  'eta_completion',
  'status',
  'phase_name',
  'started_at',
  'migration',
  'action',
  'change_held_by',
]);

export async function readStatus(tx: Tx): Promise<Status> {
  const { rows } = await ask(tx, 'read_status');
  if (rows[0] === undefined) throw new Fault('permanent', 'wirekite_status has no row');
  const fields = Object.entries(rows[0]).map(([name, value]) => [
    name,
    value === null || WORDS.has(name) ? value : Number(value),
  ]);
  return Object.fromEntries(fields) as Status;
}
