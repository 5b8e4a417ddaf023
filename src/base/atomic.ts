import { open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskFault } from './disk.js';
import { probe } from './probe.js';

/**
 * A file that appears under its name only when it is whole and durable: written aside, fsynced, renamed, and
 * its directory fsynced (a rename that only the page cache knows does not survive a power loss). Mode 0600.
 * Every failure is a Fault that names path, cause and free bytes; what was written is removed.
 */
export class AtomicFile {
  readonly #path: string;
  readonly #part: string;
  readonly #handle: FileHandle;
  #at: string | undefined;
  #written = 0;

  private constructor(path: string, part: string, handle: FileHandle) {
    this.#path = path;
    this.#part = this.#at = part;
    this.#handle = handle;
  }

  /** `part` lies in the same directory and must not exist. */
  static async create(path: string, part: string): Promise<AtomicFile> {
    const handle = await open(part, 'wx', 0o600).catch(async (error) => {
      throw await diskFault('write', part, error);
    });
    const file = new AtomicFile(path, part, handle);
    await file.#attempt(() => probe('X1'));
    return file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#attempt(async () => {
      // A nearly full disk takes a part of a write and reports success: count.
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#written + done);
        if (bytesWritten === 0) throw Object.assign(new Error('the disk took no byte'), { code: 'EIO' });
        done += bytesWritten;
      }
      probe(this.#written === 0 ? 'X2' : 'X3');
      this.#written += bytes.length;
    });
  }

  async seal(): Promise<void> {
    await this.#attempt(async () => {
      probe('X4');
      await this.#handle.sync();
      probe('X5');
      await rename(this.#part, this.#path);
      this.#at = this.#path;
      probe('X6');
      await syncDirectory(dirname(this.#path));
      await this.#handle.close();
      this.#at = undefined;
    });
  }

  async abandon(): Promise<void> {
    const left = this.#at;
    if (left === undefined) return;
    this.#at = undefined;
    await this.#handle.close().catch(() => undefined);
    await unlink(left).catch(() => undefined); // gone already, or the directory is: nothing is left either way
  }

  async #attempt(body: () => Promise<void> | void): Promise<void> {
    try {
      await body();
    } catch (error) {
      await this.abandon();
      throw await diskFault('write', this.#part, error);
    }
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
