import { Fault } from '../../../src/base/fault.js';
import { unpacked } from '../../../src/db/mysql/binlog/bytes.js';
import type { RowsKind } from '../../../src/db/mysql/binlog/event.js';
import { Fields } from '../../../src/db/mysql/binlog/bytes.js';
import type { ChangeSink, RowOp } from '../../../src/model/change.js';
import { tableName } from '../../../src/model/schema.js';
import { Out } from '../canon/out.js';
import { GROWTH, type Followed } from './followed.js';

const MOST_COLUMNS = 4096;
const ABSENT = -1;
const NULL = -2;

/** Where the values of a row are. Used again and again, so that none is made per row. */
class Image {
  readonly starts = new Int32Array(MOST_COLUMNS);
  readonly ends = new Int32Array(MOST_COLUMNS);

  /** The columns that an event has values of. */
  #logged: readonly number[] = [];

  /** `present`: a bit for each column that was logged. */
  choose(count: number, present: Buffer): void {
    const all = Array.from({ length: count }, (_, i) => i);
    this.#logged = all.filter((i) => (present[i >> 3]! & (1 << (i & 7))) !== 0);
    this.starts.fill(ABSENT, 0, count);
  }

  /** Returns where the row ends. */
  read(bytes: Buffer, at: number, { columns }: Followed): number {
    const logged = this.#logged;
    let next = at + ((logged.length + 7) >> 3);
    for (let bit = 0; bit < logged.length; bit += 1) {
      const i = logged[bit]!;
      if ((bytes[at + (bit >> 3)]! & (1 << (bit & 7))) !== 0) this.starts[i] = NULL;
      else {
        const { size, prefix } = columns[i]!;
        const length = prefix === 0 ? size : prefix === 1 ? bytes[next]! : bytes.readUIntLE(next, prefix);
        this.starts[i] = next + prefix;
        next = this.ends[i] = next + prefix + length;
      }
    }
    return next;
  }
}

/** Hands over the rows of events. */
export class RowReader {
  readonly #old = new Image();
  readonly #new = new Image();
  readonly out: Out;

  constructor(private readonly sink: ChangeSink) {
    this.out = new Out(sink);
  }

  /** `start`: behind the table's number. */
  read(kind: RowsKind, followed: Followed, event: Buffer, start: number, end: number): void {
    const fields = new Fields(event, start + 2, end);
    if (kind.extended) fields.at += fields.number(2) - 2;
    const count = fields.packed();
    if (count !== followed.columns.length) throw miscounted(followed, count);
    const size = (count + 7) >> 3;
    const first = fields.slice(size);
    (kind.op === 'write' ? this.#new : this.#old).choose(count, first);
    if (kind.op === 'update') this.#new.choose(count, fields.slice(size));
    const bytes = kind.compressed ? unpacked(event, fields.at, end) : event;
    const last = kind.compressed ? bytes.length : end;
    for (let at = kind.compressed ? 0 : fields.at; at < last;) {
      const next = (kind.op === 'write' ? this.#new : this.#old).read(bytes, at, followed);
      if (kind.op === 'update') {
        const after = this.#new.read(bytes, next, followed);
        this.#update(followed, bytes, after - at);
        at = after;
      } else {
        if (kind.op === 'write') this.#insert(followed, bytes, next - at);
        else this.#delete(followed, bytes, next - at);
        at = next;
      }
    }
  }

  /** `length`: of its images in the log. Of an update there are two rows. */
  #begin(op: RowOp, { table, slack }: Followed, length: number): void {
    this.sink.change(op, table.id, GROWTH * length + 2 * slack);
  }

  #insert(followed: Followed, bytes: Buffer, length: number): void {
    this.#begin('I', followed, length);
    const { columns } = followed;
    for (let i = 0; i < columns.length; i += 1) {
      const { stored, missing } = columns[i]!;
      if (!stored) continue;
      if (this.#new.starts[i] !== ABSENT || missing === undefined) this.#give(this.#new, i, followed, bytes);
      else if (missing === null) this.sink.null();
      else this.out.pass(missing, 0, missing.length);
    }
  }

  #delete(followed: Followed, bytes: Buffer, length: number): void {
    this.#begin(followed.keyed ? 'R' : 'X', followed, length);
    if (followed.keyed) this.#key(followed, bytes);
    else this.#whole(this.#old, followed, bytes);
  }

  #update(followed: Followed, bytes: Buffer, length: number): void {
    const op: RowOp = !followed.keyed ? 'F' : this.#isMoved(followed, bytes) ? 'K' : 'U';
    this.#begin(op, followed, length);
    if (op === 'K') this.#key(followed, bytes);
    if (op === 'F') this.#whole(this.#old, followed, bytes);
    const { columns } = followed;
    for (let i = 0; i < columns.length; i += 1) {
      const { key, stored } = columns[i]!;
      if (!stored) continue;
      if (this.#new.starts[i] !== ABSENT) this.#give(this.#new, i, followed, bytes);
      else if (key) this.#give(this.#old, i, followed, bytes);
      else this.sink.unchanged();
    }
  }

  #isMoved({ columns }: Followed, bytes: Buffer): boolean {
    for (let i = 0; i < columns.length; i += 1) if (columns[i]!.key && !this.#same(i, bytes)) return true;
    return false;
  }

  #same(i: number, bytes: Buffer): boolean {
    const [before, after] = [this.#old.starts[i]!, this.#new.starts[i]!];
    if (after === ABSENT) return true;
    if (before < 0 || after < 0) return before === after;
    return bytes.compare(bytes, before, this.#old.ends[i], after, this.#new.ends[i]) === 0;
  }

  #key(followed: Followed, bytes: Buffer): void {
    const { columns } = followed;
    for (let i = 0; i < columns.length; i += 1) if (columns[i]!.key) this.#give(this.#old, i, followed, bytes);
  }

  #whole(image: Image, followed: Followed, bytes: Buffer): void {
    const { columns } = followed;
    for (let i = 0; i < columns.length; i += 1) if (columns[i]!.stored) this.#give(image, i, followed, bytes);
  }

  #give(image: Image, i: number, followed: Followed, bytes: Buffer): void {
    const start = image.starts[i]!;
    if (start >= 0) followed.columns[i]!.decode(bytes, start, image.ends[i]!, this.out);
    else if (start === NULL) this.sink.null();
    else throw absent(followed, i);
  }
}

const miscounted = ({ table, columns }: Followed, count: number): Fault =>
  new Fault('permanent', `the log has a row of ${count} columns for a table of ${columns.length}`, {
    code: 'BINLOG',
    place: { table: tableName(table) },
  });

const absent = ({ table, columns }: Followed, i: number): Fault =>
  new Fault('permanent', 'the source has logged a row without a value that it cannot be told by', {
    code: 'IMAGE_INCOMPLETE',
    place: { table: tableName(table), column: columns[i]?.name ?? '' },
    safe: 'nothing of its transaction was taken',
    hint: 'SET GLOBAL binlog_row_image = FULL on the source, then load the table anew',
  });
