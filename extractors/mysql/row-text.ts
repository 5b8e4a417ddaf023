import { INPUT_BYTES } from '../../src/format/frame-writer.js';
import { BACKSLASH, escapeInto, LF, TAB } from '../../src/format/text.js';
import type { RowTaker } from '../../src/db/mysql/rows.js';
import type { ByteSink } from '../../src/model/bytes.js';
import { hexInto, hexMark, NULL, type FieldForm } from './field.js';
import { LongRow } from './long-row.js';

const N = 0x4e;
/** Of a field besides twice its value: a tab, `\N`, or the escaped `\x`. */
const ROOM = 4;
/** By so much a value that is written as a whole may be longer than what came. */
const LONGER = 64;

/**
 * Writes rows as the server sends them as COPY text. Those that are small go on together: in buffers of the size of an
 * input, of which a sink may remember one until it is asked whether it is ready.
 */
export class RowText implements RowTaker {
  readonly #forms: readonly FieldForm[];
  readonly #sink: ByteSink;
  readonly #spare: Buffer[] = [];
  #used: Buffer[] = [];
  #target: Buffer = Buffer.allocUnsafeSlow(INPUT_BYTES);
  #at = 0;
  /** Where the rows end that the sink has not got yet. */
  #ends: number[] = [];
  #long: LongRow | undefined;

  /** What a row may take besides twice its length. */
  readonly #more: number;

  constructor(forms: readonly FieldForm[], sink: ByteSink) {
    this.#forms = forms;
    this.#sink = sink;
    this.#more = forms.reduce((sum, { form }) => sum + ROOM + (form === 'whole' ? 2 * LONGER : 0), 1);
  }

  row(bytes: Buffer, start: number, end: number): void {
    this.#room(2 * (end - start) + this.#more);
    let from = start;
    for (let i = 0; i < this.#forms.length; i += 1) {
      if (i > 0) this.#target[this.#at++] = TAB;
      const first = bytes[from]!;
      if (first === NULL) {
        this.#target[this.#at++] = BACKSLASH;
        this.#target[this.#at++] = N;
        from += 1;
      } else {
        const head = first < NULL ? 1 : first === 0xfc ? 3 : 4; // a row of this size has no longer ones
        const value = from + head;
        const length =
          head === 1 ? first : bytes[from + 1]! | (bytes[from + 2]! << 8) | (head === 3 ? 0 : bytes[from + 3]! << 16);
        from = value + length;
        this.#field(this.#forms[i]!, bytes, value, from);
      }
    }
    this.#target[this.#at++] = LF;
    this.#ends.push(this.#at);
  }

  #field(form: FieldForm, bytes: Buffer, start: number, end: number): void {
    if (form.form === 'as is') this.#at = escapeInto(this.#target, this.#at, bytes, start, end);
    else if (form.form === 'hex') this.#at = hexInto(this.#target, hexMark(this.#target, this.#at), bytes, start, end);
    else this.#whole(form.write(bytes, start, end), end - start);
  }

  /** Its length is not that of what came. */
  #whole(value: Uint8Array, came: number): void {
    if (value.length > came + LONGER) this.#grow(2 * (value.length - came));
    this.#at = escapeInto(this.#target, this.#at, value, 0, value.length);
  }

  begin(): void {
    this.#flush();
    this.#long = new LongRow(this.#forms, this.#sink);
  }

  piece(bytes: Buffer, start: number, end: number): void {
    this.#long?.piece(bytes, start, end);
  }

  end(): void {
    this.#long?.end();
    this.#long = undefined;
  }

  ready(): Promise<void> | undefined {
    this.#flush();
    const room = this.#sink.ready();
    this.#spare.push(...this.#used.filter((buffer) => buffer.length === INPUT_BYTES));
    this.#used = [];
    return room;
  }

  /** A row of at most so many bytes follows. */
  #room(bytes: number): void {
    if (this.#at + bytes <= this.#target.length) return;
    this.#flush();
    if (bytes > this.#target.length) this.#next(bytes);
  }

  /** The row in hand takes so many bytes more than was thought. */
  #grow(bytes: number): void {
    const row = this.#target;
    const [start, end] = [this.#ends.at(-1) ?? 0, this.#at];
    this.#flush();
    this.#next(row.length + bytes);
    this.#at = row.copy(this.#target, 0, start, end);
  }

  #flush(): void {
    if (this.#ends.length === 0) return;
    let start = 0;
    for (const end of this.#ends) {
      this.#sink.row(end - start);
      this.#sink.append(this.#target, start, end);
      start = end;
    }
    this.#ends = [];
    this.#next(INPUT_BYTES);
  }

  #next(bytes: number): void {
    this.#used.push(this.#target);
    this.#target = (bytes === INPUT_BYTES ? this.#spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(bytes);
    this.#at = 0;
  }
}
