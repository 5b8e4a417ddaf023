/** All that is asked of a database driver. One `Db` is one session; calls on it are queued, never interleaved. */

export type Row = Record<string, unknown>;
export type Params = Readonly<Record<string, unknown>>;

export interface Result<R extends Row = Row> {
  readonly rows: R[];
  /** Rows matched by an UPDATE or DELETE (also unchanged ones), inserted by an INSERT. */
  readonly count: number;
}

export interface Tx {
  /** Folder name under `sql/`: whose words this session speaks. */
  readonly dialect: string;
  /** `:name` parameters, as in the `.sql` files. A statement without parameters may hold several, separated by `;`. */
  query<R extends Row = Row>(sql: string, params?: Params): Promise<Result<R>>;
  /** Streams bytes into a bulk statement (COPY … FROM STDIN, LOAD DATA LOCAL). Returns the rows that the server took. */
  load(sql: string, bytes: AsyncIterable<Uint8Array>): Promise<number>;
}

export interface Db extends Tx {
  /** The server's own id of this session, as a DBA finds it in the server's list of sessions. */
  readonly session: string;
  /** READ COMMITTED. Rolls back and rethrows when `body` throws; a lost COMMIT answer is a Fault with code `COMMIT_UNKNOWN`. */
  transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T>;
  /** Cancels what the session is doing, from another connection. */
  cancel(): Promise<void>;
  /** Calls `wake` on every notice, with its text, and after every reconnect. Absent: this server can only be polled. */
  listen?(channel: string, wake: (text?: string) => void): Promise<{ close(): Promise<void> }>;
  /** Applies the numbered files of a folder that have not been applied yet, under a lock. */
  migrate(directory: URL): Promise<void>;
  /** The same for somebody else to run in an empty schema, so that `migrate` then finds all of them applied. */
  migrationScript(directory: URL): Promise<string>;
  close(): Promise<void>;
}
