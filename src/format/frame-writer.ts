import { promisify } from 'node:util';
import { brotliCompress, constants, crc32 } from 'node:zlib';
import { Fault } from '../base/fault.js';
import type { ByteStore, ByteWriter } from '../model/bytes.js';
import {
  BLOCK_BYTES,
  checksumOf,
  encodeFooter,
  encodeHead,
  encodeTable,
  type Compression,
  type Entry,
  type Kind,
} from './frame.js';

export interface Sealed {
  /** Rows of the file (ckt: its last seq). */
  readonly rows: number;
  readonly rawBytes: number;
  /** Size of the file. */
  readonly storedBytes: number;
  /** For `wirekite_progress.checksum`. */
  readonly checksum: string;
}

/** Blocks on their way to the store. With the one that is filled, and compressed copies, that is at most 8 MiB. */
const IN_FLIGHT = 3;
/** Behind each block there is room for a copy of an input of this size: what a socket delivers at once. */
export const INPUT_BYTES = 1 << 16;

const brotli = promisify(brotliCompress);

type Header = { readonly compression: Compression };

async function created(store: ByteStore, name: string, head: Buffer): Promise<ByteWriter> {
  const file = await store.create(name);
  try {
    await file.write(head);
    return file;
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/**
 * Writes the blocks of any chunk file. Records (rows, lines) are announced with their length; a record that does
 * not fit into the rest of a block begins the next one, and one longer than a block has blocks of its own. So a
 * reader finds the start of every record without looking at more than one block.
 */
export class FrameWriter {
  readonly #file: Promise<ByteWriter>;
  readonly #head: Buffer;
  readonly #compression: Compression;
  readonly #entries: Entry[] = [];
  readonly #spare: Buffer<ArrayBuffer>[] = [];
  readonly #flights: Promise<void>[] = [];
  #offset: number;
  #raw = 0;
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES + INPUT_BYTES);
  #used = 0;
  /** Of which a copy lies behind the block. */
  #input: Uint8Array | undefined;
  /** How far records may begin in this block: 0 once it holds a long one. */
  #limit = BLOCK_BYTES;
  #endedBefore: number;
  #inside = false;
  /** Bytes of the current record that have not come yet. */
  #missing = 0;
  #ended: number;
  #endedBeforeRecord: number;

  private constructor(file: Promise<ByteWriter>, head: Buffer, compression: Compression, ended: number) {
    this.#file = file;
    file.catch(() => undefined); // told by what waits for it
    this.#head = head;
    this.#compression = compression;
    this.#offset = head.length;
    this.#ended = this.#endedBefore = this.#endedBeforeRecord = ended;
  }

  /**
   * Returns at once: the first block waits for the file. `ended`: rows (ckt: the seq) that ended before the file's first
   * record.
   */
  static begin(store: ByteStore, name: string, kind: Kind, header: Header, ended = 0): FrameWriter {
    const head = encodeHead(kind, { ...header, name });
    return new FrameWriter(created(store, name, head), head, header.compression, ended);
  }

  /** Resolves once the file is there. */
  static async create(store: ByteStore, name: string, kind: Kind, header: Header): Promise<FrameWriter> {
    const frame = FrameWriter.begin(store, name, kind, header);
    await frame.#file;
    return frame;
  }

  /** Raw bytes so far. */
  get rawBytes(): number {
    return this.#raw + this.#used;
  }

  /**
   * Announces a record; `ended`: the rows (ckt: the seq) that have ended when it has. One of length Infinity has blocks
   * of its own, and ends with `endRecord`.
   */
  record(length: number, ended: number): void {
    if (this.#missing !== 0) throw this.#torn();
    if (this.#used + length > this.#limit) this.#nextBlock(false);
    if (length > BLOCK_BYTES) this.#limit = 0;
    this.#missing = length;
    this.#endedBeforeRecord = this.#ended;
    this.#ended = ended;
  }

  endRecord(): void {
    this.#missing = 0;
  }

  /** Takes them as a `ByteSink` does; but of an input longer than INPUT_BYTES a copy at once. */
  append(bytes: Uint8Array, start: number, end: number): void {
    this.#missing -= end - start;
    for (let room = BLOCK_BYTES - this.#used; end - start > room; room = BLOCK_BYTES) {
      this.#copy(bytes, start, start + room);
      start += room;
      this.#nextBlock(true);
    }
    this.#copy(bytes, start, end);
  }

  /** Rejects when a block could not be written. */
  ready(): Promise<void> | undefined {
    this.#input = undefined;
    return this.#flights.length < IN_FLIGHT ? undefined : this.#flights[0];
  }

  /** What comes has to wait until a block is stored. */
  get isFull(): boolean {
    return this.#flights.length >= IN_FLIGHT;
  }

  /** `open`: it ends inside a transaction (ckt). */
  async seal(open = false): Promise<Sealed> {
    if (this.#missing !== 0) throw this.#torn();
    if (this.#used > 0) this.#dispatch();
    await this.#flights.at(-1);
    const file = await this.#file;
    const table = encodeTable(this.#entries);
    const footer = encodeFooter({
      bodyOffset: this.#head.length,
      tableOffset: this.#offset,
      blocks: this.#entries.length,
      headCrc: crc32(this.#head),
      tableCrc: crc32(table),
      open,
      ended: this.#ended,
      raw: this.#raw,
    });
    await file.write(Buffer.concat([table, footer]));
    await file.seal();
    return {
      rows: this.#ended,
      rawBytes: this.#raw,
      storedBytes: this.#offset + table.length + footer.length,
      checksum: checksumOf(this.#head, table, footer),
    };
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#flights);
    const file = await this.#file.catch(() => undefined);
    await file?.abandon();
  }

  /** Moves rows within one buffer: the view that any other copy makes for each would cost three times as much. */
  #copy(bytes: Uint8Array, start: number, end: number): void {
    if (bytes.length > INPUT_BYTES) {
      this.#block.set(bytes.subarray(start, end), this.#used);
    } else {
      if (this.#input !== bytes) this.#block.set(bytes, BLOCK_BYTES);
      this.#input = bytes;
      this.#block.copyWithin(this.#used, BLOCK_BYTES + start, BLOCK_BYTES + end);
    }
    this.#used += end - start;
  }

  /** Ends the block; the next begins between two records or `inside` one. */
  #nextBlock(inside: boolean): void {
    if (this.#used > 0) {
      this.#dispatch();
      this.#block = this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES + INPUT_BYTES);
      this.#input = undefined;
    }
    this.#inside = inside;
    this.#endedBefore = inside ? this.#endedBeforeRecord : this.#ended;
    if (!inside) this.#limit = BLOCK_BYTES;
  }

  #dispatch(): void {
    const block = this.#block;
    const raw = block.subarray(0, this.#used);
    this.#raw += raw.length;
    this.#used = 0;
    const entry = { raw: raw.length, endedBefore: this.#endedBefore, inside: this.#inside };
    const flight = Promise.all([this.#packed(raw), this.#flights.at(-1)]).then(async ([stored]) => {
      await this.#put(stored, entry);
      void this.#flights.shift(); // this one: they land in order
      if (this.#spare.length < IN_FLIGHT) this.#spare.push(block);
    });
    flight.catch(() => undefined); // ready() and seal() report it: a failed flight never leaves the queue
    this.#flights.push(flight);
  }

  async #packed(raw: Buffer): Promise<Buffer> {
    if (this.#compression === 'none') return raw;
    return brotli(raw, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
    });
  }

  async #put(stored: Buffer, entry: Pick<Entry, 'raw' | 'endedBefore' | 'inside'>): Promise<void> {
    const file = await this.#file;
    await file.write(stored);
    this.#entries.push({ ...entry, offset: this.#offset, stored: stored.length, crc: crc32(stored) });
    this.#offset += stored.length;
  }

  #torn(): Fault {
    const more = this.#missing < 0 ? `${-this.#missing} bytes more` : `${this.#missing} bytes less`;
    return new Fault('permanent', `the source sent ${more} than it announced for row ${this.#ended}`, {
      code: 'ROW_TORN',
      place: { row: this.#ended },
      safe: 'the file is not sealed',
    });
  }
}
