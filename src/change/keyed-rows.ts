import type { ChangedTable, NetChanges, RowChange } from '../model/change.js';
import { contradiction } from './contradiction.js';
import { UpdateSets } from './net-updates.js';
import { bytesOf, isPartial, keyWith, lacks, merged, picker, textOf, withValues } from './row-text.js';
import { rowAt, type Shelf, type Shelved } from './shelf.js';

/** A row that something happened to. */
interface Entry extends Shelved {
  /** Its key when the window began; undefined: it was inserted since. */
  readonly origin: string | undefined;
  /** Undefined: it was deleted. */
  key: string | undefined;
}

const NOTHING = new Uint8Array(0);

/** What happened to the rows of a table with a key. */
export class KeyedRows {
  readonly #table: ChangedTable;
  readonly #shelf: Shelf;
  readonly #positions: readonly number[];
  readonly #keyOf: (row: Uint8Array) => string;
  /** By the key that they have. */
  readonly #living = new Map<string, Entry>();
  /** By the key that they had when the window began, once they have left it; they may have come back. */
  readonly #left = new Map<string, Entry>();
  #dead = 0;

  constructor(table: ChangedTable, shelf: Shelf) {
    this.#table = table;
    this.#shelf = shelf;
    this.#positions = table.columns.flatMap(({ key }, i) => (key ? [i] : []));
    this.#keyOf = picker(this.#positions);
  }

  get size(): number {
    return this.#living.size + this.#dead;
  }

  add(change: RowChange): void {
    const { op, old, row } = change;
    if (op === 'I') this.#insert(change, row!);
    else if (op === 'U') this.#update(change, this.#keyOf(row!), row!);
    else if (op === 'K') this.#change(change, textOf(old!), row!);
    else if (op === 'F') this.#change(change, this.#keyOf(old!), row!);
    else this.#delete(change, op === 'R' ? textOf(old!) : this.#keyOf(old!));
  }

  /** Deletes come before moves, and those before inserts: so a key may be left and taken again. */
  net(): NetChanges {
    const { length } = this.#table.columns;
    const [moves, updates] = [new UpdateSets(length), new UpdateSets(length)];
    const inserts: Uint8Array[] = [];
    for (const entry of this.#living.values()) {
      const row = rowAt(entry);
      if (entry.origin === entry.key || this.#replaces(entry)) updates.add(row);
      else if (entry.origin === undefined) inserts.push(row);
      else moves.add(row, entry.origin);
    }
    return {
      table: this.#table,
      deletes: this.#deletes(),
      moves: moves.all(),
      updates: updates.all(),
      inserts,
      images: [],
    };
  }

  /** A row of the same key was deleted before: together that is an update of all columns. */
  #replaces({ origin, key }: Entry): boolean {
    const before = origin === undefined ? this.#left.get(key!) : undefined;
    return before !== undefined && before.key === undefined;
  }

  #deletes(): Uint8Array[] {
    const deletes: Uint8Array[] = [];
    for (const [origin, { key }] of this.#left) {
      const after = this.#living.get(origin);
      if (key === undefined && !(after && this.#replaces(after))) deletes.push(bytesOf(origin));
    }
    return deletes;
  }

  #insert(change: RowChange, row: Uint8Array): void {
    const key = this.#keyOf(row);
    if (this.#living.has(key)) throw contradiction(change, 'its key is there already');
    this.#live({ origin: undefined, key, shelf: NOTHING, start: 0, end: 0 }, row);
  }

  #update(change: RowChange, key: string, row: Uint8Array): void {
    const known = this.#living.get(key);
    if (known) this.#shelve(known, row);
    else this.#live(this.#untouched(change, key), row);
  }

  /** `from`: its old key, which may be the new one as well. */
  #change(change: RowChange, from: string, sent: Uint8Array): void {
    const found = this.#keyOf(sent);
    const to = keyWith(found, from);
    const row = to === found ? sent : withValues(sent, this.#positions, to);
    if (to === from) return this.#update(change, to, row);
    if (this.#living.has(to)) throw contradiction(change, 'its new key is there already');
    const entry = this.#living.get(from) ?? this.#untouched(change, from);
    this.#leave(entry);
    entry.key = to;
    this.#live(entry, row);
  }

  #delete(change: RowChange, key: string): void {
    const entry = this.#living.get(key) ?? this.#untouched(change, key);
    this.#leave(entry);
    entry.key = undefined;
    if (entry.origin === undefined) return;
    entry.shelf = NOTHING;
    entry.start = entry.end = 0;
    this.#dead += 1;
  }

  #live(entry: Entry, row: Uint8Array): void {
    this.#living.set(entry.key!, entry);
    this.#shelve(entry, row);
  }

  /** Before it dies or gets another key. */
  #leave(entry: Entry): void {
    this.#living.delete(entry.key!);
    if (entry.origin === entry.key) this.#left.set(entry.origin!, entry);
  }

  /** What the new row was not sent is taken from the row as it is known. */
  #shelve(entry: Entry, row: Uint8Array): void {
    const known = entry.shelf === NOTHING || !isPartial(row) ? undefined : rowAt(entry);
    this.#shelf.put(known ? merged(known, row) : row, entry);
  }

  /** A row that was there when the window began, and that nothing has happened to since. */
  #untouched(change: RowChange, key: string): Entry {
    if (this.#left.has(key)) throw contradiction(change, 'there is no row of its key any more');
    if (lacks(key)) throw contradiction(change, 'its key was not sent');
    return { origin: key, key, shelf: NOTHING, start: 0, end: 0 };
  }
}
