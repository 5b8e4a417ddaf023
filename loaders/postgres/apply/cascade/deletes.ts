import type { Tx } from '../../../../src/db/db.js';
import type { Staged } from '../acts.js';
import { rowsByKey } from '../statements.js';
import type { Target } from '../targets.js';
import { columnsOf, distinct, lineOf, type Rows, type Values } from './rows.js';
import { deletePlaces, placesOf, rowsOf, setNull } from './statements.js';
import type { IsDone, UnloggedKey, UnloggedKeys } from './unlogged.js';

/** What rows that go are referred to by. */
interface Referred {
  readonly key: UnloggedKey;
  readonly parent: Target;
  readonly rows: readonly Buffer[];
}

interface Doomed {
  readonly target: Target;
  readonly places: readonly Buffer[];
}

/**
 * What ON DELETE does to rows that refer to those that will go. All of them are found before anything changes, and the
 * deepest go first. What a foreign key of the target's own will do is left to it: in a circle it would take away rows
 * that are counted.
 */
export class CascadeOfDeletes {
  readonly #seen = new Set<string>();
  readonly #doomed: Doomed[] = [];
  readonly #left: Referred[] = [];

  constructor(
    private readonly tx: Tx,
    private readonly rows: Rows,
    private readonly keys: UnloggedKeys,
    private readonly isDone: IsDone,
  ) {}

  /** `by`: the keys of the rows that will go. */
  async run(target: Target, by: Staged): Promise<void> {
    const { referred } = await this.#find(target, rowsByKey(target), by);
    for (const one of referred) referred.push(...(await this.#descend(one)));
    for (const { target: from, places } of this.#doomed.reverse())
      await this.rows.change(this.tx, {
        types: ['tid'],
        rows: places,
        statement: (staged) => deletePlaces(from, staged),
      });
    for (const { key, rows } of this.#left) {
      const { target: child, columns, types } = await this.rows.child(this.tx, key);
      await this.rows.change(this.tx, { types, rows, statement: (staged) => setNull(child, columns, staged) });
    }
  }

  async #descend(referred: Referred): Promise<Referred[]> {
    const { target, columns, types } = await this.rows.child(this.tx, referred.key);
    const done = this.isDone(target, referred.parent);
    if (referred.key.onDelete === 'set null') {
      if (!done) this.#left.push(referred);
      return [];
    }
    const found = await this.#find(target, rowsOf(columns), { types, rows: referred.rows });
    if (!done) this.#doomed.push({ target, places: found.places });
    return found.referred;
  }

  /** Rows that were not found before: where they are, and what others refer to them by. */
  async #find(target: Target, found: string, { types, rows }: Pick<Staged, 'types' | 'rows'>) {
    const keys = this.keys.onDelete(target.changed);
    const read = keys.flatMap(({ referred }) => columnsOf(target, referred));
    const statement = (from: string) => placesOf(target, found, read, from);
    const all = await this.rows.read(this.tx, { types, rows, statement });
    const fresh = all.filter(([place]) => this.#isNew(`${target.name} ${place}`));
    return {
      places: fresh.map(([place]) => lineOf([place!])),
      referred: this.#referred(target, keys, fresh).filter((one) => one.rows.length > 0),
    };
  }

  #isNew(row: string): boolean {
    const known = this.#seen.has(row);
    this.#seen.add(row);
    return !known;
  }

  #referred(parent: Target, keys: readonly UnloggedKey[], found: readonly Values[]): Referred[] {
    let at = 1;
    return keys.map((key) => {
      const start = at;
      at += key.referred.length;
      return { key, parent, rows: distinct(found.map((values) => values.slice(start, start + key.referred.length))) };
    });
  }
}
