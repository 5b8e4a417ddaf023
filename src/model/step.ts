import type { TableName } from './schema.js';

/** One thing to do on a server: shown as SQL, then run. */
export interface Step {
  /** Unique within a plan, and the same for the same metadata: `index public.film film_title_idx`. */
  readonly id: string;
  readonly kind: string;
  readonly table?: TableName;
  /** Run in this order in one transaction. */
  readonly statements: readonly string[];
  /** Ids of steps that come first; `rowsOf(table)` and `CUTOVER` stand for events. */
  readonly needs: readonly string[];
  /** Takes it back before rows are loaded anew; then it is done again after them. What cannot be taken back stays. */
  readonly undo?: readonly string[];
  /** It looks at the rows, so it is done again after they were loaded anew. */
  readonly repeats?: boolean;
  /** A failure is reported with its statement and does not stop the run. */
  readonly optional?: boolean;
  /** Bytes that it has to work through, for estimates and order; 0 where it is quick. */
  readonly bytes: number;
}

/** Where a step stands among the others. */
export interface Placement {
  /** From 1. */
  readonly phase: number;
  /** The higher, the earlier. */
  readonly priority: number;
  /** How long it may take one worker. */
  readonly seconds: number;
}

/** The event "all rows of this table are in". */
export const rowsOf = (table: TableName): string => `load ${table}`;

/** The event "everything that can be done before the applications move over is done". */
export const CUTOVER = 'cutover';

/** The event "every table is in step with the changes": foreign keys wait for it where changes are followed. */
export const IN_STEP = 'in step';

/** The event "this table is loaded, and has all that applying changes to it needs". */
export const followOf = (table: TableName): string => `follow ${table}`;
