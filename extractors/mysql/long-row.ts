import { INPUT_BYTES } from '../../src/format/frame-writer.js';
import { escapeInto, LF, TAB } from '../../src/format/text.js';
import type { ByteSink } from '../../src/model/bytes.js';
import { hexInto, hexMark, NULL, type FieldForm } from './field.js';

const NULL_TEXT = Buffer.from('\\N');
/** By the first byte of a length: how many follow. */
const WIDTHS: Readonly<Record<number, number>> = { 0xfc: 2, 0xfd: 3, 0xfe: 8 };
/** So much of a value is written at once. */
const STEP = INPUT_BYTES >> 1;

/** A row too long to be held: written value by value as its bytes come, but for those that only exist as a whole. */
export class LongRow {
  #column = 0;
  /** Of a length: bytes that are still to come, and what they say so far. */
  #digits = 0;
  #weight = 1;
  #length = 0;
  /** Bytes of the value that are still to come; -1: its length comes next. */
  #left = -1;
  #kept: Buffer[] = [];

  constructor(
    private readonly forms: readonly FieldForm[],
    private readonly sink: ByteSink,
  ) {
    sink.row(Infinity);
  }

  piece(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#left < 0) {
        this.#count(bytes[at]!);
        at += 1;
      } else {
        const to = Math.min(at + this.#left, end);
        this.#value(bytes, at, to);
        at = to;
      }
    }
  }

  end(): void {
    this.#put(Buffer.of(LF));
    this.sink.endRow?.();
  }

  get #form(): FieldForm {
    return this.forms[this.#column]!;
  }

  #count(byte: number): void {
    if (this.#digits > 0) {
      this.#length += byte * this.#weight;
      this.#weight *= 256;
      this.#digits -= 1;
      if (this.#digits === 0) this.#begins(this.#length);
      return;
    }
    if (this.#column > 0) this.#put(Buffer.of(TAB));
    if (byte === NULL) {
      this.#put(NULL_TEXT);
      this.#column += 1;
      return;
    }
    this.#digits = WIDTHS[byte] ?? 0;
    this.#length = 0;
    this.#weight = 1;
    if (this.#digits === 0) this.#begins(byte);
  }

  #begins(length: number): void {
    this.#left = length;
    if (this.#form.form === 'hex') {
      const mark = Buffer.alloc(3);
      hexMark(mark, 0);
      this.#put(mark);
    }
    if (length === 0) this.#ends();
  }

  #value(bytes: Buffer, start: number, end: number): void {
    this.#left -= end - start;
    if (this.#form.form === 'whole') this.#kept.push(Buffer.from(bytes.subarray(start, end)));
    else this.#write(this.#form.form === 'hex' ? hexInto : escapeInto, bytes, start, end);
    if (this.#left === 0) this.#ends();
  }

  #ends(): void {
    if (this.#form.form === 'whole') {
      const value = Buffer.concat(this.#kept.splice(0));
      const text = this.#form.write(value, 0, value.length);
      this.#write(escapeInto, text, 0, text.length);
    }
    this.#left = -1;
    this.#column += 1;
  }

  #write(into: typeof escapeInto, bytes: Uint8Array, start: number, end: number): void {
    for (let from = start; from < end; from += STEP) {
      const to = Math.min(end, from + STEP);
      const target = Buffer.allocUnsafe(2 * (to - from)); // its own: the sink may keep it until it is asked again
      this.sink.append(target, 0, into(target, 0, bytes, from, to));
    }
  }

  #put(bytes: Buffer): void {
    this.sink.append(bytes, 0, bytes.length);
  }
}
