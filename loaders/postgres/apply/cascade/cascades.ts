import type { Tx } from '../../../../src/db/db.js';
import type { FarValues } from '../../../../src/model/change.js';
import type { Act } from '../acts.js';
import type { Staging } from '../staging.js';
import type { Targets } from '../targets.js';
import { CascadeOfDeletes } from './deletes.js';
import { Rows } from './rows.js';
import { UnloggedKeys, type IsDone } from './unlogged.js';
import { CascadeOfUpdates } from './updates.js';

/**
 * Does what the source did, and did not log, to rows whose row in another table was deleted or changed: one statement
 * for each foreign key, down the graph. None of it is counted.
 */
export class Cascades {
  keys = new UnloggedKeys();
  /** The target's own foreign keys act on rows. */
  keysAct = true;
  readonly #rows: Rows;

  constructor(
    private readonly targets: Targets,
    staging: Staging,
  ) {
    this.#rows = new Rows(targets, staging);
  }

  /** What is to be done before the act. Returns what is to be done after it. */
  async before(tx: Tx, act: Act, far: FarValues | undefined): Promise<() => Promise<void>> {
    const { target, by, what, sent } = act;
    if ('copy' in by || target.keys.length === 0 || !this.keys.referTo(target.changed)) return nothing;
    const own = this.keysAct ? await this.targets.foreignKeys(tx) : undefined;
    const deleted: IsDone = (child, parent) => own?.cascades(child, parent) ?? false;
    if (what === 'delete') await new CascadeOfDeletes(tx, this.#rows, this.keys, deleted).run(target, by);
    if (sent === undefined) return nothing;
    const cascade = new CascadeOfUpdates(tx, this.#rows, this.keys);
    await cascade.find(act, by, far);
    return () => cascade.follow((child, parent) => own?.follows(child, parent) ?? false);
  }
}

const nothing = (): Promise<void> => Promise.resolve();
