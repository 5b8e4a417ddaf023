import type { ByteSink } from '../../model/bytes.js';

const PRELUDE = 19; // signature, flags, length of the extension area that follows
const TRAILER = 2; // a field count of -1, in a message of its own

/**
 * Keeps from the next sink what is not a tuple in binary COPY data: the prelude, which comes in front of the first
 * row in the same message, and the trailer. One of these per COPY.
 */
export class Tuples implements ByteSink {
  readonly #next: ByteSink;
  readonly #prelude = Buffer.alloc(PRELUDE);
  #read = 0; // bytes in front of the first row that have come
  #ahead = PRELUDE; // and are still to come
  #left = 0; // of the message at the beginning of which they are
  readonly #short = Buffer.alloc(TRAILER); // the trailer, or a tuple without columns
  #held = TRAILER; // bytes of it; all of them when the current message is longer

  constructor(next: ByteSink) {
    this.#next = next;
  }

  row(length: number): void {
    this.#left = length;
    if (this.#ahead === 0) this.#announce();
  }

  append(chunk: Uint8Array, start: number, end: number): void {
    const at = this.#ahead === 0 ? start : this.#skip(chunk, start, end);
    if (at === end) return;
    if (this.#held === TRAILER) this.#next.append(chunk, at, end);
    else this.#hold(chunk, at, end);
  }

  ready(): Promise<void> | undefined {
    return this.#next.ready();
  }

  #announce(): void {
    if (this.#left === TRAILER) this.#held = 0;
    else if (this.#left > 0) this.#next.row(this.#left);
  }

  #skip(chunk: Uint8Array, start: number, end: number): number {
    let at = start;
    while (this.#ahead > 0 && at < end) {
      const taken = Math.min(this.#ahead, end - at);
      if (this.#read < PRELUDE) this.#prelude.set(chunk.subarray(at, at + taken), this.#read);
      this.#read += taken;
      this.#ahead -= taken;
      at += taken;
      if (this.#read === PRELUDE) this.#ahead = this.#prelude.readUInt32BE(PRELUDE - 4);
    }
    this.#left -= at - start;
    if (this.#ahead === 0) this.#announce();
    return at;
  }

  #hold(chunk: Uint8Array, start: number, end: number): void {
    this.#short.set(chunk.subarray(start, end), this.#held);
    this.#held += end - start;
    if (this.#held < TRAILER || this.#short.readInt16BE() === -1) return;
    this.#next.row(TRAILER);
    this.#next.append(Buffer.from(this.#short), 0, TRAILER);
  }
}
