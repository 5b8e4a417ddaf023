import { backoffSeconds } from '../base/backoff.js';
import type { FaultKind } from '../base/fault.js';

/** What a run does about failures. All of it, and for every table alike: nothing is implied. */
export interface Policy {
  /** False: once a task has failed for good, those that were not begun are aborted. What needs it is blocked either way. */
  readonly continueOnError: boolean;
  /** Tries after the first one. */
  readonly maxRetries: number;
}

export const POLICY: Policy = { continueOnError: true, maxRetries: 3 };

/** What becomes of a task that has failed. */
export type Recovery =
  /** Try it again, from its mark. */
  | { readonly do: 'retry'; readonly afterSeconds: number }
  /** Wait for the resource that is missing, then go on at the mark; that spends no try. */
  | { readonly do: 'resume' }
  /** It is given up, and the run goes on. */
  | { readonly do: 'skip' }
  /** Back to the last checkpoint: without this table the migration has failed. */
  | { readonly do: 'rollback' }
  /** It waits for RETRY or SKIP by a person. */
  | { readonly do: 'hold' }
  /** The run ends, cleanly. */
  | { readonly do: 'abort' };

export interface Failure {
  readonly kind: FaultKind;
  /** Of the task's table. */
  readonly critical: boolean;
  /** The try that failed, from 1. */
  readonly attempt: number;
}

/**
 * By the kind of the failure: CONTROL 18. TRANSIENT is retried after 2, 4, 8 … at most 30 seconds, without the jitter
 * that a caller may take off; RESOURCE waits; PERMANENT rolls back where it is critical, else skips; UNKNOWN holds. Rows that
 * are wrong (data) were set aside before they come here: what still fails is permanent. A mistake of ours or the operator's,
 * such as a privilege that is missing, may be that of one table, so it is given up like one whose tries are spent.
 */
export function recovery(failure: Failure, policy: Policy): Recovery {
  switch (failure.kind) {
    case 'transient':
      return failure.attempt <= policy.maxRetries ? retryAfter(failure.attempt) : giveUp(failure, policy);
    case 'resource':
      return { do: 'resume' };
    case 'data':
    case 'permanent':
      return { do: failure.critical ? 'rollback' : 'skip' };
    case 'unknown':
      return { do: 'hold' };
    case 'operator':
      return giveUp(failure, policy);
  }
}

const retryAfter = (attempt: number): Recovery => ({ do: 'retry', afterSeconds: backoffSeconds(attempt, () => 0) });

/** Its tries are spent. */
const giveUp = ({ critical }: Failure, { continueOnError }: Policy): Recovery => ({
  do: critical ? 'rollback' : continueOnError ? 'skip' : 'abort',
});
