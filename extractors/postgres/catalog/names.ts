import type { Tx } from '../../../src/db/db.js';
import { readRows } from './rows.js';

/** `<class oid>/<object oid>`. */
export type Key = string;

export interface Named {
  readonly kind: string;
  readonly name: string;
  readonly id: string;
  /** It comes with another object, whose name it bears. */
  readonly isPart: boolean;
  /** It comes with an extension. */
  readonly inExtension: boolean;
}

interface NameRow {
  readonly key: Key;
  readonly kind: string;
  readonly name: string;
  readonly is_part: boolean;
  readonly in_extension: boolean;
}

/** What every object of the catalogs is called in steps, and what must exist before it. */
export class Names {
  readonly #named = new Map<Key, Named>();
  readonly #needs = new Map<string, Set<string>>();

  static async read(tx: Tx): Promise<Names> {
    return new Names(await readRows(tx, 'names'), await readRows(tx, 'depends'));
  }

  private constructor(names: readonly NameRow[], depends: readonly { key: Key; needs: Key }[]) {
    for (const { key, kind, name, is_part: isPart, in_extension: inExtension } of names) {
      this.#named.set(key, { kind, name, id: `${kind} ${name}`, isPart, inExtension });
    }
    for (const { key, needs } of depends) this.#add(this.id(key), this.id(needs));
  }

  get(key: Key): Named | undefined {
    return this.#named.get(key);
  }

  /** Undefined for what every server has. */
  id(key: Key): string | undefined {
    return this.#named.get(key)?.id;
  }

  ids(keys: readonly Key[]): string[] {
    return keys.map((key) => this.id(key)).filter((id) => id !== undefined);
  }

  needs(id: string): string[] {
    return [...(this.#needs.get(id) ?? [])].sort();
  }

  #add(id: string | undefined, needs: string | undefined): void {
    if (id === undefined || needs === undefined || id === needs) return;
    const known = this.#needs.get(id);
    if (known) known.add(needs);
    else this.#needs.set(id, new Set([needs]));
  }
}
