import { explain, type Fault } from '../base/fault.js';
import type { LogEntry } from '../control/run-log.js';

/** What units write of their attempts: warned of once where it cannot be written. */
export const LOG = 'load_run_log';

/** A slice that was not read, or a chunk that was not loaded. */
export const failedChunk = (
  { table, source, restarts }: { readonly table: string; readonly source: string; readonly restarts: number },
  fault: Fault,
): LogEntry => ({
  ...{ dataset: table, kind: 'attempt', status: 'error' },
  attempt: restarts + 1,
  reason: source,
  error: explain(fault),
});
