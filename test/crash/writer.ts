/** A writer that never rests: several sessions, each with one transaction after another, until it is stopped. */
import { sleep } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import type { Db, Tx } from '../../src/db/db.js';
import { connect as connectMySql } from '../../src/db/mysql/connect.js';
import { connect } from '../../src/db/postgres/connect.js';
import { isPostgres } from '../servers/session.js';
import { ACTS, type Act } from './acts.js';
import { Lots } from './lots.js';

export interface Writing {
  readonly seed: number;
  /** Default: those on the tables of `changing.sql`. */
  readonly acts?: readonly Act[];
  /** Default: 3. */
  readonly sessions?: number;
  /** Row changes of the largest transactions. Default: 5,000. */
  readonly largest?: number;
  /** Milliseconds between two transactions of a session, at most. Default: 30. */
  readonly rest?: number;
}

/** What was committed, and what was not. */
export interface Written {
  transactions: number;
  rows: number;
  /** Rolled back on purpose, wholly or to a savepoint. */
  undone: number;
  /** Refused by the server: a key that was there, a deadlock, a session that it ended. */
  refused: number;
  readonly kinds: Record<string, number>;
}

/** What concurrent sessions and crashing servers do to an honest writer, and keys of sixteen bits that it has used up (1467); anything else is a mistake in an act. */
const EXPECTED = /^(23|40|55P03|57|08|CONNECTION_LOST|COMMIT_UNKNOWN|E[A-Z]+|1062|145[12]|1467|176[12]|1205|1213)/;
const LOCKS = { lock_timeout: '500ms', idle_in_transaction_session_timeout: '20s' };

export class Writer {
  readonly written: Written = { transactions: 0, rows: 0, undone: 0, refused: 0, kinds: {} };
  private readonly stopping = new AbortController();
  private readonly sessions: Promise<void>[];

  private constructor(
    private readonly url: URL,
    private readonly how: Writing,
  ) {
    const numbers = Array.from({ length: how.sessions ?? 3 }, (_, i) => i);
    this.sessions = numbers.map((i) => this.writeOn(new Lots(how.seed * 31 + i)));
    for (const session of this.sessions) session.catch(() => undefined); // told by `stop`
  }

  static start(url: URL, how: Writing): Writer {
    return new Writer(url, how);
  }

  /** Lets each session end its transaction. Rejects where an act was wrong. */
  async stop(): Promise<Written> {
    this.stopping.abort();
    await Promise.all(this.sessions);
    return this.written;
  }

  private async writeOn(lot: Lots): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const db = await this.open();
      if (db === undefined) continue;
      try {
        while (!this.stopping.signal.aborted && (await this.transaction(db, lot)))
          await sleep(lot.below(this.how.rest ?? 30), this.stopping.signal);
      } finally {
        await db.close();
      }
    }
  }

  /** Undefined, a moment later: the server is not there. */
  private async open(): Promise<Db | undefined> {
    try {
      if (isPostgres(this.url))
        return await connect(this.url, { name: 'writer', searchPath: 'public', settings: LOCKS });
      return await connectMySql(this.url, { name: 'writer', settings: { innodb_lock_wait_timeout: 1 } });
    } catch (error) {
      this.forgive(error);
      await sleep(100, this.stopping.signal);
      return undefined;
    }
  }

  /** One transaction. False: the session is lost. */
  private async transaction(db: Db, lot: Lots): Promise<boolean> {
    const acts = Array.from({ length: 1 + lot.below(4) }, () => lot.weighed(this.how.acts ?? ACTS));
    try {
      const rows = await db.transaction(async (tx) => {
        let changed = 0;
        for (const act of acts) changed += await this.act(tx, act, lot);
        if (lot.below(15) === 0) throw new Undone();
        return changed;
      });
      this.note(acts, rows);
      return true;
    } catch (error) {
      if (error instanceof Undone) this.written.undone += 1;
      else this.forgive(error);
      return !(error instanceof Fault && /CONNECTION_LOST|COMMIT_UNKNOWN|^57|^08/.test(error.code ?? ''));
    }
  }

  /** Its rows; none if they were taken back. */
  private async act(tx: Tx, act: Act, lot: Lots): Promise<number> {
    const fate = lot.of(['plain', 'plain', 'plain', 'plain', 'plain', 'plain', 'kept', 'undone']);
    if (fate !== 'plain') await tx.query('SAVEPOINT sometimes');
    let rows = 0;
    for (const sql of act.sql(lot, this.size(lot))) rows += (await tx.query(sql)).count;
    if (fate === 'plain') return rows;
    await tx.query(fate === 'kept' ? 'RELEASE SAVEPOINT sometimes' : 'ROLLBACK TO SAVEPOINT sometimes');
    if (fate === 'kept') return rows;
    this.written.undone += 1;
    return 0;
  }

  /** Mostly a few rows, sometimes hundreds, seldom the most there may be. */
  private size(lot: Lots): number {
    const chance = lot.next();
    const most = chance < 0.85 ? 8 : chance < 0.99 ? 200 : (this.how.largest ?? 5000);
    return 1 + lot.below(most);
  }

  private note(acts: readonly Act[], rows: number): void {
    this.written.transactions += 1;
    this.written.rows += rows;
    for (const { kind } of acts) this.written.kinds[kind] = (this.written.kinds[kind] ?? 0) + 1;
  }

  private forgive(error: unknown): void {
    if (!(error instanceof Fault) || !EXPECTED.test(error.code ?? '')) throw error;
    this.written.refused += 1;
  }
}

class Undone extends Error {}
