import { Fault } from '../base/fault.js';
import { BACKSLASH, isEscape, LF, TAB } from './text.js';

const [N, U, F] = [0x4e, 0x55, 0x46];

/** Where a line `op (TAB field)* LF` and its fields lie. One object for all lines: it is used before the next is scanned. */
export class LineScan {
  /** Offset of the line's LF. */
  end = 0;
  fields = 0;
  /** Counted from 0, the first that is `\U`; Infinity where there is none. */
  firstUnchanged = Infinity;
  readonly #tabs: number[] = [];
  #far = false;

  /** `far`: `\F<n>` may stand for a field. Fault BAD_LINE for a line without end, or an escape that openkite does not write. */
  scan(bytes: Uint8Array, start: number, far: boolean): void {
    this.#far = far;
    this.fields = 0;
    this.firstUnchanged = Infinity;
    let at = start;
    for (; at < bytes.length && bytes[at] !== LF; at += 1) {
      if (bytes[at] === TAB) this.#tabs[this.fields++] = at;
      else if (bytes[at] === BACKSLASH) this.#escape(bytes, at++);
    }
    if (at >= bytes.length || (at > start + 1 && this.#tabs[0] !== start + 1)) throw unknownLine(bytes, start);
    this.end = at;
    this.#tabs[this.fields] = at;
  }

  /** Offset of a field; of one that would follow the last: behind the line. */
  startOf(field: number): number {
    return this.#tabs[field]! + 1;
  }

  endOf(field: number): number {
    return this.#tabs[field + 1]!;
  }

  /** A marker stands for a whole field: a COPY would take a leaked one for its letter, without complaint. */
  #escape(bytes: Uint8Array, at: number): void {
    const letter = bytes[at + 1];
    if (isEscape(letter)) return;
    const begins = bytes[at - 1] === TAB;
    const ends = bytes[at + 2] === TAB || bytes[at + 2] === LF;
    const marker = begins && ((this.#far && letter === F) || (ends && (letter === N || letter === U)));
    if (!marker) throw badLine(`a value holds ${JSON.stringify(`\\${String.fromCharCode(letter ?? 0)}`)}`);
    if (letter === U) this.firstUnchanged = Math.min(this.firstUnchanged, this.fields - 1);
  }
}

const unknownLine = (bytes: Uint8Array, start: number): Fault =>
  badLine(
    `expected a line, found ${JSON.stringify(Buffer.from(bytes.subarray(start, start + 40)).toString('latin1'))}`,
  );

export const badLine = (why: string): Fault =>
  new Fault('permanent', `a .ckt is not as its format says: ${why}`, { code: 'BAD_LINE' });
