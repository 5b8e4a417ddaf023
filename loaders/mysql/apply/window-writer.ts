import { Fault } from '../../../src/base/fault.js';
import type { Miscount } from '../../../src/connector/loader.js';
import type { Tx } from '../../../src/db/db.js';
import type { Window } from '../../../src/model/change.js';
import type { Moved } from '../targets.js';
import { actsOf, type Hand, type Work } from './acts.js';
import { Staging } from './staging.js';
import { Targets } from './targets.js';

/** Writes net changes, set by set, on one session. */
export class WindowWriter {
  readonly targets: Targets;
  readonly staging = new Staging();

  constructor(moved: Moved) {
    this.targets = new Targets(moved);
  }

  /** Ends with the first statement that changed another number of rows than it should. */
  async write(tx: Tx, { tables, far }: Window): Promise<Miscount | undefined> {
    const works: Work[] = [];
    for (const net of tables) works.push({ net, target: await this.targets.get(tx, net.table) });
    const hand: Hand = { tx, far, targets: this.targets, staging: this.staging };
    for (const { target, what, expected, run } of actsOf(this.targets.foreignKeys.parentsFirst(works))) {
      const found = await run(hand).catch((error: unknown) => {
        throw error instanceof Fault ? error.at({ table: target.table }) : error;
      });
      if (found !== expected) return { table: target.table, what, expected, found };
    }
    return undefined;
  }
}
