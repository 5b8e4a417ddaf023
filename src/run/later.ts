import type { TableMark } from '../control/checkpoint.js';
import type { TableState } from '../control/table.js';

type Rows = Pick<TableMark, 'state' | 'generation' | 'rowsMarked'>;

/** All rows are in; indexes and keys that came since do not make them others. */
const isIn = (state: TableState): boolean => state === 'LOADED' || state === 'DONE';

/**
 * Whether a table holds other rows than in a checkpoint, so that the way back is to empty it. Who was left out by a person
 * stays out; who is empty has nowhere to go back from.
 */
export function isLater(then: Rows | undefined, now: Rows): boolean {
  if (now.state === 'PLANNED' || now.state === 'SKIPPED') return false;
  if (then === undefined || then.generation !== now.generation) return true;
  if (isIn(then.state) && isIn(now.state)) return false;
  return then.state !== now.state || then.rowsMarked !== now.rowsMarked;
}

/** It was whole in the checkpoint, and was emptied since: those rows are gone. */
export const isOfAnotherGeneration = (then: Rows | undefined, now: Pick<Rows, 'state' | 'generation'>): boolean =>
  then !== undefined && isIn(then.state) && then.generation !== now.generation && now.state !== 'SKIPPED';
