import type { ByteSink } from '../../../src/model/bytes.js';
import type { Begin, ChangeSink } from '../../../src/model/change.js';
import { formatLsn } from '../../../src/db/postgres/lsn.js';
import type { LogSink } from '../../../src/db/postgres/replication.js';
import { Fields, uint32 } from './fields.js';
import { parseRelation, strange, type Followed, type Relation } from './followed.js';
import { LargeRow } from './large-row.js';
import { DELETE, INSERT, RowReader, UPDATE } from './rows.js';

/** Longer messages are not assembled. */
const SMALL = 256 << 10;
const EPOCH = Date.UTC(2000, 0, 1);
const MESSAGE = 0x4d;
const NOBODY = { append: () => undefined };
const isRow = (type: number): boolean => type === INSERT || type === UPDATE || type === DELETE;

export interface ReaderOptions {
  readonly describe: (relation: Relation) => Promise<Followed>;
  /** Rows up to this length are read as a whole, longer ones as their bytes arrive. */
  readonly small?: number;
}

/**
 * Reads the messages of pgoutput, protocol 1, from pieces cut anywhere, into a sink. Transactions without a change that
 * concerns us are passed over. While a table is being described, what follows is held: no more than the socket has
 * given, since the next input comes only after `ready`.
 */
export class ChangeReader implements LogSink {
  readonly #tables = new Map<number, Followed>();
  readonly #rows: RowReader;
  readonly #small: number;
  #waitsFor: Promise<void> | undefined;
  #held: (() => void)[] = [];
  #message = Buffer.alloc(0); // one that came in pieces
  #filled = 0;
  #length = 0;
  #large: Pick<ByteSink, 'append'> | undefined;
  #begin: Begin | undefined; // not told yet
  #open = false;
  #end = 0n;

  constructor(
    private readonly sink: ChangeSink,
    private readonly options: ReaderOptions,
  ) {
    this.#rows = new RowReader(sink);
    this.#small = options.small ?? SMALL;
  }

  /** Hands nothing over before this is settled; where it rejects, so does `ready`. */
  hold(until: Promise<void>): void {
    this.#waitsFor = until;
    until.catch(() => undefined); // told by `ready`
  }

  row(length: number): void {
    if (this.#waitsFor) return this.#later(() => this.row(length));
    this.#length = length;
    this.#filled = 0;
    this.#large = undefined;
  }

  append(chunk: Uint8Array, start: number, end: number): void {
    if (this.#waitsFor) return this.#later(() => this.append(chunk, start, end));
    if (this.#filled === 0 && this.#large === undefined) this.#large = this.#largeOf(chunk[start]!);
    if (this.#large) this.#large.append(chunk, start, end);
    else if (end - start === this.#length) this.#read(chunk, start, end);
    else this.#assemble(chunk, start, end);
  }

  sent(upTo: bigint): void {
    if (this.#waitsFor) return this.#later(() => this.sent(upTo));
    if (this.#open || this.#begin !== undefined || upTo <= this.#end) return;
    this.#end = upTo;
    this.sink.idle(formatLsn(upTo));
  }

  ready(): Promise<void> | undefined {
    return this.#waitsFor ? this.#catchUp() : this.sink.ready();
  }

  async #catchUp(): Promise<void> {
    while (this.#waitsFor) {
      await this.#waitsFor;
      this.#waitsFor = undefined;
      for (const call of this.#held.splice(0)) call(); // which may be held once more
    }
    await this.sink.ready();
  }

  #later(call: () => void): void {
    this.#held.push(call);
  }

  /** Who takes a message that is too long to be assembled. Only rows are; what else applications log is passed over. */
  #largeOf(type: number): Pick<ByteSink, 'append'> | undefined {
    if (isRow(type)) return this.#length > this.#small ? this.#largeRow() : undefined;
    return type === MESSAGE && this.#length > SMALL ? NOBODY : undefined;
  }

  #assemble(chunk: Uint8Array, start: number, end: number): void {
    if (this.#filled === 0) this.#message = Buffer.allocUnsafe(this.#length); // its own: the sink may keep it until `ready`
    this.#message.set(chunk.subarray(start, end), this.#filled);
    this.#filled += end - start;
    if (this.#filled === this.#length) this.#read(this.#message, 0, this.#length);
  }

  #largeRow(): LargeRow {
    this.#tellBegin();
    return new LargeRow(this.sink, (id) => this.#find(id), this.#length);
  }

  #read(bytes: Uint8Array, start: number, end: number): void {
    const type = bytes[start]!;
    if (isRow(type)) {
      this.#tellBegin();
      this.#rows.read(type, this.#find(uint32(bytes, start + 1)), bytes, start + 5, end);
    } else this.#readOther(String.fromCharCode(type), bytes, start + 1);
  }

  #readOther(type: string, bytes: Uint8Array, at: number): void {
    const fields = new Fields(bytes, at);
    if (type === 'B') this.#begin = beginOf(fields);
    else if (type === 'C') this.#commit(fields);
    else if (type === 'R') this.hold(this.#describe(parseRelation(bytes, at)));
    else if (type === 'T') this.#truncate(fields);
    else if (type === 'M') this.#tellMessage(fields);
    else if (type !== 'Y' && type !== 'O') throw strange(`a message of type ${JSON.stringify(type)}`);
  }

  async #describe(relation: Relation): Promise<void> {
    const followed = await this.options.describe(relation);
    const known = this.#tables.get(relation.id);
    this.#tables.set(relation.id, followed);
    if (known && JSON.stringify(known.table) === JSON.stringify(followed.table)) return;
    this.#tellBegin();
    this.sink.relation(followed.table);
  }

  #truncate(fields: Fields): void {
    this.#tellBegin();
    const count = fields.uint32();
    const options = fields.byte();
    const tables = Array.from({ length: count }, () => this.#find(fields.uint32()).table.id);
    this.sink.truncate(tables, { cascade: (options & 1) !== 0, restart: (options & 2) !== 0 });
  }

  #tellMessage(fields: Fields): void {
    const transactional = fields.byte() !== 0;
    fields.uint64(); // where it is
    const prefix = fields.text();
    if (transactional) this.#tellBegin();
    this.sink.message(prefix, fields.rest(fields.uint32()));
  }

  /** Behind the flags, where the commit is, which B said too; then where it ends. */
  #commit(fields: Fields): void {
    fields.byte();
    fields.uint64();
    this.#end = fields.uint64();
    const end = formatLsn(this.#end);
    if (this.#open) this.sink.commit(end);
    else this.sink.idle(end);
    this.#open = false;
    this.#begin = undefined;
  }

  #tellBegin(): void {
    if (this.#begin === undefined) return;
    this.sink.begin(this.#begin);
    this.#begin = undefined;
    this.#open = true;
  }

  #find(id: number): Followed {
    const followed = this.#tables.get(id);
    if (followed === undefined) throw strange(`a change of table ${id}, which was not described`);
    return followed;
  }
}

function beginOf(fields: Fields): Begin {
  const position = formatLsn(fields.uint64());
  const micros = fields.uint64();
  const time = new Date(EPOCH + Number(micros / 1000n)).toISOString();
  const rest = String(micros % 1000n).padStart(3, '0');
  return { position, time: `${time.slice(0, 10)} ${time.slice(11, 23)}${rest}+00`, xid: String(fields.uint32()) };
}
