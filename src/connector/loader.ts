import type { Db, Tx } from '../db/db.js';
import type { Layout } from '../model/layout.js';
import type { Encoding, Schema, SequenceValue, Table } from '../model/schema.js';
import type { Step } from '../model/step.js';
import type { Finding } from './connector.js';

/** Writes a target, inside transactions that it does not own. Knows nothing of progress. */
export interface Loader {
  readonly db: Db;
  /** As an extractor's: equal where source and target are the same database. */
  identity(): Promise<string>;
  /** Everything that must be made for a schema, and what each step needs. Pure. */
  steps(schema: Schema): Step[];
  /** Steps that set the target's sequences. Pure. */
  sequenceSteps(values: readonly SequenceValue[]): Step[];
  /** Encodings of a table that this target can take. */
  accepts(table: Table): readonly Encoding[];
  /** The table's name there, as a statement writes it. */
  targetName(table: Table): string;
  layout(table: Table, encoding: Encoding): Layout;
  /** Rows that the server says it took. */
  write(tx: Tx, layout: Layout, rows: AsyncIterable<Uint8Array>): Promise<number>;
  /** Empties tables, all at once, within the caller's transaction. */
  empty(tx: Tx, layouts: readonly Layout[]): Promise<void>;
  /** Rows of a table there, or undefined where it does not exist. */
  countRows(layout: Layout): Promise<number | undefined>;
  /** Which of these tables exist there already. */
  existing(tables: readonly Table[]): Promise<string[]>;
  check(schema: Schema): Promise<Finding[]>;
  close(): Promise<void>;
}
