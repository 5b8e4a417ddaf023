import { Fault } from '../base/fault.js';
import type { ByteStore } from '../model/bytes.js';
import type { ChangedTable } from '../model/change.js';
import { cktHeader, type CktHeader } from './ckt.js';
import { ItemDecoder, type CktItem } from './ckt-items.js';
import { FarBook } from './far.js';
import { FrameReader } from './frame-reader.js';
import { checkHeader, checkSame } from './header.js';
import { LongLine } from './long-line.js';
import { cktName } from './name.js';

export { FarBook, type CktItem };

/** What is known of a file, and shared with other files. What is absent is not compared. */
export interface CktExpected {
  readonly migration?: string;
  readonly checksum?: string;
  /** Tables by what they are like: those of equal descriptions are one object in all files that share it. */
  readonly tables?: Map<string, ChangedTable>;
}

export interface CktReader {
  readonly header: CktHeader;
  /** The last seq that ends in it; `first - 1` if none does. */
  readonly last: number;
  /** It ends inside a transaction. */
  readonly open: boolean;
  readonly rawBytes: number;
  readonly checksum: string;
  /**
   * Every block is verified before an item of it is yielded. Rows are parts of a block's memory: copy what is to stay.
   * Values longer than a block are left in the file, for `book` to read. Fault BAD_LINE for what the format does not know.
   */
  items(book?: FarBook): AsyncIterable<readonly CktItem[]>;
  close(): Promise<void>;
}

/** Opens a sealed file of changes, or refuses it before its first line. */
export async function openCkt(store: ByteStore, number: number, expected: CktExpected = {}): Promise<CktReader> {
  const { migration, checksum: recorded, tables = new Map<string, ChangedTable>() } = expected;
  const name = cktName(number);
  const frame = await FrameReader.open(store, name, 'ckt');
  try {
    const header = checkHeader(frame, cktHeader);
    const { checksum, footer } = frame;
    checkSame(name, 'CHUNK_FOREIGN', 'migration', migration, header.migration);
    checkSame(name, 'CHUNK_STALE', 'checksum of the file that was recorded', recorded, checksum);
    return {
      ...{ header, checksum, last: footer.ended, open: footer.open, rawBytes: footer.raw },
      items: (book = new FarBook(store)) => itemsOf(frame, header, new ItemDecoder(tables), book),
      close: () => frame.close(),
    };
  } catch (error) {
    await frame.close();
    throw error;
  }
}

async function* itemsOf(
  frame: FrameReader,
  { compression }: CktHeader,
  decoder: ItemDecoder,
  book: FarBook,
): AsyncGenerator<CktItem[]> {
  const { name: file, checksum } = frame;
  let long: LongLine | undefined;
  let block = 0;
  try {
    for await (const { bytes, endsRow } of frame.pieces(compression)) {
      if (!endsRow) long ??= new LongLine((extent) => book.add({ file, checksum, ...extent }));
      long?.push(bytes, block, endsRow);
      block += 1;
      if (endsRow) yield* decoder.batches(long?.bytes ?? bytes, long !== undefined);
      if (endsRow) long = undefined;
    }
  } catch (error) {
    throw error instanceof Fault ? error.at({ chunk: file }) : error;
  }
}
