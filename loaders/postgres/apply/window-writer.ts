import { Fault } from '../../../src/base/fault.js';
import type { Miscount } from '../../../src/connector/loader.js';
import type { Tx } from '../../../src/db/db.js';
import { pieces } from '../../../src/format/pieces.js';
import type { ChangedTable, FarValues, Window } from '../../../src/model/change.js';
import { tableName } from '../../../src/model/schema.js';
import { actsOf, type Act, type Work } from './acts.js';
import { blame } from './blame.js';
import { Cascades } from './cascade/cascades.js';
import { Staging } from './staging.js';
import { insert, staged } from './statements.js';
import { Targets } from './targets.js';

/** Writes net changes, set by set, on one session. */
export class WindowWriter {
  readonly targets = new Targets();
  readonly #staging = new Staging();
  readonly cascades = new Cascades(this.targets, this.#staging);

  /** After any failure: what is known of the target may be wrong, and what was made in this transaction may be gone. */
  forget(tx: Tx): void {
    this.targets.forget();
    this.#staging.forget(tx);
  }

  /** Ends with the first statement that changed another number of rows than it should. */
  async write(tx: Tx, { tables, far }: Window): Promise<Miscount | undefined> {
    const works: Work[] = [];
    for (const net of tables) works.push({ net, target: await this.targets.get(tx, net.table) });
    for (const act of actsOf(await this.#parentsFirst(tx, works))) {
      const { what, expected } = act;
      const table = tableName(act.target.changed);
      const after = await this.cascades.before(tx, act, far);
      const found = await this.#run(tx, act, far).catch((error: unknown) => {
        throw error instanceof Fault ? error.at({ table }) : error;
      });
      if (found !== expected) return { table, what, expected, found };
      await after();
    }
    return undefined;
  }

  /** Whole rows, of a table to whose columns an expression belongs. */
  async pour(tx: Tx, table: ChangedTable, rows: AsyncIterable<Uint8Array>): Promise<number> {
    const target = await this.targets.get(tx, table);
    const types = target.columns.map(staged);
    const poured = this.#staging.pour(tx, types, rows, (from) => insert(target, from));
    const { count } = await poured.catch((error: unknown) => {
      throw blame(error, target);
    });
    return count;
  }

  async #parentsFirst(tx: Tx, works: readonly Work[]): Promise<readonly Work[]> {
    return works.length < 2 ? works : (await this.targets.foreignKeys(tx)).parentsFirst(works);
  }

  #run(tx: Tx, { by }: Act, far: FarValues | undefined): Promise<number> {
    return 'copy' in by ? tx.load(by.copy, pieces(by.rows, far)) : this.#staging.run(tx, by, far);
  }
}
