import type { NetUpdates } from '../model/change.js';
import { bytesOf, isPartial, sentOf } from './row-text.js';

/** Rows by the set of columns that were sent. */
export class UpdateSets {
  readonly #whole: { readonly columns: readonly number[]; readonly rows: Uint8Array[] };
  readonly #partial = new Map<string, { readonly columns: readonly number[]; readonly rows: Uint8Array[] }>();

  constructor(columns: number) {
    this.#whole = { columns: [...Array(columns).keys()], rows: [] };
  }

  /** `key`: the one that the row had, if it has another now. */
  add(row: Uint8Array, key?: string): void {
    if (!isPartial(row)) {
      this.#whole.rows.push(key === undefined ? row : Buffer.concat([bytesOf(`${key}\t`), row]));
      return;
    }
    const { columns, text } = sentOf(row);
    const name = columns.join();
    const set = this.#partial.get(name) ?? { columns, rows: [] };
    this.#partial.set(name, set);
    set.rows.push(bytesOf(key === undefined ? text : `${key}\t${text}`));
  }

  all(): NetUpdates[] {
    return [this.#whole, ...this.#partial.values()].filter(({ rows }) => rows.length > 0);
  }
}
