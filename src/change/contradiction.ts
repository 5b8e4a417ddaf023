import { Fault } from '../base/fault.js';
import type { RowChange } from '../model/change.js';

/** Of changes that no table can have gone through. */
export const contradiction = ({ op, table: { schema, name } }: RowChange, why: string): Fault =>
  new Fault('data', `the changes of a window contradict each other: at a line ${op}, ${why}`, {
    code: 'CONTRADICTION',
    place: { table: `${schema}.${name}` },
    safe: 'nothing of the window was applied',
  });

export const isContradiction = (error: unknown): boolean => error instanceof Fault && error.code === 'CONTRADICTION';
