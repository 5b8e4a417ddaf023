import type { ChangeSink } from '../../../src/model/change.js';

const BLOCK = 256 << 10;

/** Hands canonical values over to a sink. What is written here stays as it is until `reuse`. */
export class Out {
  #bytes = Buffer.allocUnsafe(BLOCK);
  #at = 0;

  constructor(private readonly sink: Pick<ChangeSink, 'value' | 'append'>) {}

  /** The value is canonical as it came. */
  pass(bytes: Uint8Array, start: number, end: number): void {
    this.sink.value(end - start);
    if (end > start) this.sink.append(bytes, start, end);
  }

  /** Text of ASCII only. */
  ascii(text: string): void {
    const at = this.room(text.length);
    this.#bytes.write(text, at, 'latin1');
    this.done(at + text.length);
  }

  /** Where so many bytes of `bytes` may be written before `done`. */
  room(length: number): number {
    if (this.#at + length > this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafe(Math.max(BLOCK, length)); // the sink may still read the one before
      this.#at = 0;
    }
    return this.#at;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** What was written, up to `end`, is the value. */
  done(end: number): void {
    this.pass(this.#bytes, this.#at, end);
    this.#at = end;
  }

  /** The sink has asked for more: it has no use any more for what it got. */
  reuse(): void {
    this.#at = 0;
  }
}
