import { Fault } from '../base/fault.js';
import type { ChangedTable, NetChanges, RowChange } from '../model/change.js';
import { KeyedRows } from './keyed-rows.js';
import { NewRows } from './new-rows.js';
import { RowImages } from './row-images.js';
import { Shelf } from './shelf.js';

/** What happened to the rows of one table since the window began. */
interface TableChanges {
  /** Rows that it remembers. */
  readonly size: number;
  add(change: RowChange): void;
  net(): NetChanges;
}

/**
 * Reduces the changes of a window to what happened to each row since it began: rows are copied, nothing is written. To
 * be thrown away with the window.
 */
export class Reducer {
  readonly #tables = new Map<ChangedTable, TableChanges>();
  readonly #names = new Set<string>();
  readonly #shelf = new Shelf();

  /**
   * Tables are told apart by the object that describes them; the window must end before a description changes. Fault
   * CONTRADICTION for changes that no table can have gone through: the window must then be applied one by one.
   */
  add(change: RowChange): void {
    (this.#tables.get(change.table) ?? this.#begin(change.table)).add(change);
  }

  /** Rows that are remembered. */
  get keys(): number {
    let keys = 0;
    for (const { size } of this.#tables.values()) keys += size;
    return keys;
  }

  /** Of the rows that are held, and of replaced ones whose room is lost. */
  get bytes(): number {
    return this.#shelf.bytes;
  }

  /** Of tables to whose rows something happened. */
  net(): NetChanges[] {
    return [...this.#tables.values()].map((changes) => changes.net()).filter(isSomething);
  }

  #begin(table: ChangedTable): TableChanges {
    const name = JSON.stringify([table.schema, table.name]);
    if (this.#names.has(name)) throw redescribed(table);
    this.#names.add(name);
    const changes = changesOf(table, this.#shelf);
    this.#tables.set(table, changes);
    return changes;
  }
}

function changesOf(table: ChangedTable, shelf: Shelf): TableChanges {
  if (table.identity === 'n') return new NewRows(table, shelf);
  return table.columns.some(({ key }) => key) ? new KeyedRows(table, shelf) : new RowImages(table, shelf);
}

const isSomething = ({ deletes, moves, updates, inserts, images }: NetChanges): boolean =>
  [deletes, moves, updates, inserts, images].some((list) => list.length > 0);

const redescribed = ({ schema, name }: ChangedTable): Fault =>
  new Fault('permanent', 'a table was described anew within a window', { place: { table: `${schema}.${name}` } });
