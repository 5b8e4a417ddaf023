import type { ByteStore } from '../model/bytes.js';

/**
 * Where chunk files pass from extractors to loaders: written from start to end, sealed, read in ranges, removed.
 * Names are those of `format/name.ts`. Faults: CHUNK_EXISTS, CHUNK_MISSING, CHUNK_FOREIGN (no plain object),
 * CHUNK_CUT (it shrank while open), and those of the medium.
 */
export interface ChunkStore extends ByteStore {
  /** Sealed objects only, in no order. */
  list(): Promise<StoredObject[]>;
  /** Removing what is not there succeeds. */
  remove(name: string): Promise<void>;
  /** What can still be stored, or undefined where there is no such limit. */
  freeBytes(): Promise<number | undefined>;
  /** Removes what writers that are dead left unfinished, never what a living one writes. Returns the number. */
  sweepParts(): Promise<number>;
}

export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
}
