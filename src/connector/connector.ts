import type { Fault } from '../base/fault.js';

/** What a connector's `index.ts` exports by default. The folder's name is its name. */
export interface Connector<T> {
  /** URL schemes that it answers to, with the colon, as in `url.protocol`. */
  readonly schemes: readonly string[];
  open(url: URL, options: OpenOptions): Promise<T>;
  /** Whoever knows the database names the failure. */
  classify(error: unknown): Fault;
}

export interface OpenOptions {
  /** Shown in the server's list of sessions: `openkite:<role>:<what>`. */
  readonly name: string;
  /** The control schema: on a target, the schema in which unqualified control tables are found. */
  readonly controlSchema: string;
  /** Changes will be followed: snapshots must have an exact position. */
  readonly changes: boolean;
  /** Memory that one session may use for building an index or sorting, in bytes. Absent: the server's default. */
  readonly workMemory?: number;
}

/** One line of `doctor`. */
export interface Finding {
  readonly what: string;
  readonly level: 'ok' | 'warning' | 'failure';
  readonly found: string;
  /** The statement or the act that mends it. */
  readonly mend?: string;
}
