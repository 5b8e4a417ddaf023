import type { ChangedTable, NetChanges, RowChange } from '../model/change.js';
import { contradiction } from './contradiction.js';
import { bytesOf, isPartial, merged, textOf } from './row-text.js';
import type { Shelf } from './shelf.js';

/** How many copies of each row of a table without a key there are more, or fewer. Twins need nothing of their own. */
export class RowImages {
  readonly #table: ChangedTable;
  readonly #shelf: Shelf;
  readonly #counts = new Map<string, number>();

  constructor(table: ChangedTable, shelf: Shelf) {
    this.#table = table;
    this.#shelf = shelf;
  }

  get size(): number {
    return this.#counts.size;
  }

  add(change: RowChange): void {
    const { op, old, row } = change;
    if (op !== 'I' && op !== 'X' && op !== 'F') throw contradiction(change, 'its table has no key');
    if (old) this.#count(textOf(old), -1);
    if (row) this.#count(textOf(old && isPartial(row) ? merged(old, row) : row), 1);
  }

  net(): NetChanges {
    const images = [...this.#counts].map(([row, count]) => ({ row: bytesOf(row), count }));
    return { table: this.#table, deletes: [], moves: [], updates: [], inserts: [], images };
  }

  #count(row: string, by: 1 | -1): void {
    const before = this.#counts.get(row);
    if (before === undefined) this.#shelf.bytes += row.length;
    if (before !== -by) this.#counts.set(row, (before ?? 0) + by);
    else this.#counts.delete(row);
  }
}
