import { Fault } from '../../../src/base/fault.js';
import type { Divergence, Miscount } from '../../../src/connector/loader.js';
import type { Db, Tx } from '../../../src/db/db.js';
import type { ChangedTable, FarValues, RowChange, Window } from '../../../src/model/change.js';
import type { Layout } from '../../../src/model/layout.js';
import type { Schema } from '../../../src/model/schema.js';
import { Expressions } from '../expressions.js';
import { sqlFile } from '../sql-file.js';
import { UnloggedKeys } from './cascade/unlogged.js';
import { Replay } from './replay.js';
import { truncate } from './truncate.js';
import { WindowWriter } from './window-writer.js';

const SESSION = sqlFile('apply-session');

/** Applies changes on one session. Each method is the one of `Loader` that has its name. */
export class Applier {
  readonly #writer = new WindowWriter();

  async prepare(db: Db): Promise<string | undefined> {
    await db.query(SESSION);
    try {
      await db.query('SET session_replication_role = replica');
      this.#writer.cascades.keysAct = false;
      return undefined;
    } catch (error) {
      if (error instanceof Fault && error.code === '42501') return REASON;
      throw error;
    }
  }

  learn(schema: Schema): void {
    this.#writer.targets.expressions = new Expressions(schema);
    this.#writer.cascades.keys = new UnloggedKeys(schema);
  }

  /** Loads rows of a table to whose columns an expression belongs; undefined: none does. */
  pour(tx: Tx, { schema, table: name, columns }: Layout, rows: AsyncIterable<Uint8Array>): Promise<number> | undefined {
    if (!this.#writer.targets.expressions.has({ schema, name })) return undefined;
    const described = columns.map((column) => ({ name: column, type: '', key: false }));
    const table = { id: name, schema, name, identity: 'n' as const, columns: described };
    return this.#forgetting(tx, () => this.#writer.pour(tx, table, rows));
  }

  async apply(tx: Tx, window: Window): Promise<Miscount[]> {
    await this.#defer(tx);
    const wrong = await this.#forgetting(tx, () => this.#writer.write(tx, window));
    if (wrong !== undefined) this.#writer.forget(tx);
    return wrong === undefined ? [] : [wrong];
  }

  async replay(
    tx: Tx,
    changes: AsyncIterable<RowChange>,
    far: FarValues,
    tell: (found: Divergence) => Promise<void>,
  ): Promise<void> {
    await this.#defer(tx);
    const { keysAct } = this.#writer.cascades;
    await this.#forgetting(tx, () => new Replay(tx, this.#writer, { far, tell, keysAct }).run(changes));
  }

  async #forgetting<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#writer.forget(tx);
      throw error;
    }
  }

  async truncate(tx: Tx, tables: readonly ChangedTable[], options: { readonly restart: boolean }): Promise<void> {
    await truncate(tx, this.#writer.targets, tables, options);
  }

  /** Within a transaction of the source, a row may for a while refer to one that is not there. */
  async #defer(tx: Tx): Promise<void> {
    if (this.#writer.cascades.keysAct) await tx.query('SET CONSTRAINTS ALL DEFERRED');
  }
}

const REASON =
  'the role may not set session_replication_role: the target’s own triggers and foreign keys fire while changes are ' +
  'applied; foreign keys that are not DEFERRABLE can force a window to be applied one by one';
