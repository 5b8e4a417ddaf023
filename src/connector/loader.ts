import type { Fault } from '../base/fault.js';
import type { Db, Tx } from '../db/db.js';
import type { ChangedTable, FarValues, RowChange, Window } from '../model/change.js';
import type { Layout } from '../model/layout.js';
import type { Encoding, Schema, SequenceValue, Table, TableName } from '../model/schema.js';
import type { Step } from '../model/step.js';
import type { Finding, Grant } from './connector.js';

/** Writes a target, inside transactions that it does not own. Knows nothing of progress. */
export interface Loader {
  readonly db: Db;
  /** As an extractor's: equal where source and target are the same database. */
  identity(): Promise<string>;
  /**
   * What is moved, as the source's extractor describes it: first of all. Everything below is about these tables, by the
   * source's names; where they go and what their columns become follows from it, and is the same in every session.
   */
  learn(schema: Schema): void;
  /** What becomes of every table and column, what is lossy, and what cannot be. Pure. */
  mapping(schema: Schema): Mapping;
  /** Everything that must be made for a schema, and what each step needs. Pure. */
  steps(schema: Schema): Step[];
  /** Steps that set the target's sequences, `margin` values beyond where they stand as far as their types allow. Pure. */
  sequenceSteps(values: readonly SequenceValue[], margin?: number): Step[];
  /** Where the target's own log ends now, in the words by which changes of it could be followed; '' where it tells none. */
  logPosition(): Promise<string>;
  /** Encodings of a table that this target can take. */
  accepts(table: Table): readonly Encoding[];
  /** The table's name there, as a statement writes it. */
  targetName(table: Table): string;
  layout(table: Table, encoding: Encoding): Layout;
  /** Rows that the server says it took. */
  write(tx: Tx, layout: Layout, rows: AsyncIterable<Uint8Array>): Promise<number>;
  /**
   * Readies the session for applying changes: triggers and foreign keys do not fire where the target lets us. Returns
   * undefined, or why they do fire.
   */
  prepareApply(): Promise<string | undefined>;
  /**
   * Applies a window set by set: deletes, children first; moves; updates; inserts, parents first. Every statement's row
   * count is compared. Returns what did not agree; then, and when it throws, the caller rolls back to before it.
   */
  apply(tx: Tx, window: Window): Promise<Miscount[]>;
  /**
   * Applies changes one by one, in their order. What cannot be applied or finds no row is told and left out; nothing is
   * overwritten. Throws what is no fault of a single row.
   */
  replay(
    tx: Tx,
    changes: AsyncIterable<RowChange>,
    far: FarValues,
    tell: (found: Divergence) => Promise<void>,
  ): Promise<void>;
  /** Empties tables because the source did, in one statement. */
  truncate(tx: Tx, tables: readonly ChangedTable[], options: { readonly restart: boolean }): Promise<void>;
  /** Empties tables, all at once, within the caller's transaction. */
  empty(tx: Tx, layouts: readonly Layout[]): Promise<void>;
  /** The statements by which a person empties tables, named as `targetName` writes them. Pure. */
  emptying(targets: readonly string[]): string[];
  /** Rows of a table there, or undefined where it does not exist. */
  countRows(layout: Layout): Promise<number | undefined>;
  /** Which of these tables exist there already. */
  existing(tables: readonly Table[]): Promise<string[]>;
  check(schema: Schema): Promise<Finding[]>;
  /** The least that a login needs to make and fill this; of the session itself where none is named. */
  grants(schema: Schema, login?: string): Promise<Grant[]>;
  /**
   * Where DDL commits by itself: this failure of a statement says that what it makes is there, or what it drops is gone.
   * Every step has one statement then. Absent: DDL is a part of its transaction.
   */
  readonly isDone?: (fault: Fault) => boolean;
  close(): Promise<void>;
}

export interface Mapping {
  readonly tables: readonly TableMapping[];
  /** What the source has and the target will not have, a sentence each. */
  readonly notMade: readonly string[];
  /** Names that cannot be there as they are, or that would be one there: with each of these nothing may be written. */
  readonly refused: readonly string[];
}

export interface TableMapping {
  readonly table: TableName;
  readonly target: string;
  readonly columns: readonly ColumnMapping[];
}

export interface ColumnMapping {
  readonly column: string;
  readonly type: string;
  readonly targetType: string;
  /** Which values would be refused there; nothing is ever changed silently. */
  readonly refuses?: string;
  /** What of the column's meaning is not kept, although every value is. */
  readonly loses?: string;
}

/** A statement of a window that changed another number of rows than it should. */
export interface Miscount {
  readonly table: TableName;
  /** `delete`, `move`, `update`, `insert`. */
  readonly what: string;
  readonly expected: number;
  readonly found: number;
}

/** A change that the target's rows contradict. It was not applied. */
export interface Divergence {
  readonly change: RowChange;
  /** The key's values, or the whole old row where there is no key; COPY text, cut after 8 kB. */
  readonly key: string;
  /** The row as the source has it; undefined for a delete. Cut likewise. */
  readonly row: string | undefined;
  /** The row that the target has under that key, if any. Cut likewise. */
  readonly found: string | undefined;
  /** In words: `there is no such row`, or what the server said. */
  readonly cause: string;
  /** The server's code, where it refused. */
  readonly code: string | undefined;
}
