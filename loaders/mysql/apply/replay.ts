import type { Divergence } from '../../../src/connector/loader.js';
import { netOf } from '../../../src/connector/one-change.js';
import type { Tx } from '../../../src/db/db.js';
import type { FarValues, RowChange } from '../../../src/model/change.js';
import { attempt, type Objection } from './attempt.js';
import { divergence } from './divergence.js';
import type { WindowWriter } from './window-writer.js';

/** Changes that share a savepoint, at most so many bytes of them. */
const TOGETHER = 64;
const BYTES = 1 << 20;

export interface Circumstances {
  readonly far: FarValues;
  readonly tell: (found: Divergence) => Promise<void>;
}

/** Applies changes one by one, in their order, within one transaction. */
export class Replay {
  constructor(
    private readonly tx: Tx,
    private readonly writer: WindowWriter,
    private readonly circumstances: Circumstances,
  ) {}

  async run(changes: AsyncIterable<RowChange>): Promise<void> {
    let group: RowChange[] = [];
    let bytes = 0;
    for await (const change of changes) {
      group.push(change);
      bytes += (change.old?.length ?? 0) + (change.row?.length ?? 0);
      if (group.length < TOGETHER && bytes < BYTES) continue;
      await this.#together(group);
      [group, bytes] = [[], 0];
    }
    await this.#together(group);
  }

  /** Most groups meet no objection, so a savepoint for each change would only cost time. */
  async #together(group: readonly RowChange[]): Promise<void> {
    const all = async (): Promise<Objection | undefined> => {
      for (const change of group) {
        const objection = await this.#write(change);
        if (objection !== undefined) return objection;
      }
      return undefined;
    };
    if ((await this.#attempt(all)) === undefined) return;
    for (const change of group) await this.#alone(change);
  }

  async #alone(change: RowChange): Promise<void> {
    const objection = await this.#attempt(() => this.#write(change));
    if (objection === undefined) return;
    const { far, tell } = this.circumstances;
    await tell(await divergence(this.tx, this.writer, change, objection, far));
  }

  #write(change: RowChange): Promise<Objection | undefined> {
    return this.writer.write(this.tx, { tables: [netOf(change)], far: this.circumstances.far });
  }

  async #attempt(work: () => Promise<Objection | undefined>): Promise<Objection | undefined> {
    const objection = await attempt(this.tx, work);
    if (objection !== undefined) this.writer.targets.forget();
    return objection;
  }
}
