import { randomUUID } from 'node:crypto';
import { monotonic } from '../base/clock.js';
import { probe } from '../base/probe.js';
import { CktWriter } from '../format/ckt-writer.js';
import type { Begin, ChangedTable, ChangeSink, RowOp } from '../model/change.js';
import type { Position } from '../model/position.js';
import type { ByteStore } from '../model/bytes.js';
import { Publisher, seal, type Part, type Reached, type Register } from './publisher.js';

export interface RecorderOptions {
  readonly store: ByteStore;
  readonly migration: string;
  readonly compression: 'none' | 'brotli';
  /** A file is sealed when it holds so many bytes, also inside a transaction. */
  readonly sealBytes: () => number;
  readonly register: Register;
}

/** No transaction of a source has it: what we say ourselves is told apart by it. */
export const OUR_XID = '0';
const NO_XID = '-';

/**
 * Writes what a source commits into numbered files, and numbers the transactions. A file ends where a transaction ends,
 * but for one that is larger than a file: the files of that are made known together, when its end is in one.
 */
export class Recorder implements ChangeSink {
  #reached: Reached;
  /** The file that is written, after those that the transaction in it has filled already. */
  #parts: Part[] = [];
  #begunAt = 0;
  #inside = false;
  #changes = 0;
  #closed = false;
  /** To be sealed where the transaction ends. */
  #due = false;
  #number: number;
  readonly #tables = new Map<string, ChangedTable>();
  readonly #publisher: Publisher;
  #idle: Position | undefined;
  readonly #notices: { prefix: string; content: Uint8Array }[] = [];

  constructor(
    from: Reached,
    private readonly options: RecorderOptions,
  ) {
    this.#reached = from;
    this.#publisher = new Publisher(from, options.register);
    this.#number = from.lastNumber;
  }

  /** Up to where files are known to the control plane. */
  get known(): Reached {
    return this.#publisher.known;
  }

  /** Rejects when a file could not be sealed or made known. */
  get failure(): Promise<never> {
    return this.#publisher.failure;
  }

  /** Where the source stands, when every transaction before it is known; else undefined. */
  get idleAt(): Position | undefined {
    return this.#parts.length === 0 && this.#publisher.isIdle ? this.#idle : undefined;
  }

  /** What comes next comes after this position: there was nothing of ours before it. */
  pass(position: Position): void {
    this.#reached = { ...this.#reached, position };
  }

  /** Seconds since the first transaction of the file that is written; undefined where there is none. */
  get age(): number | undefined {
    return this.#parts.length === 0 ? undefined : monotonic() - this.#begunAt;
  }

  /** Rows of the transaction that is being received. */
  get insideOf(): number | undefined {
    return this.#inside ? this.#changes : undefined;
  }

  begin(transaction: Begin): void {
    if (this.#closed) return;
    probe('C1');
    const seq = this.#reached.lastSeq + 1;
    this.#inside = true;
    this.#changes = 0;
    this.#idle = undefined;
    this.#writer(seq).begin(seq, transaction);
    this.#part.lastSeq = seq;
  }

  relation(table: ChangedTable): void {
    if (this.#closed) return;
    this.#tables.set(table.id, table);
    this.#parts.at(-1)?.writer.relation(table);
  }

  change(op: RowOp, table: string, bytes: number): void {
    if (this.#closed) return;
    this.#rotateIfFull();
    this.#count();
    this.#part.writer.change(op, table, bytes);
    probe('C2');
  }

  null(): void {
    if (!this.#closed) this.#part.writer.null();
  }

  unchanged(): void {
    if (!this.#closed) this.#part.writer.unchanged();
  }

  value(length: number): void {
    if (!this.#closed) this.#part.writer.value(length);
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#closed) this.#part.writer.append(bytes, start, end);
  }

  truncate(tables: readonly string[], options: { readonly cascade: boolean; readonly restart: boolean }): void {
    if (this.#closed) return;
    this.#rotateIfFull();
    this.#count();
    this.#part.writer.truncate(tables, options);
  }

  /** One outside of any transaction is numbered like one. */
  message(prefix: string, content: Uint8Array): void {
    if (this.#closed) return;
    if (this.#inside) this.#part.writer.message(prefix, content);
    else this.#write({ prefix, content }, NO_XID);
  }

  commit(end: Position): void {
    if (this.#closed) return;
    this.#end(end);
    probe('C3');
    for (const notice of this.#notices.splice(0)) this.#write(notice, OUR_XID);
    if (this.#due || this.#part.writer.rawBytes >= this.options.sealBytes()) this.cut();
  }

  idle(position: Position): void {
    if (!this.#closed) this.#idle = position;
  }

  /** Says something of our own between two transactions, numbered like them. Returns its number. */
  announce(prefix: string, content: Uint8Array): number {
    const seq = this.#reached.lastSeq + 1;
    if (!this.#inside) {
      this.#write({ prefix, content }, OUR_XID);
      return seq;
    }
    return seq + this.#notices.push({ prefix, content });
  }

  #write({ prefix, content }: { prefix: string; content: Uint8Array }, xid: string): void {
    const { position } = this.#reached;
    this.begin({ position, time: `${new Date().toISOString().replace('T', ' ').slice(0, -1)}000+00`, xid });
    this.#part.writer.message(prefix, content);
    this.#end(position);
  }

  #end(end: Position): void {
    const seq = this.#reached.lastSeq + 1;
    this.#part.writer.commit(seq, this.#changes, end);
    this.#inside = false;
    this.#part.position = end;
    this.#reached = { position: end, lastSeq: seq, lastNumber: this.#number };
  }

  /** Seals the file that is written and makes it known, as soon as no transaction is open. */
  cut(): void {
    this.#due = this.#inside;
    if (this.#inside) return;
    const parts = this.#parts.splice(0);
    if (parts.length === 0) return;
    this.#publisher.publish(parts, this.#reached);
  }

  /** What was handed over before is ignored from now on but for whole transactions, which are sealed and known when this resolves. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#inside) await this.abandon();
    else this.cut();
    await this.#publisher.drained();
  }

  /** Leaves nothing behind of what is not sealed. */
  async abandon(): Promise<void> {
    this.#closed = true;
    this.#inside = false;
    await Promise.allSettled(this.#parts.splice(0).map(({ writer }) => writer.abandon()));
    await this.#publisher.drained().catch(() => undefined);
  }

  ready(): Promise<void> | undefined {
    return this.#publisher.ready() ?? this.#parts.at(-1)?.writer.ready();
  }

  #count(): void {
    this.#changes += 1;
    this.#part.changes += 1;
  }

  get #part(): Part {
    return this.#parts.at(-1) as Part;
  }

  #writer(seq: number): CktWriter {
    if (this.#parts.length === 0) {
      this.#begunAt = monotonic();
      this.#open(seq, false);
    }
    return this.#part.writer;
  }

  #open(first: number, continues: boolean): void {
    const { store, migration, compression } = this.options;
    const contents = { migration, chunk: randomUUID(), first, after: this.#reached.position, continues, compression };
    const writer = CktWriter.begin(store, ++this.#number, contents);
    for (const table of this.#tables.values()) writer.relation(table);
    const { position } = this.#reached;
    this.#parts.push({ writer, number: this.#number, first, changes: 0, position, lastSeq: first });
  }

  /** Inside a transaction that is larger than a file the next one goes on. */
  #rotateIfFull(): void {
    if (this.#part.writer.rawBytes < this.options.sealBytes()) return;
    probe('C7');
    void seal(this.#part);
    this.#open(this.#reached.lastSeq + 1, true);
  }
}
