import type { Position } from './position.js';

/**
 * What a source's log says, on its way to the target. Rows stay bytes: the values of a row are COPY text, as in a
 * `.dkt` of encoding `text` and a `.ckt` (FORMAT.md), separated by TAB and without the LF.
 */

/** A table as the log described it when the change was made. */
export interface ChangedTable {
  /** By which lines of a `.ckt` name it; the source's own number. */
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  /** By what rows are found: d primary key, i another index, f all columns, n nothing (only inserts and truncates come). */
  readonly identity: 'd' | 'i' | 'f' | 'n';
  /** Without generated ones, in the order of a row's values. */
  readonly columns: readonly ChangedColumn[];
}

export interface ChangedColumn {
  readonly name: string;
  /** With modifiers, in the source's words, as `Column.type`. */
  readonly type: string;
  /** Rows are found by it. Of a table without any, by all columns. */
  readonly key: boolean;
}

/** A committed transaction of the source. */
export interface Begin {
  /** Of its commit: what `ChangeSource.includes` is asked about. */
  readonly position: Position;
  /** `YYYY-MM-DD HH:MM:SS.ffffff+00`. */
  readonly time: string;
  readonly xid: string;
}

/** I insert; U update; K update of the key; F update with the full old row; R delete by key; X delete by the full row. */
export type RowOp = 'I' | 'U' | 'K' | 'F' | 'R' | 'X';

/**
 * Takes transactions in commit order, value by value as bytes arrive, so that no row is ever held as a whole. After
 * `change` come the values of the line, in its order (FORMAT.md: for K the old key's first, for F the whole old row's).
 */
export interface ChangeSink {
  begin(transaction: Begin): void;
  /** Before a table's first change, and whenever its description changes. */
  relation(table: ChangedTable): void;
  /** `bytes`: at least what its values hold together, before any escaping. */
  change(op: RowOp, table: string, bytes: number): void;
  null(): void;
  /** The value was not sent, since it did not change. Only among the new values of U, K and F. */
  unchanged(): void;
  /** A value of so many bytes follows, unescaped, by `append`. */
  value(length: number): void;
  /** Takes `bytes[start, end)`. The caller leaves `bytes` as it is until it has asked `ready()`. */
  append(bytes: Uint8Array, start: number, end: number): void;
  /** All in one statement. */
  truncate(tables: readonly string[], options: { readonly cascade: boolean; readonly restart: boolean }): void;
  message(prefix: string, content: Uint8Array): void;
  /** `end`: everything that ends before it has been handed over. */
  commit(end: Position): void;
  /** Nothing is open, and everything before this position has been handed over. */
  idle(position: Position): void;
  /** A promise to wait for before sending more, or undefined when there is room. Ask after each input. Rejects to end the capture. */
  ready(): Promise<void> | undefined;
}

/** One line of a `.ckt` that changes a row. */
export interface RowChange {
  readonly op: RowOp;
  readonly table: ChangedTable;
  /** K, R: the old key's values; F, X: the whole old row. */
  readonly old: Uint8Array | undefined;
  /** I, U, K, F: the new row, in which `\U` stands for what did not change. */
  readonly row: Uint8Array | undefined;
}

/**
 * A value too long to be held while changes are reduced is left in its file: in the texts of rows a field `\F<n>` stands
 * for it. No value is written so, since its backslash would be doubled.
 */
export interface FarValues {
  /** The escaped bytes of value `n`. */
  read(n: number): AsyncIterable<Uint8Array>;
}

/** What happened to the rows of one table since a window began. Every key is in at most one of the lists. */
export interface NetChanges {
  readonly table: ChangedTable;
  /** Values of the key columns. */
  readonly deletes: readonly Uint8Array[];
  /** Rows that got another key: per set of columns. */
  readonly moves: readonly NetUpdates[];
  readonly updates: readonly NetUpdates[];
  /** Whole rows. */
  readonly inserts: readonly Uint8Array[];
  /** Of a table without a key: whole rows, and how many copies of each there are more (or, negative, fewer). */
  readonly images: readonly { readonly row: Uint8Array; readonly count: number }[];
}

export interface NetUpdates {
  /** Positions in `table.columns` of the columns that were sent, in order; the key's are always among them. */
  readonly columns: readonly number[];
  /** Their values; of a move the old key's values first. */
  readonly rows: readonly Uint8Array[];
}

/** Net changes, small enough to be applied at once. */
export interface Window {
  readonly tables: readonly NetChanges[];
  /** Undefined: no value of it is far. */
  readonly far: FarValues | undefined;
}
