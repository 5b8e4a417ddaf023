import { fileURLToPath } from 'node:url';
import { migrate } from 'postgres-migrations';
import { Fault } from '../../base/fault.js';
import { probe } from '../../base/probe.js';
import type { ByteSink } from '../../model/bytes.js';
import type { Db, Params, Result, Row, Tx } from '../db.js';
import { Lane } from '../lane.js';
import { classify, isEnd } from './faults.js';
import { listen } from './listen.js';
import { BOOKS, migrationScript } from './migration-script.js';
import type { Wire } from './wire.js';
import type { ClientConfig } from 'pg';

const DIALECT = 'postgres';
/** Seconds: a COMMIT may wait for a standby, the others wait for nobody. */
const COMMIT = 600;
const BRIEF = 60;

/** One session, made by `connect`. Calls are queued; within `transaction`, only `tx` may be used. */
export class PgDb implements Db {
  readonly dialect = DIALECT;
  readonly session: string;
  readonly #lane = new Lane();

  constructor(
    private readonly wire: Wire,
    private readonly config: ClientConfig,
    private readonly searchPath: string,
  ) {
    this.session = String(wire.backend);
  }

  query<R extends Row = Row>(sql: string, params?: Params): Promise<Result<R>> {
    return this.#lane.run(() => this.wire.query<R>(sql, params));
  }

  /**
   * Pieces are sent uncopied: one may be used again when the next but one is asked for. In binary format they are
   * tuples only; what the format wants before and after them is added here.
   */
  load(sql: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#lane.run(() => this.wire.load(sql, bytes));
  }

  /** COPY … TO STDOUT: each row to the sink as it arrives. Returns the rows, which the server's own count confirms. */
  unload(sql: string, sink: ByteSink): Promise<number> {
    return this.#lane.run(() => this.wire.unload(sql, sink));
  }

  transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#lane.run(async () => {
      await this.wire.query('BEGIN ISOLATION LEVEL READ COMMITTED', undefined, BRIEF);
      const tx = new PgTx(this.wire);
      try {
        const result = await body(tx);
        await tx.end();
        await this.#commit(tx.loaded);
        return result;
      } catch (error) {
        await tx.end();
        await this.wire.query('ROLLBACK', undefined, BRIEF).catch(() => undefined); // the first failure is the one to tell
        throw error;
      }
    });
  }

  async #commit(ofRows: boolean): Promise<void> {
    const answer = this.wire.query('COMMIT', undefined, COMMIT).catch((fault: Fault) => {
      throw isEnd(fault.cause) ? unknown(fault) : fault;
    });
    if (ofRows) probe('L6');
    const { command } = await answer;
    if (command !== 'COMMIT')
      throw new Fault('unknown', 'a statement failed unnoticed: rolled back', { code: '25P02' });
  }

  cancel(): Promise<void> {
    return this.wire.cancel();
  }

  listen(channel: string, wake: (text?: string) => void): Promise<{ close(): Promise<void> }> {
    return listen(this.config, channel, wake);
  }

  /** Into the first schema of the search path, which is created if it is missing. */
  migrate(directory: URL): Promise<void> {
    return this.#lane.run(async () => {
      await this.#prepareMigrations();
      await migrate({ client: this.wire.client }, fileURLToPath(directory)).catch((error: unknown) => {
        throw classify(error instanceof Error && error.cause !== undefined ? error.cause : error);
      });
    });
  }

  migrationScript(directory: URL): Promise<string> {
    return migrationScript(directory);
  }

  /** Else a table `migrations` of the application, in whatever schema, would be taken for ours. */
  async #prepareMigrations(): Promise<void> {
    const { rows } = await this.wire.query<{ schema: string | null; table: string | null }>(
      `SELECT current_schema() AS schema, to_regclass(quote_ident(current_schema()) || '.migrations') AS table`,
    );
    if (rows[0]?.schema == null) await this.wire.query(`CREATE SCHEMA IF NOT EXISTS ${this.searchPath}`);
    if (rows[0]?.table == null) await this.wire.query(BOOKS);
  }

  close(): Promise<void> {
    return this.wire.close();
  }
}

class PgTx implements Tx {
  readonly dialect = DIALECT;
  readonly #lane = new Lane();
  #over = false;
  #loaded = false;

  constructor(private readonly wire: Wire) {}

  query<R extends Row = Row>(sql: string, params?: Params): Promise<Result<R>> {
    return this.#run(() => this.wire.query<R>(sql, params));
  }

  /** Whether rows were sent in it. */
  get loaded(): boolean {
    return this.#loaded;
  }

  load(sql: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    this.#loaded = true;
    return this.#run(() => this.wire.load(sql, bytes));
  }

  /** Waits for calls that nobody awaited, and refuses later ones: they would fall into the next transaction. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#lane.run(() => Promise.resolve());
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#over) return Promise.reject(new Fault('unknown', 'the transaction is over'));
    return this.#lane.run(work);
  }
}

function unknown(fault: Fault): Fault {
  return new Fault('transient', `the answer to COMMIT was lost: ${fault.message}`, {
    code: 'COMMIT_UNKNOWN',
    safe: 'the transaction is either wholly there or not at all: read the mark',
    cause: fault,
  });
}
