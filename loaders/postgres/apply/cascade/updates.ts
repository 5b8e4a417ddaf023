import type { Tx } from '../../../../src/db/db.js';
import type { FarValues } from '../../../../src/model/change.js';
import type { Act, Staged } from '../acts.js';
import { newValues } from '../statements.js';
import type { Target, TargetColumn } from '../targets.js';
import { columnsOf, lineOf, type Rows } from './rows.js';
import { changesOf, follow, rowsOf, setNull } from './statements.js';
import type { IsDone, UnloggedKey, UnloggedKeys } from './unlogged.js';

/** Further down, engines refuse. */
const DEEPEST = 15;

/** What a key refers to changes. */
interface Followed {
  readonly key: UnloggedKey;
  readonly parent: Target;
  /** The old values, then the new ones. */
  readonly rows: readonly Buffer[];
  readonly depth: number;
}

/**
 * What ON UPDATE does to rows that refer to those that change. What changes is found before, and done after: a foreign
 * key of the target's own wants to find what is referred to.
 */
export class CascadeOfUpdates {
  readonly #changes: Followed[] = [];

  constructor(
    private readonly tx: Tx,
    private readonly rows: Rows,
    private readonly keys: UnloggedKeys,
  ) {}

  async find({ target, what, sent = [] }: Act, by: Staged, far: FarValues | undefined): Promise<void> {
    const { found, valueOf } = newValues(target, sent, what === 'move');
    const names = target.changed.columns.filter((_, i) => sent.includes(target.columns[i]!)).map(({ name }) => name);
    for (const key of this.keys.onUpdate(target.changed, names)) {
      const rows = await this.#pairs(target, key, { ...by, found, valueOf }, far);
      this.#changes.push({ key, parent: target, rows, depth: 1 });
    }
    for (const change of this.#changes) if (change.key.onUpdate === 'cascade') await this.#descend(change);
  }

  async follow(isDone: IsDone): Promise<void> {
    for (const { key, parent, rows } of this.#changes) {
      const { target, columns, types } = await this.rows.child(this.tx, key);
      if (isDone(target, parent)) continue;
      const act = key.onUpdate === 'cascade' ? follow : setNull;
      const statement = (from: string) => act(target, columns, from);
      await this.rows.change(this.tx, { types: [...types, ...types], rows, statement });
    }
  }

  async #descend({ key, rows, depth }: Followed): Promise<void> {
    if (rows.length === 0 || depth === DEEPEST) return;
    const { target, columns, types } = await this.rows.child(this.tx, key);
    const valueOf = (column: TargetColumn) => {
      const at = columns.indexOf(column);
      return at < 0 ? `t.${column.name}` : `s.c${columns.length + at}`;
    };
    const by = { types: [...types, ...types], rows, found: rowsOf(columns), valueOf };
    for (const next of this.keys.onUpdate(key.child, key.columns)) {
      const pairs = await this.#pairs(target, next, by);
      this.#changes.push({ key: next, parent: target, rows: pairs, depth: depth + 1 });
    }
  }

  async #pairs(
    target: Target,
    { referred }: UnloggedKey,
    by: Pick<Staged, 'types' | 'rows'> & { found: string; valueOf: (column: TargetColumn) => string },
    far?: FarValues,
  ): Promise<Buffer[]> {
    const pairs = columnsOf(target, referred).map((c) => [`t.${c.name}`, by.valueOf(c)] as const);
    const statement = (from: string) => changesOf(target, pairs, by.found, from);
    const found = await this.rows.read(this.tx, { types: by.types, rows: by.rows, statement }, far);
    return found.map(lineOf);
  }
}
