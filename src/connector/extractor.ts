import type { ByteSink } from '../model/bytes.js';
import type { ChangeSink } from '../model/change.js';
import type { Position } from '../model/position.js';
import type { Encoding, Schema, SchemaObject, SequenceValue, Table, TableName } from '../model/schema.js';
import type { Step } from '../model/step.js';
import type { Finding, Grant } from './connector.js';

/** Reads a source, and writes nothing to it but what `ChangeSource` says. */
export interface Extractor {
  /** The server's own id of this session. */
  readonly session: string;
  /** Server and database as no other has it: a restored copy or another host behind the same name differs. */
  identity(): Promise<string>;
  schema(): Promise<Schema>;
  /** Opens a new snapshot and holds it until `close`. `readers`: how many sessions will join it at the same time. */
  snapshot(tables: readonly Table[], readers: number): Promise<Snapshot>;
  /** Joins a snapshot that is held elsewhere. Fault `SNAPSHOT_LOST` when it is gone. */
  join(ticket: string): Promise<Snapshot>;
  /** How changes are followed; `stream` names what is kept for it on the source. Absent: this source can only be copied. */
  changes?(stream: string): ChangeSource;
  /** Where the sequences stand now. */
  sequences(): Promise<SequenceValue[]>;
  /**
   * Privileges, settings and version, each failure with the statement that mends it. `changes`: they shall be followed.
   * `provided`: what must be made for that is there.
   */
  check(
    tables: readonly Table[],
    options?: { readonly changes?: boolean; readonly provided?: boolean },
  ): Promise<Finding[]>;
  /** The least that a login needs to read this; of the session itself where none is named. */
  grants(schema: Schema, login?: string): Promise<Grant[]>;
  /** Cancels what the session is doing, from another connection. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

/** Follows what a source commits. */
export interface ChangeSource {
  /**
   * What must be made on the source before its stream is created and is not there yet: shown as SQL, then `perform`ed.
   * `agreed`: the operator wants updates and deletes of this table although it has no key.
   */
  provision(tables: readonly Table[], agreed: (table: Table) => boolean): Promise<Provision>;
  /**
   * The least that a login needs to follow changes, besides what it reads by; and what `provision` found missing, for
   * somebody who owns the tables: who has that done before needs no right to it.
   */
  grants(provision: Provision, login?: string): Promise<Grant[]>;
  /** Runs one step of `provision` in a transaction. */
  perform(step: Step): Promise<void>;
  /**
   * Creates the stream anew and returns the exact position from which it will come; what an earlier migration left under
   * its name is dropped. It may have to wait for transactions of others: `waits` is told whose.
   */
  create(waits: (why: string) => void): Promise<Position>;
  /** A new snapshot with an exact position: what commits at or after it is not in it. The stream must be there already. */
  snapshot(tables: readonly Table[], readers: number, waits: (why: string) => void): Promise<Snapshot>;
  /**
   * Hands over every transaction from `from` on until the signal is aborted or the connection ends (rejects). Fault
   * `STREAM_GAP` when the source has not got everything from there on; nothing is ever skipped.
   */
  capture(from: Position, tables: readonly Table[], to: ChangeSink, signal: AbortSignal): Promise<void>;
  /** The source may forget what is before; while `capture` runs, or soon after it runs again. */
  release(upTo: Position): Promise<void>;
  /** Up to where the source will not go back any more: what was released last. Undefined: its stream is not there. */
  released(): Promise<Position | undefined>;
  /** Negative: a is before b. */
  compare(a: Position, b: Position): number;
  /** Is a transaction with this commit position already in a snapshot of that start position? */
  includes(start: Position, commit: Position): boolean;
  /** Bytes of log between the beginning of time and the position: for differences only. */
  bytes(position: Position): number;
  /** Where the source's log ends now, and what keeping our stream costs it. */
  sample(): Promise<LogSample>;
  /**
   * In what the source's catalogs differ from these tables, and from those of the objects that decide which values a
   * column takes; and what the tables' schemas have besides.
   */
  differences(tables: readonly Table[], objects?: readonly SchemaObject[]): Promise<CatalogDifference[]>;
  /** Cheap: changes whenever `differences` may have changed. */
  catalogFingerprint(): Promise<string>;
  /** Drops what `create` and `provision` made. */
  remove(): Promise<void>;
}

export interface Provision {
  readonly steps: readonly Step[];
  /** Tables of which not every change will come, and why, one sentence each. */
  readonly partly: readonly { readonly table: TableName; readonly why: string }[];
}

export interface LogSample {
  readonly position: Position;
  /** Log that is kept for our stream. */
  readonly keptBytes: number;
  /** Beyond this the source gives our stream up; undefined: it has no such limit but its disk. */
  readonly limitBytes: number | undefined;
}

export interface CatalogDifference {
  /** Undefined: something that is not one of the tables. */
  readonly table: TableName | undefined;
  /** Rows as they come now would not fit: the table must not be followed further. */
  readonly concernsRows: boolean;
  /** In words, with both sides. */
  readonly found: string;
}

/** One consistent view of the source. */
export interface Snapshot {
  /** Exact end position of what it sees, or '' where changes cannot follow from it. */
  readonly position: Position;
  /** By which other sessions join it, while this one lives. */
  readonly ticket: string;
  /** Tables that were rewritten or truncated after it was taken: it does not see their rows. Only the holder knows. */
  readonly rewritten: readonly Table[];
  /** Cuts a table into slices of about `bytes`. Their bounds are written down before the first is read. */
  slices(table: Table, encoding: Encoding, bytes: number): Promise<Slice[]>;
  /** Rows that the source says it sent. */
  copy(slice: Slice, to: ByteSink): Promise<number>;
  /** Rejects when the session behind it is gone. */
  hold(): Promise<void>;
  close(): Promise<void>;
}

/** A part of a table. Bounds are the extractor's own words; the first and the last slice are open-ended. */
export interface Slice {
  readonly table: Table;
  readonly encoding: Encoding;
  readonly bounds: string;
}
