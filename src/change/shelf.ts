/** Where a row lies. */
export interface Shelved {
  shelf: Uint8Array;
  start: number;
  end: number;
}

const [LEAST, MOST] = [1 << 14, 1 << 20];

/** Keeps copies of rows side by side: a row kept where it was read would hold on to all that was read with it. */
export class Shelf {
  /** Of all rows that were put on it, but for those that fit into the room of what they replaced. */
  bytes = 0;
  #shelf = new Uint8Array(0);
  #used = 0;

  /** Keeps the row, in the place of what lies at `at` if it fits, and says there where. */
  put(row: Uint8Array, at: Shelved = { shelf: this.#shelf, start: 0, end: 0 }): Shelved {
    if (row.length > at.end - at.start) this.#find(row.length, at);
    at.shelf.set(row, at.start);
    at.end = at.start + row.length;
    return at;
  }

  #find(length: number, at: Shelved): void {
    if (this.#used + length > this.#shelf.length) this.#another(length);
    at.shelf = this.#shelf;
    at.start = this.#used;
    this.#used += length;
    this.bytes += length;
  }

  /** Twice as large as the one before: windows are mostly small, and some large. */
  #another(least: number): void {
    this.#shelf = Buffer.allocUnsafeSlow(Math.max(least, LEAST, Math.min(MOST, 2 * this.#shelf.length)));
    this.#used = 0;
  }
}

export const rowAt = ({ shelf, start, end }: Shelved): Uint8Array => shelf.subarray(start, end);
