import type { ErrorRun } from '../control/run-log.js';

export interface EscalationRule {
  /** Failures in a row; 0: none is escalated. */
  readonly most: number;
  /** Errors per row; 0: none is escalated. */
  readonly rate: number;
}

export interface Seen extends ErrorRun {
  readonly errors: number;
  readonly rows: number;
}

export interface Escalation {
  readonly cause: 'errors in a row' | 'error rate' | 'failed for good';
  /** How many errors it was for: the same cause is told again at twice as many. */
  readonly errors: number;
  readonly words: string;
}

/** A single error among a hundred rows says little of the other million. */
const LEAST_ERRORS = 10;

/** What a person has to look at now. `told`: for how many errors each cause was told already. Pure. */
export function escalations(
  seen: Seen,
  { most, rate }: EscalationRule,
  told: ReadonlyMap<string, number>,
): Escalation[] {
  const found: Escalation[] = [];
  const about = seen.queue ?? seen.lastFailure ?? 'nothing in particular';
  if (most > 0 && seen.inARow >= most)
    found.push({
      cause: 'errors in a row',
      errors: seen.inARow,
      words: `${seen.inARow} failures without a success between, the last of ${about}`,
    });
  if (seen.failed > 0)
    found.push({
      cause: 'failed for good',
      errors: seen.failed,
      words: `${seen.failed === 1 ? 'a step waits' : `${seen.failed} steps wait`} for a person, the last of ${seen.lastFailure ?? about}`,
    });
  if (rate > 0 && seen.errors >= LEAST_ERRORS && seen.errors > rate * seen.rows)
    found.push({
      cause: 'error rate',
      errors: seen.errors,
      words: `${seen.errors} errors in ${seen.rows} rows, most of them in ${about}`,
    });
  return found.filter(({ cause, errors }) => errors >= 2 * (told.get(cause) ?? 0));
}
