import { sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { probe } from '../../base/probe.js';
import type { Db, Params, Result, Row, Tx } from '../db.js';
import { Lane } from '../lane.js';
import { isEnd } from './faults.js';
import { migrate, migrationScript } from './migrate.js';
import type { RowTaker } from './rows.js';
import type { Wire } from './wire.js';

const DIALECT = 'mysql';
/** Seconds: a COMMIT may wait for a replica, the others wait for nobody. */
const COMMIT = 600;
const BRIEF = 60;

const DEADLOCK = '1213';
const TRIES = 8;

/** One session, made by `connect`. Calls are queued; within `transaction`, only `tx` may be used. */
export class MyDb implements Db {
  readonly dialect = DIALECT;
  readonly session: string;
  readonly #lane = new Lane();

  constructor(
    private readonly wire: Wire,
    private readonly database: string,
  ) {
    this.session = wire.session;
  }

  /**
   * Several statements with parameters are one transaction: they are one statement elsewhere. This server locks what an
   * UPDATE merely reads, so that two of them may stand in each other's way: the one that it rolls back is tried again.
   */
  async query<R extends Row = Row>(sql: string, params?: Params): Promise<Result<R>> {
    const once = (): Promise<Result<R>> =>
      params !== undefined && isSeveral(sql)
        ? this.transaction((tx) => tx.query<R>(sql, params))
        : this.#lane.run(() => this.wire.query<R>(sql, params));
    for (let tries = 1; ; tries += 1)
      try {
        return await once();
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== DEADLOCK || tries === TRIES) throw error;
        await sleep(Math.random() * 20 * tries);
      }
  }

  /** Several statements in one round trip: the rows of each that has any. */
  each(sql: string): Promise<Row[][]> {
    return this.#lane.run(() => this.wire.each(sql));
  }

  load(sql: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#lane.run(() => this.wire.load(sql, bytes));
  }

  /** A SELECT: each row to the taker as it arrives. Returns the rows. */
  unload(sql: string, taker: RowTaker): Promise<number> {
    return this.#lane.run(() => this.wire.unload(sql, taker));
  }

  transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#lane.run(async () => {
      await this.wire.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION', undefined, BRIEF);
      const tx = new MyTx(this.wire);
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
      throw isEnd(fault.cause ?? fault) ? unknown(fault) : fault;
    });
    if (ofRows) probe('L6');
    await answer;
  }

  cancel(): Promise<void> {
    return this.wire.cancel();
  }

  /** Into the session's database. DDL commits by itself, so a migration must bear to be begun again. */
  migrate(directory: URL): Promise<void> {
    return this.#lane.run(() => migrate(this.wire, this.database, directory));
  }

  migrationScript(directory: URL): Promise<string> {
    return migrationScript(directory);
  }

  close(): Promise<void> {
    return this.wire.close();
  }
}

class MyTx implements Tx {
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

/** A semicolon that something follows; one in a string or comment only costs a transaction. */
const isSeveral = (sql: string): boolean => /;\s*\S/.test(sql);

function unknown(fault: Fault): Fault {
  return new Fault('transient', `the answer to COMMIT was lost: ${fault.message}`, {
    code: 'COMMIT_UNKNOWN',
    safe: 'the transaction is either wholly there or not at all: read the mark',
    cause: fault,
  });
}
