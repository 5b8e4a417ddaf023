import type { Fault } from '../base/fault.js';

/**
 * What a connector's `index.ts` exports by default. The folder's name is its name. All of them are loaded by every process,
 * so what speaks to the server comes with `open`.
 */
export interface Connector<T> {
  /** URL schemes that it answers to, with the colon, as in `url.protocol`. */
  readonly schemes: readonly string[];
  open(url: URL, options: OpenOptions): Promise<T>;
  /** Of an extractor: snapshots can only be joined within the process that holds them. */
  readonly ownSnapshots?: boolean;
  /** Whoever knows the database names the failure. */
  classify(error: unknown): Fault;
  /** What `openkite demo` shows of it. */
  readonly demo?: () => Promise<Demo>;
}

/** A shop to move from one throw-away server to another. */
export interface Demo {
  /** The schema that the shop is in. */
  readonly schema: string;
  /** Starts two servers that are gone, with their files, after `stop`, or however this process ends. */
  start(): Promise<DemoServers>;
  /** Makes the shop. Takes seconds. */
  fill(database: URL): Promise<void>;
  /** Writes to the shop without rest, in small transactions of every kind, until it is stopped. */
  write(database: URL): Promise<DemoWriter>;
  /** Runs a statement as it is shown. */
  query(database: URL, statement: string): Promise<Record<string, unknown>[]>;
  readonly statements: DemoStatements;
  /** One line for each table: its rows and a checksum, equal on both sides when the contents are. */
  compare(database: URL): Promise<DemoTable[]>;
  /** Which of these schemas exist there. */
  existing(database: URL, schemas: readonly string[]): Promise<string[]>;
  /** Removes these schemas with all that is in them. */
  remove(database: URL, schemas: readonly string[]): Promise<void>;
  /** What a person types to look inside. The password, if the URL has one, goes into a file in `folder` and is not shown. */
  shell(database: URL, folder: string): string;
}

/** What the story lets a person type, besides the control tables' own statements. */
export interface DemoStatements {
  /** On the source: one transaction of very many rows. */
  readonly long: string;
  /** On the target: how many of its rows are there, in the column `arrived`. */
  readonly arrived: string;
  /** On both sides, at the end: what no source tells the stream of. */
  readonly refresh: string;
  /** On the source: what is kept there for the stream. */
  kept(stream: string): readonly string[];
  /** On the source: that it is kept no longer. */
  forget(stream: string): readonly string[];
}

export interface DemoWriter {
  /** Transactions that it has committed so far. */
  readonly committed: number;
  /** Resolves when the last one is committed; rejects with what ended the writer before. */
  stop(): Promise<void>;
}

export interface DemoServers {
  readonly source: URL;
  readonly target: URL;
  stop(): Promise<void>;
}

export interface DemoTable {
  readonly table: string;
  readonly rows: string;
  readonly checksum: string;
}

export interface OpenOptions {
  /** Shown in the server's list of sessions: `openkite:<role>:<what>`. */
  readonly name: string;
  /** The control schema: on a target, the schema in which unqualified control tables are found. */
  readonly controlSchema: string;
  readonly tuning?: Tuning;
}

/** Limits of one session. What is absent is the server's own, or none. */
export interface Tuning {
  /** Memory for building an index or sorting, in bytes. */
  readonly workMemory?: number;
  /** How long a statement waits for a lock. */
  readonly lockSeconds?: number;
  /** How long any statement may take before the session is given up: for those that are always quick. */
  readonly deadlineSeconds?: number;
}

/** A statement that gives a login something which it needs, and what for. */
export interface Grant {
  /** Without a semicolon. */
  readonly statement: string;
  readonly why: string;
}

/** One line of `doctor`. */
export interface Finding {
  readonly what: string;
  readonly level: 'ok' | 'warning' | 'failure';
  readonly found: string;
  /** The statement or the act that mends it. */
  readonly mend?: string;
}
