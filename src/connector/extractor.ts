import type { ByteSink } from '../model/bytes.js';
import type { Position } from '../model/position.js';
import type { Encoding, Schema, SequenceValue, Table } from '../model/schema.js';
import type { Finding } from './connector.js';

/** Reads a source, and writes nothing to it. */
export interface Extractor {
  /** The server's own id of this session. */
  readonly session: string;
  /** Server and database as no other has it: a restored copy or another host behind the same name differs. */
  identity(): Promise<string>;
  schema(): Promise<Schema>;
  /** Without a ticket: opens a new snapshot and holds it until `close`. With one: joins it. */
  snapshot(tables: readonly Table[], ticket?: string): Promise<Snapshot>;
  /** Where the sequences stand now. */
  sequences(): Promise<SequenceValue[]>;
  /** Privileges, settings and version, each failure with the statement that mends it. */
  check(tables: readonly Table[]): Promise<Finding[]>;
  /** Cancels what the session is doing, from another connection. */
  cancel(): Promise<void>;
  close(): Promise<void>;
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
