import { z } from 'zod';
import type { ByteStore } from '../model/bytes.js';
import { encodeLine, LineDecoder, type Line } from './ckt-line.js';
import { FrameReader } from './frame-reader.js';
import { FrameWriter, type Sealed } from './frame-writer.js';
import { checkHeader, checkSame } from './header.js';
import { cktName } from './name.js';

const header = z.object({
  /** The file's own name: `cktName` of its number. */
  name: z.string(),
  migration: z.string(),
  /** A new uuid for every file that is written. */
  chunk: z.string(),
  /** The seq of the first transaction that has a line in it. */
  first: z.number().int(),
  /** Where in the source's log that transaction begins. */
  position: z.string(),
  /** Its first lines belong to a transaction that the file before it began. */
  continues: z.boolean(),
  compression: z.enum(['none', 'brotli']),
});

export type CktHeader = Readonly<z.infer<typeof header>>;
export type CktContents = Omit<CktHeader, 'name'>;

/** Writes one file of changes. On any failure call `abandon`; nothing is left then. */
export class CktWriter {
  readonly #frame: FrameWriter;
  #seq: number;
  #open: boolean;

  private constructor(header: CktContents, frame: FrameWriter) {
    this.#frame = frame;
    this.#seq = header.first - 1;
    this.#open = header.continues;
  }

  static async create(store: ByteStore, number: number, contents: CktContents): Promise<CktWriter> {
    const frame = await FrameWriter.create(store, cktName(number), 'ckt', contents, contents.first - 1);
    return new CktWriter(contents, frame);
  }

  line(line: Line): void {
    if (line.op === 'E') this.#seq += 1;
    if (line.op === 'B' || line.op === 'E') this.#open = line.op === 'B';
    const bytes = encodeLine(line);
    this.#frame.record(bytes.length, this.#seq);
    this.#frame.append(bytes, 0, bytes.length);
  }

  /** A promise to wait for before the next line, or undefined when there is room. */
  ready(): Promise<void> | undefined {
    return this.#frame.ready();
  }

  /** The file is durable when this resolves; `rows` is its last seq. */
  seal(): Promise<Sealed> {
    return this.#frame.seal(this.#open);
  }

  abandon(): Promise<void> {
    return this.#frame.abandon();
  }
}

export interface CktReader {
  readonly header: CktHeader;
  /** The last seq that ends in it; `first - 1` if none does. */
  readonly last: number;
  /** It ends inside a transaction. */
  readonly open: boolean;
  readonly checksum: string;
  /** Every block is verified before a line of it is yielded. */
  lines(): AsyncIterable<Line>;
  close(): Promise<void>;
}

/** Opens a sealed file of changes, or refuses it before its first line. What `expected` lacks is not compared. */
export async function openCkt(
  store: ByteStore,
  number: number,
  expected: { readonly migration?: string; readonly checksum?: string } = {},
): Promise<CktReader> {
  const name = cktName(number);
  const frame = await FrameReader.open(store, name, 'ckt');
  try {
    const data = checkHeader(frame, header);
    checkSame(name, 'CHUNK_FOREIGN', 'migration', expected.migration, data.migration);
    checkSame(name, 'CHUNK_STALE', 'checksum of the file that was recorded', expected.checksum, frame.checksum);
    const { ended: last, open } = frame.footer;
    const lines = () => linesOf(frame, data);
    return { header: data, last, open, checksum: frame.checksum, lines, close: () => frame.close() };
  } catch (error) {
    await frame.close();
    throw error;
  }
}

async function* linesOf(frame: FrameReader, header: CktHeader): AsyncGenerator<Line> {
  const decoder = new LineDecoder();
  for await (const piece of frame.pieces(header.compression)) yield* decoder.push(piece.bytes);
  decoder.end();
}
