import type { Divergence, Miscount } from '../../../src/connector/loader.js';
import type { Db, Tx } from '../../../src/db/db.js';
import type { ChangedTable, FarValues, RowChange, Window } from '../../../src/model/change.js';
import { sqlFile } from '../sql-file.js';
import type { Moved } from '../targets.js';
import { Replay } from './replay.js';
import { truncate } from './truncate.js';
import { WindowWriter } from './window-writer.js';

const SESSION = sqlFile('apply-session');
const TRIGGERS = sqlFile('triggers');

/** Applies changes of what is moved on one session. Each method is the one of `Loader` that has its name. */
export class Applier {
  readonly #writer: WindowWriter;

  constructor(private readonly moved: Moved) {
    this.#writer = new WindowWriter(moved);
  }

  /** Foreign keys are kept still. Triggers cannot be: they are made at the end, and told of where there are any. */
  async prepare(db: Db): Promise<string | undefined> {
    await db.query(SESSION);
    const places = this.moved.schema.tables.map((table) => this.moved.of(table));
    const fire: string[] = [];
    for (const database of new Set(places.map((place) => place.database))) {
      const { rows } = await db.query<{ name: string }>(TRIGGERS, { database });
      const named = new Set(rows.map(({ name }) => name));
      fire.push(
        ...places.filter((place) => place.database === database && named.has(place.table.name)).map(({ name }) => name),
      );
    }
    if (fire.length === 0) return undefined;
    return `tables of the target have triggers, which fire while changes are applied: ${fire.join(', ')}`;
  }

  async apply(tx: Tx, window: Window): Promise<Miscount[]> {
    const wrong = await this.#trying(() => this.#writer.write(tx, window));
    if (wrong !== undefined) this.#writer.targets.forget();
    return wrong === undefined ? [] : [wrong];
  }

  replay(
    tx: Tx,
    changes: AsyncIterable<RowChange>,
    far: FarValues,
    tell: (found: Divergence) => Promise<void>,
  ): Promise<void> {
    return this.#trying(() => new Replay(tx, this.#writer, { far, tell }).run(changes));
  }

  truncate(tx: Tx, tables: readonly ChangedTable[]): Promise<void> {
    return truncate(tx, this.#writer.targets, tables);
  }

  /** After any failure, what is known of the target may be wrong. */
  async #trying<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#writer.targets.forget();
      throw error;
    }
  }
}
