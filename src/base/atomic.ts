import { open, rename, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault, type FaultKind } from './fault.js';
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
    const handle = await open(part, 'wx', 0o600).catch((error) => named(error, part));
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
      await named(error, this.#part);
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

const causes: Readonly<Record<string, readonly [FaultKind, string]>> = {
  ENOSPC: ['resource', 'no space is left on the device'],
  EDQUOT: ['resource', 'the disk quota is used up'],
  EMFILE: ['resource', 'this process has too many files open'],
  ENFILE: ['resource', 'this machine has too many files open'],
  EROFS: ['operator', 'the file system is mounted read-only'],
  EACCES: ['operator', 'permission is denied'],
  EPERM: ['operator', 'the operation is not permitted'],
  EIO: ['unknown', 'the device failed'],
  ESTALE: ['transient', 'the network file system lost the file'],
  ENOENT: ['transient', 'it was taken away'],
  EEXIST: ['unknown', 'it exists already'],
};

async function named(error: unknown, path: string): Promise<never> {
  if (error instanceof Fault) throw error;
  const code = (error as NodeJS.ErrnoException).code ?? 'EIO';
  const [kind, words] = causes[code] ?? ['unknown', (error as Error).message];
  const free = await freeBytes(dirname(path));
  throw new Fault(kind, `cannot write ${path}: ${words}; ${free ?? 'an unknown number of'} bytes are free there`, {
    code,
    safe: 'nothing of this file is counted as written',
    cause: error,
  });
}

/** Bytes that this process may still write in the file system of `directory`; undefined where it cannot say. */
export async function freeBytes(directory: string): Promise<number | undefined> {
  const stats = await statfs(directory).catch(() => undefined);
  return stats && stats.bavail * stats.bsize;
}
