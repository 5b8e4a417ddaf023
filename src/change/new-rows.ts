import type { ChangedTable, NetChanges, RowChange } from '../model/change.js';
import { contradiction } from './contradiction.js';
import { rowAt, type Shelf } from './shelf.js';

/** Rows of a table of which nothing but new ones come. */
export class NewRows {
  readonly #table: ChangedTable;
  readonly #shelf: Shelf;
  readonly #rows: Uint8Array[] = [];

  constructor(table: ChangedTable, shelf: Shelf) {
    this.#table = table;
    this.#shelf = shelf;
  }

  get size(): number {
    return this.#rows.length;
  }

  add(change: RowChange): void {
    if (change.op !== 'I') throw contradiction(change, 'its table only gets new rows');
    this.#rows.push(rowAt(this.#shelf.put(change.row!)));
  }

  net(): NetChanges {
    return { table: this.#table, deletes: [], moves: [], updates: [], inserts: this.#rows, images: [] };
  }
}
