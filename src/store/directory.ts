import { constants, type Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AtomicFile, freeBytes } from '../base/atomic.js';
import { Fault } from '../base/fault.js';
import type { ByteReader, ByteWriter } from '../model/bytes.js';
import { mayLive, parsePart, partName } from './part.js';
import type { ChunkStore, StoredObject } from './store.js';

/** Opens a directory as chunk store and makes it (0700) if need be. Refuses one that others could read or plant in. */
export async function openDirectory(path: string): Promise<ChunkStore> {
  const directory = resolve(path);
  try {
    if (await mkdir(directory, { recursive: true, mode: 0o700 })) await chmod(directory, 0o700);
  } catch (error) {
    throw refusal(directory, `cannot be made: ${(error as Error).message}`, 'Name a directory that can be made.');
  }
  refuseUnsafe(directory, await lstat(directory));
  return new Directory(directory);
}

function refuseUnsafe(path: string, stats: Stats): void {
  const mode = stats.mode & 0o777;
  if (stats.isSymbolicLink()) {
    throw refusal(path, 'is a symbolic link, which somebody may have planted', 'Name the directory itself.');
  }
  if (!stats.isDirectory()) throw refusal(path, 'is no directory', 'Name a directory.');
  if ((mode & 0o077) !== 0) {
    const found = `has mode 0${mode.toString(8)} where 0700 is expected: others can reach the rows in it`;
    throw refusal(path, found, `chmod 700 '${path}'`);
  }
}

const refusal = (path: string, why: string, hint: string): Fault =>
  new Fault('operator', `the chunk directory ${path} ${why}`, { code: 'CHUNK_STORE', hint });

class Directory implements ChunkStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async create(name: string): Promise<ByteWriter> {
    const path = this.#file(name);
    if (await lstat(path).catch(absent)) {
      throw new Fault('permanent', `${path} is sealed already, and a sealed file never changes`, {
        code: 'CHUNK_EXISTS',
        place: { chunk: name },
        hint: 'Write the chunk under its next number, or remove this file if nothing counts it as written.',
      });
    }
    await this.#sweep((part) => part.name === name);
    return AtomicFile.create(path, join(this.#path, partName(name)));
  }

  async open(name: string): Promise<ByteReader> {
    const path = this.#file(name);
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error) =>
      unopened(error, path, name),
    );
    const stats = await handle.stat();
    if (stats.isFile()) return new OpenFile(handle, name, stats.size);
    await handle.close();
    throw foreign(path, name, stats.isDirectory() ? 'a directory' : 'no plain file');
  }

  async list(): Promise<StoredObject[]> {
    const entries = await readdir(this.#path, { withFileTypes: true });
    const names = entries.filter((e) => e.isFile() && !e.name.endsWith('.part')).map((e) => e.name);
    const sizes = await Promise.all(names.map((name) => stat(join(this.#path, name)).catch(absent)));
    return names.flatMap((name, i) => (sizes[i] ? [{ name, bytes: sizes[i].size }] : []));
  }

  async remove(name: string): Promise<void> {
    await unlink(this.#file(name)).catch(absent);
  }

  freeBytes(): Promise<number | undefined> {
    return freeBytes(this.#path);
  }

  async sweepParts(): Promise<number> {
    const now = await this.#clock();
    return this.#sweep((part, changed) => !mayLive(part, now - changed));
  }

  async #sweep(dead: (part: NonNullable<ReturnType<typeof parsePart>>, changedMs: number) => boolean): Promise<number> {
    let swept = 0;
    for (const file of await readdir(this.#path)) {
      const part = parsePart(file);
      const stats = part && (await lstat(join(this.#path, file)).catch(absent));
      if (!part || !stats || !dead(part, stats.mtimeMs)) continue;
      await unlink(join(this.#path, file)).catch(absent);
      swept += 1;
    }
    return swept;
  }

  /** The file system's own time, in ms: its host's clock need not be ours. */
  async #clock(): Promise<number> {
    const path = join(this.#path, partName('clock'));
    await (await open(path, 'wx', 0o600)).close();
    const { mtimeMs } = await stat(path);
    await unlink(path);
    return mtimeMs;
  }

  #file(name: string): string {
    if (!/^[\w~%-][\w.~%-]*$/.test(name))
      throw new Fault('permanent', `${JSON.stringify(name)} is no chunk file's name`);
    return join(this.#path, name);
  }
}

class OpenFile implements ByteReader {
  readonly #handle: FileHandle;
  readonly #name: string;
  readonly size: number;

  constructor(handle: FileHandle, name: string, size: number) {
    this.#handle = handle;
    this.#name = name;
    this.size = size;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await this.#handle.read(buffer, done, length - done, offset + done);
      if (bytesRead === 0) throw this.#shrunk(offset + length, offset + done);
      done += bytesRead;
    }
    return buffer;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #shrunk(expected: number, found: number): Fault {
    return new Fault('permanent', `the file was cut while it was read: expected ${expected} bytes, found ${found}`, {
      code: 'CHUNK_CUT',
      place: { chunk: this.#name },
    });
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function unopened(error: NodeJS.ErrnoException, path: string, name: string): never {
  if (error.code === 'ELOOP') throw foreign(path, name, 'a symbolic link');
  if (error.code !== 'ENOENT') throw error;
  throw new Fault('permanent', `there is no ${path}`, {
    code: 'CHUNK_MISSING',
    place: { chunk: name },
    safe: 'no row of it was sent',
    hint: 'Put the file back, or have the chunk extracted again.',
  });
}

const foreign = (path: string, name: string, found: string): Fault =>
  new Fault('permanent', `${path} is ${found}, where a plain file is expected`, {
    code: 'CHUNK_FOREIGN',
    place: { chunk: name },
    safe: 'no row of it was sent',
  });
