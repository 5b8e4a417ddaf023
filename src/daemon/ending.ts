import { countErrors } from '../control/error.js';
import type { PhaseProgress } from '../control/phase.js';
import { caughtUpSince } from '../control/sample.js';
import type { Status } from '../control/status.js';
import { streamErrors } from '../control/stream.js';
import { tables } from '../control/table.js';
import type { TaskCounts } from '../control/task.js';
import type { Utilisation } from '../control/worker.js';
import type { Db } from '../db/db.js';
import { isCutOver } from './cut-over.js';
import { EXIT } from './exit.js';

/** What `openkite run --until` names. */
export type Until = 'loaded' | 'caught-up' | 'stopped';

export interface Ending {
  readonly code: number;
  readonly why: string;
  /** What failed, and what was left out, one paragraph each. */
  readonly trouble?: readonly string[];
  /** How far each phase came, and how the run stood, at its end. */
  readonly phases?: readonly PhaseProgress[];
  readonly status?: Status;
  /** Of its readers and loaders. */
  readonly used?: Utilisation;
  /** A table that is critical has failed: the last checkpoint is returned to. */
  readonly goesBack?: boolean;
}

/** Of a run that only loads: over when nothing is open any more; done only when nothing failed. */
export function loadEnding(tasks: TaskCounts): Ending | undefined {
  if (tasks.open > 0) return undefined;
  if (tasks.failed + tasks.blocked + tasks.aborted === 0) return { code: EXIT.done, why: 'everything is in' };
  return failed(tasks);
}

/**
 * Of a run that follows changes. What waits for the cutover stays open. `since`: when it began, by the target's clock:
 * caught up is who has applied what the source had committed after that.
 */
export async function followEnding(
  control: Db,
  until: Until,
  tasks: TaskCounts,
  since: string,
): Promise<Ending | undefined> {
  if (await isCutOver(control)) return done('the migration is cut over');
  const errors = await streamErrors(control);
  if (errors.length > 0) return { code: EXIT.failed, why: 'the changes cannot be followed', trouble: errors };
  if (until === 'stopped') return undefined;
  const rows = await tables(control);
  const stopped = rows.filter(({ state }) => state === 'FAILED' || state === 'RELOAD_NEEDED');
  if (stopped.length + tasks.failed > 0 && tasks.moving === 0) {
    const others = rows.filter((row) => !stopped.includes(row));
    if (tasks.failed === 0 && others.some(({ appliedSeq }) => appliedSeq !== undefined)) return undefined;
    const trouble = stopped.map(({ table, error }) => `STOPPED ${table}\n${error ?? ''}`);
    return { ...failed(tasks), trouble };
  }
  if (until === 'loaded') return tasks.inStep === 'WAITING' ? undefined : done('everything is loaded');
  if (tasks.cutover !== 'READY' || !(await caughtUpSince(control, since))) return undefined;
  const queued = await countErrors(control);
  if (queued === 0) return done('the target has caught up');
  return { code: EXIT.queued, why: `the target has caught up; ${queued} rows are in wirekite_error` };
}

const done = (why: string): Ending => ({ code: EXIT.done, why });

const failed = (tasks: TaskCounts): Ending => ({
  code: EXIT.failed,
  why:
    `${tasks.failed} tasks failed and ${tasks.blocked} wait for them` +
    (tasks.aborted === 0 ? '' : `; ${tasks.aborted} others were not begun any more (continue_on_error is NO)`),
});
