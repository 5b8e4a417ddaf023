import { Fault } from '../../../src/base/fault.js';
import type { ChangeSink } from '../../../src/model/change.js';
import { tableName } from '../../../src/model/schema.js';
import { uint16, uint32 } from './fields.js';
import { strange, type Followed } from './followed.js';

/** Types of messages that change a row. */
export const INSERT = 0x49;
export const UPDATE = 0x55;
export const DELETE = 0x44;
/** What a tuple is: the new row. Else it is the old key, or the whole old row. */
export const NEW = 0x4e;
/** What a field is. */
export const NULL = 0x6e;
export const UNCHANGED = 0x75;
export const TEXT = 0x74;

const MOST_COLUMNS = 1600;

/** Where the fields of a tuple are. Used again and again, so that none is made per row. */
class Tuple {
  readonly kinds = new Uint8Array(MOST_COLUMNS);
  readonly starts = new Uint32Array(MOST_COLUMNS);
  readonly ends = new Uint32Array(MOST_COLUMNS);

  /** `at`: where the number of fields stands. Returns where the tuple ends. */
  read(bytes: Uint8Array, at: number, followed: Followed): number {
    const count = countOf(bytes, at, followed);
    let next = at + 2;
    for (let i = 0; i < count; i += 1) {
      const kind = (this.kinds[i] = bytes[next++]!);
      if (kind !== TEXT) continue;
      this.starts[i] = next + 4;
      next = this.ends[i] = next + 4 + uint32(bytes, next);
    }
    return next;
  }
}

/** Hands over messages that change a row and are there as a whole. */
export class RowReader {
  readonly #old = new Tuple();
  readonly #new = new Tuple();

  constructor(private readonly sink: ChangeSink) {}

  /** `at`: behind the table's number. */
  read(type: number, followed: Followed, bytes: Uint8Array, at: number, end: number): void {
    const { table, keyed } = followed;
    if (type === UPDATE) return this.#update(followed, bytes, at, end);
    const op = type === INSERT ? 'I' : keyed ? 'R' : 'X';
    this.sink.change(op, table.id, end - at);
    this.#pass(followed, bytes, at + 1, op === 'R');
  }

  #update(followed: Followed, bytes: Uint8Array, at: number, end: number): void {
    const { table, keyed } = followed;
    if (bytes[at] === NEW) {
      this.sink.change('U', table.id, end - at);
      this.#pass(followed, bytes, at + 1, false);
    } else if (keyed) {
      const next = this.#old.read(bytes, at + 1, followed);
      this.#new.read(bytes, next + 1, followed);
      this.#compared(followed, bytes, end - at);
    } else {
      this.sink.change('F', table.id, end - at);
      const next = this.#pass(followed, bytes, at + 1, false);
      this.#pass(followed, bytes, next + 1, false);
    }
  }

  /** The old key was sent: also when only another column changed. Of a key that is stored apart the new row lacks it. */
  #compared({ table, key }: Followed, bytes: Uint8Array, length: number): void {
    const moved = key.some((isKey, i) => isKey && !this.#same(i, bytes));
    this.sink.change(moved ? 'K' : 'U', table.id, length);
    if (moved) for (const [i, isKey] of key.entries()) if (isKey) this.#give(this.#old, i, bytes);
    for (const [i, isKey] of key.entries())
      this.#give(isKey && this.#new.kinds[i] === UNCHANGED ? this.#old : this.#new, i, bytes);
  }

  #same(i: number, bytes: Uint8Array): boolean {
    const [kind, other] = [this.#new.kinds[i], this.#old.kinds[i]];
    if (kind !== TEXT || other !== TEXT) return kind === UNCHANGED || kind === other;
    const old = bytes.subarray(this.#old.starts[i], this.#old.ends[i]);
    return Buffer.compare(old, bytes.subarray(this.#new.starts[i], this.#new.ends[i])) === 0;
  }

  #give(tuple: Tuple, i: number, bytes: Uint8Array): void {
    const kind = tuple.kinds[i]!;
    if (kind === TEXT) this.#value(bytes, tuple.starts[i]!, tuple.ends[i]!);
    else if (kind === NULL) this.sink.null();
    else if (kind === UNCHANGED) this.sink.unchanged();
    else throw strange(`a field of kind ${kind}`);
  }

  #value(bytes: Uint8Array, start: number, end: number): void {
    this.sink.value(end - start);
    if (end > start) this.sink.append(bytes, start, end);
  }

  /** Hands a tuple over as it is walked through. Returns where it ends. */
  #pass(followed: Followed, bytes: Uint8Array, at: number, keyOnly: boolean): number {
    const count = countOf(bytes, at, followed);
    let next = at + 2;
    for (let i = 0; i < count; i += 1) {
      const kind = bytes[next++];
      const start = next + 4;
      if (kind === TEXT) next = start + uint32(bytes, next);
      if (keyOnly && !followed.key[i]) continue;
      if (kind === TEXT) this.#value(bytes, start, next);
      else if (kind === NULL) this.sink.null();
      else if (kind === UNCHANGED && !followed.key[i]) this.sink.unchanged();
      else throw kind === UNCHANGED ? keyMissing(followed, i) : strange(`a field of kind ${kind}`);
    }
    return next;
  }
}

function countOf(bytes: Uint8Array, at: number, followed: Followed): number {
  const count = uint16(bytes, at);
  checkCount(count, followed);
  return count;
}

export function checkCount(count: number, { table }: Followed): void {
  const { length } = table.columns;
  if (count !== length) throw strange(`a row of ${count} values for a table of ${length} columns`);
}

/** Servers before 10.20 and 13.6 left the old key out when it was stored apart and did not change. */
export function keyMissing({ table }: Followed, i: number): Fault {
  return new Fault('permanent', 'the source did not log the key of a row, because it is stored out of line', {
    code: 'KEY_MISSING',
    place: { table: tableName(table), column: table.columns[i]?.name ?? '' },
    hint: 'upgrade the source to the last minor version, which logs it',
  });
}
