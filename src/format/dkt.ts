import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Fault } from '../base/fault.js';
import type { ByteSink, ByteStore } from '../model/bytes.js';
import { FrameReader, type Piece } from './frame-reader.js';
import { FrameWriter, type Sealed } from './frame-writer.js';
import type { Compression } from './frame.js';
import { checkHeader, checkSame } from './header.js';
import { refused } from './refusal.js';
import { afterRows } from './rows.js';

const header = z.object({
  /** The file's own name: `dktName` of table and number. */
  name: z.string(),
  /** The migration's id. */
  migration: z.string(),
  /** A new uuid for every chunk that is written. */
  chunk: z.string(),
  generation: z.number().int(),
  schema: z.string(),
  table: z.string(),
  /** In the order of the values of a row; `type` in the source's words, with modifiers. */
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  encoding: z.enum(['text', 'pgcopy']),
  compression: z.enum(['none', 'brotli']),
  /** The slice, in its extractor's words. */
  bounds: z.string(),
  /** Of the snapshot, or ''. */
  position: z.string(),
  fingerprint: z.string(),
});

export type DktHeader = Readonly<z.infer<typeof header>>;

/** sha256 over `name NUL type LF` of the columns in order: what a `.dkt` and a stream of changes can both know. */
export const fingerprint = (columns: DktHeader['columns']): string =>
  columns.reduce((hash, c) => hash.update(`${c.name}\0${c.type}\n`), createHash('sha256')).digest('hex');

/** What is to be written; the rest of a header follows from it. */
export type DktContents = Omit<DktHeader, 'name' | 'compression' | 'fingerprint'>;

/** Begins a chunk under its name. Fault CHUNK_EXISTS when a file of that name is sealed already. */
export async function createDkt(
  store: ByteStore,
  name: string,
  contents: DktContents,
  compression: Compression,
): Promise<DktWriter> {
  const header = { ...contents, compression, fingerprint: fingerprint(contents.columns) };
  return new DktWriter(await FrameWriter.create(store, name, 'dkt', header));
}

/** Writes one chunk of a table's rows. On any failure call `abandon`; nothing is left then. */
export class DktWriter implements ByteSink {
  readonly #frame: FrameWriter;
  #rows = 0;
  /** Asked after each input with the rows and raw bytes so far: what it returns is waited for, too. */
  pace: ((rows: number, bytes: number) => Promise<void> | undefined) | undefined;

  constructor(frame: FrameWriter) {
    this.#frame = frame;
  }

  row(length: number): void {
    this.#frame.record(length, ++this.#rows);
  }

  endRow(): void {
    this.#frame.endRecord();
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    this.#frame.append(bytes, start, end);
  }

  ready(): Promise<void> | undefined {
    const [wait, room] = [this.pace?.(this.#rows, this.#frame.rawBytes), this.#frame.ready()];
    return wait && room ? Promise.all([wait, room]).then(() => undefined) : (wait ?? room);
  }

  /** What comes has to wait until a block is stored. */
  get isFull(): boolean {
    return this.#frame.isFull;
  }

  /** The file is durable when this resolves. */
  seal(): Promise<Sealed> {
    return this.#frame.seal();
  }

  abandon(): Promise<void> {
    return this.#frame.abandon();
  }
}

/** What the control tables say of a chunk. What is absent is not compared. */
export interface Expected {
  readonly migration?: string;
  readonly generation?: number;
  readonly rows?: number;
  readonly checksum?: string;
  /** Of the table as the loader knows it. */
  readonly fingerprint?: string;
}

export interface ChunkReader {
  readonly header: DktHeader;
  readonly rows: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly checksum: string;
  /** From row `fromRow` (0: all, n: n rows are disposed of). Every block is verified before it is yielded. */
  blocks(fromRow: number): AsyncIterable<Piece>;
  close(): Promise<void>;
}

/** Opens a sealed chunk, or refuses it before its first row: Fault `permanent` with a `Refusal` or CHUNK_MISSING. */
export async function openDkt(store: ByteStore, name: string, expected: Expected = {}): Promise<ChunkReader> {
  const frame = await FrameReader.open(store, name, 'dkt');
  try {
    return reader(frame, checkedHeader(frame, expected));
  } catch (error) {
    await frame.close();
    throw error;
  }
}

function reader(frame: FrameReader, header: DktHeader): ChunkReader {
  return {
    header,
    rows: frame.footer.ended,
    rawBytes: frame.footer.raw,
    storedBytes: frame.size,
    checksum: frame.checksum,
    blocks: (fromRow) => rowsFrom(frame, header, fromRow),
    close: () => frame.close(),
  };
}

function checkedHeader(frame: FrameReader, expected: Expected): DktHeader {
  const { name, footer, checksum } = frame;
  const data = checkHeader(frame, header);
  checkSame(name, 'CHUNK_FOREIGN', 'migration', expected.migration, data.migration);
  checkSame(name, 'CHUNK_STALE', 'generation', expected.generation, data.generation);
  checkSame(name, 'CHUNK_STALE', 'fingerprint of the columns', expected.fingerprint, data.fingerprint);
  checkSame(name, 'CHUNK_STALE', 'rows', expected.rows, footer.ended);
  checkSame(name, 'CHUNK_STALE', 'checksum of the file that was recorded', expected.checksum, checksum);
  return data;
}

async function* rowsFrom(frame: FrameReader, header: DktHeader, fromRow: number): AsyncGenerator<Piece> {
  if (fromRow > frame.footer.ended) throw beyond(frame, fromRow);
  if (fromRow === frame.footer.ended) return;
  const first = frame.blockOf(fromRow);
  let skip = fromRow - frame.endedBefore(first);
  for await (const piece of frame.pieces(header.compression, first)) {
    yield skip === 0 ? piece : { ...piece, bytes: without(frame, header, piece.bytes, skip) };
    skip = 0;
  }
}

function without(frame: FrameReader, { encoding }: DktHeader, bytes: Buffer, rows: number): Buffer {
  const start = afterRows(encoding, bytes, rows);
  if (start === undefined) throw refused('CHUNK_DAMAGED', frame.name, 'rows in a block', `more than ${rows}`, 'fewer');
  return bytes.subarray(start);
}

const beyond = (frame: FrameReader, fromRow: number): Fault =>
  refused('CHUNK_STALE', frame.name, 'the mark lies beyond the file, rows', `at least ${fromRow}`, frame.footer.ended);
