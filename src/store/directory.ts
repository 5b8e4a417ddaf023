import type { Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AtomicFile } from '../base/atomic.js';
import { diskFault, freeBytes } from '../base/disk.js';
import { Fault } from '../base/fault.js';
import type { ByteReader, ByteWriter } from '../model/bytes.js';
import { mayLive, parsePart, partName, type Part } from './part.js';
import type { ChunkStore, StoredObject } from './store.js';
import { StoredFile } from './stored-file.js';

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
    return StoredFile.open(this.#file(name), name);
  }

  async list(): Promise<StoredObject[]> {
    const entries = await readdir(this.#path, { withFileTypes: true }).catch(async (error) => {
      throw await diskFault('read', this.#path, error);
    });
    const names = entries.filter((e) => e.isFile() && !e.name.endsWith('.part')).map((e) => e.name);
    const sizes = await Promise.all(names.map((name) => stat(join(this.#path, name)).catch(absent)));
    return names.flatMap((name, i) => (sizes[i] ? [{ name, bytes: sizes[i].size }] : []));
  }

  async remove(name: string): Promise<void> {
    const path = this.#file(name);
    await unlink(path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw await diskFault('write', path, error);
    });
  }

  freeBytes(): Promise<number | undefined> {
    return freeBytes(this.#path);
  }

  async sweepParts(): Promise<number> {
    const now = await this.#clock();
    return this.#sweep((part, changed) => !mayLive(part, now - changed));
  }

  async #sweep(dead: (part: Part, changedMs: number) => boolean): Promise<number> {
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

/** For what need not be there. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
