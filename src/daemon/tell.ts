import { explain, type Fault } from '../base/fault.js';
import type { Claim } from '../control/chunk.js';
import type { LogEntry } from '../control/run-log.js';

type Chunk = Pick<Claim, 'table' | 'source' | 'restarts'>;

/** What units write of their attempts: warned of once where it cannot be written. */
export const LOG = 'load_run_log';

/** A slice or a chunk whose worker died with it. */
export const leftChunk = ({ table, source, restarts }: Chunk, worker: string): LogEntry => ({
  ...{ dataset: table, kind: 'attempt', status: 'error' },
  attempt: restarts,
  reason: source,
  error: `${worker} ended before it`,
});

/** A slice that was not read, or a chunk that was not loaded. */
export const failedChunk = ({ table, source, restarts }: Chunk, fault: Fault): LogEntry => ({
  ...{ dataset: table, kind: 'attempt', status: 'error' },
  attempt: restarts + 1,
  reason: source,
  error: explain(fault),
});
