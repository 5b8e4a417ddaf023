import type { ChangeSink, RowOp } from '../../../src/model/change.js';
import { strange, type Followed } from './followed.js';
import { checkCount, DELETE, INSERT, keyMissing, NEW, NULL, TEXT, UNCHANGED } from './rows.js';

/** How much is held to find out whether a key changed. */
const HELD = 256 << 10;

type Value = Buffer | null | typeof UNCHANGED;
type Reading<T> = Generator<undefined, T, undefined>;

/**
 * Hands over a message that changes a row as its bytes arrive, so that a value of any size passes in constant memory.
 * The code reads as if all bytes were there: it yields where more are wanted.
 */
export class LargeRow {
  #chunk: Uint8Array = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #followed!: Followed;
  readonly #reading: Reading<void>;

  /** `length`: of the message, its type included. */
  constructor(
    private readonly sink: ChangeSink,
    private readonly find: (id: number) => Followed,
    private readonly length: number,
  ) {
    this.#reading = this.#message();
    this.#reading.next();
  }

  append(chunk: Uint8Array, start: number, end: number): void {
    this.#chunk = chunk;
    this.#at = start;
    this.#end = end;
    this.#reading.next();
  }

  *#message(): Reading<void> {
    const head = yield* this.#bytes(6);
    this.#followed = this.find(head.readUInt32BE(1));
    const [type, kind] = [head[0], head[5]];
    if (type === INSERT) return yield* this.#whole('I');
    if (type === DELETE) return yield* this.#delete();
    if (kind === NEW) return yield* this.#whole('U');
    if (this.#followed.keyed) return yield* this.#compared();
    yield* this.#whole('F');
    yield* this.#bytes(1);
    yield* this.#tuple();
  }

  *#whole(op: RowOp): Reading<void> {
    this.#change(op);
    yield* this.#tuple();
  }

  *#delete(): Reading<void> {
    const { keyed } = this.#followed;
    this.#change(keyed ? 'R' : 'X');
    if (!keyed) return yield* this.#tuple();
    for (const value of (yield* this.#key()).values()) this.#give(value);
  }

  /** The new row is held until its key is there, or too much would be: then the key is said to have changed, as it may have. */
  *#compared(): Reading<void> {
    const old = yield* this.#key();
    yield* this.#bytes(1);
    const { key, lastKey } = this.#followed;
    const held: Value[] = [];
    let [holding, size] = [true, 0];
    const count = yield* this.#count();
    for (let i = 0; i < count; i += 1) {
      const [kind, length] = yield* this.#field();
      if (holding && (i > lastKey || size + length > HELD)) {
        holding = false;
        this.#decide(old, held, i <= lastKey);
      }
      size += length;
      if (holding) held.push(kind === TEXT ? yield* this.#bytes(length) : kind === NULL ? null : UNCHANGED);
      else if (kind === UNCHANGED && key[i]) this.#give(old.get(i)!);
      else yield* this.#pass(kind, length);
    }
    if (holding) this.#decide(old, held, false);
  }

  #decide(old: ReadonlyMap<number, Value>, held: readonly Value[], uncertain: boolean): void {
    const now = held.map((value, i) => (value === UNCHANGED ? (old.get(i) ?? value) : value));
    const moved = uncertain || [...old].some(([i, before]) => !same(before, now[i]));
    this.#change(moved ? 'K' : 'U');
    if (moved) for (const value of old.values()) this.#give(value);
    for (const value of now) this.#give(value);
  }

  /** Keeps the key's values of a tuple, by column, and drops the others. */
  *#key(): Reading<Map<number, Value>> {
    const found = new Map<number, Value>();
    const count = yield* this.#count();
    for (let i = 0; i < count; i += 1) {
      const [kind, length] = yield* this.#field();
      if (this.#followed.key[i]) found.set(i, kind === TEXT ? yield* this.#bytes(length) : null);
      else yield* this.#pieces(length, () => undefined);
    }
    return found;
  }

  *#tuple(): Reading<void> {
    const count = yield* this.#count();
    for (let i = 0; i < count; i += 1) {
      const [kind, length] = yield* this.#field();
      if (kind === UNCHANGED && this.#followed.key[i]) throw keyMissing(this.#followed, i);
      yield* this.#pass(kind, length);
    }
  }

  *#pass(kind: number, length: number): Reading<void> {
    if (kind === NULL) return this.sink.null();
    if (kind === UNCHANGED) return this.sink.unchanged();
    this.sink.value(length);
    yield* this.#pieces(length, (chunk, start, end) => this.sink.append(chunk, start, end));
  }

  #give(value: Value): void {
    if (value === null) return this.sink.null();
    if (value === UNCHANGED) return this.sink.unchanged();
    this.sink.value(value.length);
    if (value.length > 0) this.sink.append(value, 0, value.length);
  }

  #change(op: RowOp): void {
    this.sink.change(op, this.#followed.table.id, this.length);
  }

  *#count(): Reading<number> {
    const count = (yield* this.#bytes(2)).readUInt16BE();
    checkCount(count, this.#followed);
    return count;
  }

  /** A field's kind, and its length where it has a value. */
  *#field(): Reading<[kind: number, length: number]> {
    const kind = (yield* this.#bytes(1))[0]!;
    if (kind === NULL || kind === UNCHANGED) return [kind, 0];
    if (kind !== TEXT) throw strange(`a field of kind ${kind}`);
    return [kind, (yield* this.#bytes(4)).readUInt32BE()];
  }

  *#bytes(length: number): Reading<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let at = 0;
    yield* this.#pieces(length, (chunk, start, end) => {
      bytes.set(chunk.subarray(start, end), at);
      at += end - start;
    });
    return bytes;
  }

  *#pieces(length: number, take: (chunk: Uint8Array, start: number, end: number) => void): Reading<void> {
    for (let left = length; left > 0;) {
      if (this.#at === this.#end) yield;
      const end = Math.min(this.#end, this.#at + left);
      take(this.#chunk, this.#at, end);
      left -= end - this.#at;
      this.#at = end;
    }
  }
}

const same = (a: Value, b: Value | undefined): boolean =>
  a === b || (Buffer.isBuffer(a) && Buffer.isBuffer(b) && a.equals(b));
