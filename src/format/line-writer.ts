import { INPUT_BYTES, type FrameWriter } from './frame-writer.js';
import { BACKSLASH, escapeInto, LF, TAB } from './text.js';

/** How much of a value is escaped at once: the buffer grows no further than twice this for a line that does not stay. */
const STEP = INPUT_BYTES;

/**
 * Assembles lines `op (TAB field)* LF`, each in the same buffer, and hands them to the frame: whole, so that their length
 * is known, or, a long one, as its bytes come.
 */
export class LineWriter {
  readonly #frame: FrameWriter;
  /** Longer than what the frame remembers its inputs by: it takes a copy at once. */
  #bytes = Buffer.allocUnsafeSlow(4 * INPUT_BYTES);
  #used = 0;
  #long = false;

  constructor(frame: FrameWriter) {
    this.#frame = frame;
  }

  /** `long`: it is longer than a block, and seq is the last that has ended after it. */
  begin(op: string, long?: { readonly seq: number }): void {
    this.#long = long !== undefined;
    if (long) this.#frame.record(Infinity, long.seq);
    this.#bytes[0] = op.charCodeAt(0);
    this.#used = 1;
  }

  /** The next value follows. */
  field(): void {
    this.#room(1);
    this.#bytes[this.#used++] = TAB;
  }

  /** What stands for a value: a backslash and this letter. */
  marker(letter: 'N' | 'U'): void {
    this.#room(3);
    this.#bytes[this.#used++] = TAB;
    this.#bytes[this.#used++] = BACKSLASH;
    this.#bytes[this.#used++] = letter.charCodeAt(0);
  }

  /** More of the value that follows. */
  escaped(bytes: Uint8Array, start: number, end: number): void {
    for (let from = start; from < end; from += STEP) {
      const to = Math.min(end, from + STEP);
      this.#room(2 * (to - from));
      this.#used = escapeInto(this.#bytes, this.#used, bytes, from, to);
    }
  }

  whole(value: Uint8Array): void {
    this.field();
    this.escaped(value, 0, value.length);
  }

  text(value: string): void {
    this.whole(Buffer.from(value));
  }

  /** `seq`: the last that has ended when this line has. */
  end(seq: number): void {
    this.#room(1);
    this.#bytes[this.#used++] = LF;
    if (!this.#long) this.#frame.record(this.#used, seq);
    this.#flush();
    if (this.#long) this.#frame.endRecord();
  }

  #flush(): void {
    this.#frame.append(this.#bytes, 0, this.#used);
    this.#used = 0;
  }

  #room(bytes: number): void {
    if (this.#used + bytes <= this.#bytes.length) return;
    if (this.#long) return this.#flush();
    const larger = Buffer.allocUnsafeSlow(2 * this.#bytes.length);
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }
}
