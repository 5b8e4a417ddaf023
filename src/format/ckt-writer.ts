import { Fault } from '../base/fault.js';
import type { ByteStore } from '../model/bytes.js';
import type { Begin, ChangedTable, RowOp } from '../model/change.js';
import type { Position } from '../model/position.js';
import { describe, mayLack, valuesOf, type CktContents, type Values } from './ckt.js';
import { FrameWriter, type Sealed } from './frame-writer.js';
import { BLOCK_BYTES } from './frame.js';
import { LineWriter } from './line-writer.js';
import { cktName } from './name.js';

interface Known {
  readonly table: ChangedTable;
  readonly id: Uint8Array;
  readonly values: Readonly<Record<RowOp, Values>>;
  /** Of its line D in this file, if it has one. */
  readonly written: string | undefined;
  /** It is what `table` says. */
  readonly described: boolean;
}

/**
 * Writes one file of changes. Lines are taken as `ChangeSink` says, value by value; Fault BAD_LINE when they come in
 * another order than they may. On any failure call `abandon`; nothing is left then.
 */
export class CktWriter {
  readonly #frame: FrameWriter;
  readonly #lines: LineWriter;
  readonly #tables = new Map<string, Known>();
  #seq: number;
  #open: boolean;
  /** Of the line that is written: values to come, and how many of them, the last, may be left unchanged. */
  #values = 0;
  #unchanged = 0;
  /** Bytes to come: of the value that is written, and of the line's other values, at most. */
  #value = 0;
  #announced = 0;

  private constructor({ first, continues }: CktContents, frame: FrameWriter) {
    this.#frame = frame;
    this.#lines = new LineWriter(frame);
    this.#seq = first - 1;
    this.#open = continues;
  }

  /** Returns at once. That the file cannot be made is told by `ready` or `seal`. */
  static begin(store: ByteStore, number: number, contents: CktContents): CktWriter {
    const frame = FrameWriter.begin(store, cktName(number), 'ckt', contents, contents.first - 1);
    return new CktWriter(contents, frame);
  }

  /** Raw bytes so far. */
  get rawBytes(): number {
    return this.#frame.rawBytes;
  }

  /** Inside a transaction. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** The last transaction that ended in it; `first - 1` if none did. */
  get lastSeq(): number {
    return this.#seq;
  }

  begin(seq: number, { position, time, xid }: Begin): void {
    this.#between(false);
    if (seq !== this.#seq + 1) throw misuse(`transaction ${seq} begins after ${this.#seq}`);
    this.#open = true;
    this.#line('B', [String(seq), position, time, xid]);
  }

  /** Remembers what a table is like; its line is written before the first that needs it. */
  relation(table: ChangedTable): void {
    const known = this.#tables.get(table.id);
    if (known?.table === table) return;
    const { id, written } = known ?? { id: Buffer.from(table.id), written: undefined };
    this.#tables.set(table.id, { table, id, values: valuesOf(table), written, described: false });
  }

  change(op: RowOp, id: string, bytes: number): void {
    this.#between(true);
    const known = this.#described(id);
    const { old, row } = known.values[op];
    this.#values = old + row;
    this.#unchanged = mayLack(op) ? row : 0;
    this.#announced = bytes;
    this.#lines.begin(op, bytes > BLOCK_BYTES ? { seq: this.#seq } : undefined);
    this.#lines.whole(known.id);
    if (this.#values === 0) this.#lines.end(this.#seq);
  }

  null(): void {
    this.#nextValue();
    this.#lines.marker('N');
    this.#valueEnded();
  }

  unchanged(): void {
    this.#nextValue();
    if (this.#values > this.#unchanged) throw misuse('only new values of lines U, K and F may be left unchanged');
    this.#lines.marker('U');
    this.#valueEnded();
  }

  value(length: number): void {
    this.#nextValue();
    this.#announced -= length;
    if (this.#announced < 0) throw misuse(`its values are ${-this.#announced} bytes longer than was announced`);
    this.#value = length;
    this.#lines.field();
    if (length === 0) this.#valueEnded();
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    this.#value -= end - start;
    if (this.#value < 0) throw misuse(`a value is ${-this.#value} bytes longer than was announced`);
    this.#lines.escaped(bytes, start, end);
    if (this.#value === 0) this.#valueEnded();
  }

  truncate(
    ids: readonly string[],
    { cascade, restart }: { readonly cascade: boolean; readonly restart: boolean },
  ): void {
    this.#between(true);
    for (const id of ids) this.#described(id);
    this.#line('T', [`${cascade ? 'c' : ''}${restart ? 's' : ''}`, ...ids]);
  }

  message(prefix: string, content: Uint8Array): void {
    this.#between(this.#open);
    this.#lines.begin('M');
    this.#lines.text(prefix);
    this.#lines.whole(content);
    this.#lines.end(this.#seq);
  }

  /** `changes`: lines that change a row or truncate, of the whole transaction; `end`: everything before it has been handed over. */
  commit(seq: number, changes: number, end: Position): void {
    this.#between(true);
    if (seq !== this.#seq + 1) throw misuse(`transaction ${seq} ends where ${this.#seq + 1} is open`);
    this.#seq = seq;
    this.#open = false;
    this.#line('E', [String(seq), String(changes), end]);
  }

  /** A promise to wait for before more, or undefined when there is room. */
  ready(): Promise<void> | undefined {
    return this.#frame.ready();
  }

  /** The file is durable when this resolves; `rows` is its last seq. */
  async seal(): Promise<Sealed> {
    this.#between(this.#open);
    return this.#frame.seal(this.#open);
  }

  abandon(): Promise<void> {
    return this.#frame.abandon();
  }

  #line(op: string, fields: readonly string[]): void {
    this.#lines.begin(op);
    for (const field of fields) this.#lines.text(field);
    this.#lines.end(this.#seq);
  }

  #nextValue(): void {
    if (this.#values === 0) throw misuse('it has more values than its table has columns');
    if (this.#value > 0) throw misuse(`a value is ${this.#value} bytes shorter than was announced`);
  }

  #valueEnded(): void {
    this.#values -= 1;
    if (this.#values === 0) this.#lines.end(this.#seq);
  }

  /** Between two lines, inside a transaction or outside. */
  #between(open: boolean): void {
    if (this.#values > 0) throw misuse(`it lacks ${this.#values} values`);
    if (this.#open !== open) throw misuse(open ? 'no transaction is open' : 'a transaction is open already');
  }

  #described(id: string): Known {
    const known = this.#tables.get(id);
    if (known?.described) return known;
    if (!known) throw misuse(`table ${id} was not described before`);
    const fields = describe(known.table);
    const written = fields.join('\n');
    if (written !== known.written) this.#line('D', fields);
    const described = { ...known, written, described: true };
    this.#tables.set(id, described);
    return described;
  }
}

const misuse = (why: string): Fault =>
  new Fault('permanent', `a line of a .ckt cannot be written: ${why}`, {
    code: 'BAD_LINE',
    safe: 'the file is not sealed',
  });
