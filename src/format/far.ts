import { Fault } from '../base/fault.js';
import type { ByteStore } from '../model/bytes.js';
import type { FarValues } from '../model/change.js';
import { cktHeader } from './ckt.js';
import { FrameReader } from './frame-reader.js';
import { checkHeader, checkSame } from './header.js';

/** Where the escaped bytes of a value lie. */
export interface FarPlace {
  /** The file's name, and what tells it from another of that name. */
  readonly file: string;
  readonly checksum: string;
  /** The block in which it begins, and where in that block's raw bytes. */
  readonly block: number;
  readonly offset: number;
  readonly length: number;
}

/** Values that were left in their files. They can be read as long as the files are there. */
export class FarBook implements FarValues {
  readonly #store: ByteStore;
  readonly #places: FarPlace[] = [];

  constructor(store: ByteStore) {
    this.#store = store;
  }

  /** No value is far. */
  get isEmpty(): boolean {
    return this.#places.length === 0;
  }

  /** The number by which it is read. */
  add(place: FarPlace): number {
    return this.#places.push(place) - 1;
  }

  /** Faults as of `openCkt`. */
  async *read(n: number): AsyncGenerator<Uint8Array> {
    const place = this.#places[n];
    if (!place) throw new Fault('permanent', `there is no far value ${n}`, { code: 'FAR_VALUE' });
    const frame = await FrameReader.open(this.#store, place.file, 'ckt');
    try {
      const { compression } = checkHeader(frame, cktHeader);
      checkSame(place.file, 'CHUNK_STALE', 'checksum of the file that was read', place.checksum, frame.checksum);
      let { offset, length } = place;
      for await (const { bytes } of frame.pieces(compression, place.block)) {
        const part = bytes.subarray(offset, offset + length);
        yield part;
        length -= part.length;
        offset = 0;
        if (length === 0) return;
      }
    } finally {
      await frame.close();
    }
  }
}
