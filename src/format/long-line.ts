import { BLOCK_BYTES } from './frame.js';
import { badLine } from './line-scan.js';
import { LF, TAB } from './text.js';

/** Where a value begins, and how long it is. */
export interface Extent {
  readonly block: number;
  readonly offset: number;
  readonly length: number;
}

const TAB_BYTE = Buffer.of(TAB);
const LF_BYTE = Buffer.of(LF);
/** Fields of lines that change rows: only these may be far. */
const rowOps = Buffer.from('IUKFRX');

/**
 * Takes a line that is longer than a block, block by block, and gives it back with `\F<n>` in the place of each field
 * that is itself longer than a block.
 */
export class LongLine {
  readonly #far: (value: Extent) => number;
  readonly #fields: Buffer[] = [];
  #parts: Buffer[] = [];
  #begin = { block: 0, offset: 0 };
  #length = 0;
  #mayBeFar = false;

  /** `far`: numbers a value that is not held. */
  constructor(far: (value: Extent) => number) {
    this.#far = far;
  }

  /** `last`: it ends with the line's LF. */
  push(bytes: Buffer, block: number, last: boolean): void {
    if (this.#fields.length === 0 && this.#length === 0) {
      this.#begin = { block, offset: 0 };
      this.#mayBeFar = rowOps.includes(bytes[0]!);
    }
    let start = 0;
    for (let tab = bytes.indexOf(TAB); tab >= 0; tab = bytes.indexOf(TAB, start)) {
      this.#part(bytes.subarray(start, tab));
      this.#fieldEnded();
      start = tab + 1;
      this.#begin = { block, offset: start };
    }
    this.#part(bytes.subarray(start, last ? -1 : undefined));
    if (!last) return;
    if (bytes.at(-1) !== LF) throw badLine('it ends inside a line');
    this.#fieldEnded();
  }

  /** All of it, once the last block is in. */
  get bytes(): Buffer {
    return Buffer.concat([...this.#fields.flatMap((field, i) => (i === 0 ? [field] : [TAB_BYTE, field])), LF_BYTE]);
  }

  get #isFar(): boolean {
    return this.#mayBeFar && this.#length > BLOCK_BYTES;
  }

  #part(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#isFar) this.#parts = [];
    else this.#parts.push(bytes);
  }

  /** A copy is held, not the block that it lies in. */
  #fieldEnded(): void {
    const field = this.#isFar
      ? Buffer.from(`\\F${this.#far({ ...this.#begin, length: this.#length })}`)
      : Buffer.concat(this.#parts);
    this.#fields.push(field);
    this.#parts = [];
    this.#length = 0;
  }
}
