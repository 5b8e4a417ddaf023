import { dependents, indexOf, ordered, type Node } from './graph.js';
import type { Policy } from './policy.js';
import type { Known } from './state.js';

/**
 * Why a task was never tried: something that it needs has failed, whatever else; or the run stopped early for a failure that
 * does not concern it. A task is never both.
 */
export type Consequence =
  | { readonly id: string; readonly kind: 'blocked'; readonly blockedBy: string }
  | { readonly id: string; readonly kind: 'aborted'; readonly reason: 'fail_fast_abort' };

/** The failed task without which each other one cannot be done, however far; of several that with the least id. */
export function blockedBy(tasks: readonly Node[], failed: ReadonlySet<string>): Map<string, string> {
  const causes = new Map<string, string>();
  if (failed.size === 0) return causes;
  const at = indexOf(tasks);
  const after = dependents(tasks, at);
  for (const cause of ordered(failed)) {
    const reached = [at.get(cause) ?? -1];
    for (const index of reached)
      for (const next of index < 0 ? [] : after(index)) {
        const { id = '' } = tasks[next] ?? {};
        if (causes.has(id)) continue;
        causes.set(id, cause);
        reached.push(next);
      }
  }
  return causes;
}

/**
 * What becomes of tasks that were not begun, once some have failed for good: who needs these is blocked, and where the policy
 * does not go on after an error all others are aborted. What runs already runs to its end. In the order of `tasks`.
 */
export function consequences(tasks: readonly Node[], known: Known, { continueOnError }: Policy): Consequence[] {
  if (known.failed.size === 0) return [];
  const causes = blockedBy(tasks, known.failed);
  return tasks
    .filter(({ id }) => !(known.done.has(id) || known.running.has(id) || known.failed.has(id) || known.skipped.has(id)))
    .flatMap(({ id }): Consequence[] => {
      const cause = causes.get(id);
      if (cause !== undefined) return [{ id, kind: 'blocked', blockedBy: cause }];
      return continueOnError ? [] : [{ id, kind: 'aborted', reason: 'fail_fast_abort' }];
    });
}
