import { Fault } from '../../../src/base/fault.js';
import type { ByteReader, ByteStore, ByteWriter } from '../../../src/model/bytes.js';

/** Sealed objects in a map: bytes can be damaged at will, thousands of times a second. */
export class MemoryStore implements ByteStore {
  readonly files = new Map<string, Buffer>();

  async create(name: string): Promise<ByteWriter> {
    const parts: Buffer[] = [];
    return {
      write: async (bytes) => void parts.push(Buffer.from(bytes)),
      seal: async () => void this.files.set(name, Buffer.concat(parts)),
      abandon: async () => void parts.splice(0),
    };
  }

  async open(name: string): Promise<ByteReader> {
    const file = this.files.get(name);
    if (!file) throw new Fault('permanent', `no ${name}`, { code: 'CHUNK_MISSING' });
    return {
      size: file.length,
      read: async (offset, length) => Buffer.from(file.subarray(offset, offset + length)),
      close: async () => undefined,
    };
  }

  /** A store in which `name` is `bytes`. */
  static with(name: string, bytes: Buffer): MemoryStore {
    const store = new MemoryStore();
    store.files.set(name, bytes);
    return store;
  }
}
