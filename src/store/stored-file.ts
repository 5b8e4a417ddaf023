import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { diskFault } from '../base/disk.js';
import { Fault } from '../base/fault.js';
import type { ByteReader } from '../model/bytes.js';

/** A sealed file that is open for reading. */
export class StoredFile implements ByteReader {
  readonly size: number;
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #name: string;

  private constructor(handle: FileHandle, path: string, name: string, size: number) {
    this.#handle = handle;
    this.#path = path;
    this.#name = name;
    this.size = size;
  }

  /** Refuses what is no plain file, links too: somebody may have planted them. */
  static async open(path: string, name: string): Promise<StoredFile> {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(
      async (error: NodeJS.ErrnoException) => {
        throw await unopened(error, path, name);
      },
    );
    const stats = await handle.stat();
    if (stats.isFile()) return new StoredFile(handle, path, name, stats.size);
    await handle.close();
    throw foreign(path, name, stats.isDirectory() ? 'a directory' : 'no plain file');
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length;) {
      const read = await this.#handle.read(buffer, done, length - done, offset + done).catch(async (error) => {
        throw await diskFault('read', this.#path, error);
      });
      if (read.bytesRead === 0) throw shrunk(this.#name, offset + length, offset + done);
      done += read.bytesRead;
    }
    return buffer;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function unopened(error: NodeJS.ErrnoException, path: string, name: string): Promise<Fault> {
  if (error.code === 'ELOOP') return foreign(path, name, 'a symbolic link');
  if (error.code !== 'ENOENT') return (await diskFault('read', path, error)).at({ chunk: name });
  return refusal('CHUNK_MISSING', name, `there is no ${path}`);
}

const foreign = (path: string, name: string, found: string): Fault =>
  refusal('CHUNK_FOREIGN', name, `${path}: expected a plain file, found ${found}`);

const shrunk = (name: string, expected: number, found: number): Fault =>
  refusal('CHUNK_CUT', name, `the file was cut while it was read: expected ${expected} bytes, found ${found}`);

const refusal = (code: string, chunk: string, message: string): Fault =>
  new Fault('permanent', message, {
    code,
    place: { chunk },
    safe: 'none of the bytes asked for were sent',
    hint: 'Put the right file back, or have the chunk extracted again.',
  });
