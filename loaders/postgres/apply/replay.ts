import { Fault } from '../../../src/base/fault.js';
import type { Divergence } from '../../../src/connector/loader.js';
import { isKeyed, netOf, newKey } from '../../../src/connector/one-change.js';
import type { Tx } from '../../../src/db/db.js';
import { rowOf } from '../../../src/format/fields.js';
import type { FarValues, NetChanges, RowChange } from '../../../src/model/change.js';
import { attempt, type Objection } from './attempt.js';
import { divergence } from './divergence.js';
import type { WindowWriter } from './window-writer.js';

/** Changes that share a savepoint, at most so many bytes of them. */
const TOGETHER = 64;
const BYTES = 1 << 20;

export interface Circumstances {
  readonly far: FarValues;
  /** The target's own foreign keys act on rows. */
  readonly keysAct: boolean;
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
        const objection = await this.#write(netOf(change));
        if (objection !== undefined) return objection;
      }
      return undefined;
    };
    if ((await this.#attempt(all)) === undefined) return;
    for (const change of group) await this.#alone(change);
  }

  async #alone(change: RowChange): Promise<void> {
    const objection = await this.#attempt(() => this.#write(netOf(change)));
    if (objection === undefined) return;
    const { far, tell } = this.circumstances;
    if (!(objection instanceof Fault) && objection.found === 0 && (await this.#isDone(change))) return;
    const target = await this.writer.targets.get(this.tx, change.table);
    await tell(await divergence(this.tx, target, change, objection, far));
  }

  /**
   * Whether the target's own foreign keys have done it already, when the row that this one refers to was changed: then
   * the row is not found as it was. ON DELETE CASCADE took it away; the other actions gave it the values that it has
   * after the change, so the change finds it under these.
   */
  async #isDone(change: RowChange): Promise<boolean> {
    if (!this.circumstances.keysAct) return false;
    const target = await this.writer.targets.get(this.tx, change.table);
    const keys = await this.writer.targets.foreignKeys(this.tx);
    if (change.row === undefined) return keys.deletes(target);
    return keys.changes(target) && (await this.#attempt(() => this.#write(again(change)))) === undefined;
  }

  #write(net: NetChanges): Promise<Objection | undefined> {
    return this.writer.write(this.tx, { tables: [net], far: this.circumstances.far });
  }

  async #attempt(work: () => Promise<Objection | undefined>): Promise<Objection | undefined> {
    const objection = await attempt(this.tx, work);
    if (objection !== undefined) this.writer.forget(this.tx);
    return objection;
  }
}

/** The change, made to a row that has the new key, or is the new row, already. */
function again(change: RowChange): NetChanges {
  const key = rowOf(newKey(change));
  if (isKeyed(change.table)) return netOf({ ...change, op: 'K', old: key });
  const images = [
    { row: key, count: -1 },
    { row: key, count: 1 },
  ];
  return { ...netOf(change), images };
}
