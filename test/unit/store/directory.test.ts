import { spawnSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirectory } from '../../../src/store/directory.js';
import { openStore } from '../../../src/store/open.js';
import { partName } from '../../../src/store/part.js';
import type { ChunkStore } from '../../../src/store/store.js';

let root: string;
let path: string;
let store: ChunkStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'openkite-store-'));
  path = join(root, 'a', 'chunks');
  store = await openDirectory(path);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function seal(name: string, text: string): Promise<void> {
  const writer = await store.create(name);
  await writer.write(Buffer.from(text));
  await writer.seal();
}
const mode = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

describe('a sealed object', () => {
  it('is there only once it is sealed, private, and read in ranges', async () => {
    const writer = await store.create('s.t.1.dkt');
    await writer.write(Buffer.from('hello '));
    await writer.write(Buffer.from('world'));
    expect(await store.list()).toEqual([]);
    await expect(store.open('s.t.1.dkt')).rejects.toMatchObject({ code: 'CHUNK_MISSING', kind: 'permanent' });
    await writer.seal();
    await writer.abandon();
    expect(await store.list()).toEqual([{ name: 's.t.1.dkt', bytes: 11 }]);
    expect(await readdir(path)).toEqual(['s.t.1.dkt']);
    expect([await mode(join(path, 's.t.1.dkt')), await mode(path), await mode(join(root, 'a'))]).toEqual([
      '600',
      '700',
      '700',
    ]);
    const reader = await store.open('s.t.1.dkt');
    expect(reader.size).toBe(11);
    expect((await reader.read(4, 5)).toString()).toBe('o wor');
    await reader.close();
  });

  it('is never written again, but may be removed, twice', async () => {
    await seal('s.t.1.dkt', 'first');
    await expect(store.create('s.t.1.dkt')).rejects.toMatchObject({ code: 'CHUNK_EXISTS' });
    expect(await readFile(join(path, 's.t.1.dkt'), 'utf8')).toBe('first');
    await store.remove('s.t.1.dkt');
    await store.remove('s.t.1.dkt');
    expect(await store.list()).toEqual([]);
  });

  it('is refused when it shrinks while it is read', async () => {
    await seal('s.t.1.dkt', 'hello world');
    const reader = await store.open('s.t.1.dkt');
    await truncate(join(path, 's.t.1.dkt'), 7);
    await expect(reader.read(0, 11)).rejects.toThrow('expected 11 bytes, found 7');
    await reader.close();
  });

  it.each(['../x.dkt', 'a/b', '.hidden', '', 'a\0b', '..'])('cannot be called %j', async (name) => {
    await expect(store.create(name)).rejects.toThrow(/no chunk file's name/);
    await expect(store.open(name)).rejects.toThrow(/no chunk file's name/);
    await expect(store.remove(name)).rejects.toThrow(/no chunk file's name/);
  });

  it('is no directory and no link that somebody planted', async () => {
    await mkdir(join(path, 's.t.1.dkt'));
    await writeFile(join(root, 'secret'), 'x');
    await symlink(join(root, 'secret'), join(path, 's.t.2.dkt'));
    await expect(store.open('s.t.1.dkt')).rejects.toThrow(/expected a plain file, found a directory/);
    await expect(store.open('s.t.2.dkt')).rejects.toMatchObject({ code: 'CHUNK_FOREIGN' });
    await expect(store.create('s.t.2.dkt')).rejects.toMatchObject({ code: 'CHUNK_EXISTS' });
    expect(await store.list()).toEqual([]);
  });
});

describe('an unfinished object', () => {
  it('is gone when it is abandoned', async () => {
    const writer = await store.create('s.t.1.dkt');
    await writer.write(Buffer.from('half'));
    await writer.abandon();
    await writer.abandon();
    expect(await readdir(path)).toEqual([]);
  });

  it('is void once another writer creates the same name, and cannot replace what that one seals', async () => {
    const zombie = await store.create('s.t.1.dkt');
    await zombie.write(Buffer.from('old'));
    await seal('s.t.1.dkt', 'new');
    await expect(zombie.seal()).rejects.toMatchObject({ code: 'ENOENT', kind: 'transient' });
    expect(await readFile(join(path, 's.t.1.dkt'), 'utf8')).toBe('new');
    expect(await readdir(path)).toEqual(['s.t.1.dkt']);
  });

  it('is swept when its writer is dead, and never when it lives', async () => {
    const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
    const mine = partName('s.t.1.dkt');
    const by = (pid: number, host = mine.split('.')[4]!.split('-')[0]) => `s.t.1.dkt.${host}-${pid}-00000000-1.part`;
    const day = new Date(Date.now() - 25 * 3600 * 1000);
    const files = {
      living: [mine, by(process.ppid), by(1), by(2, '00000000')],
      dead: [by(dead), by(process.pid), by(3, '00000000')],
      others: ['notes.part', 's.t.9.dkt'],
    };
    for (const file of Object.values(files).flat()) await writeFile(join(path, file), 'x');
    await utimes(join(path, mine), day, day);
    await utimes(join(path, by(3, '00000000')), day, day);
    expect(await store.sweepParts()).toBe(3);
    expect((await readdir(path)).sort()).toEqual([...files.living, ...files.others].sort());
  });
});

describe('a chunk directory', () => {
  it.each([0o750, 0o701, 0o777])('with mode %o is refused, with the statement that mends it', async (wide) => {
    await chmod(path, wide);
    await expect(openDirectory(path)).rejects.toMatchObject({
      kind: 'operator',
      hint: `chmod 700 '${path}'`,
      message: expect.stringContaining(`has mode 0${wide.toString(8)} where 0700 is expected`),
    });
  });

  it('that is a link, a file or cannot be made is refused', async () => {
    await rename(path, join(root, 'real'));
    await symlink(join(root, 'real'), path);
    await expect(openDirectory(path)).rejects.toThrow(/symbolic link/);
    await writeFile(join(root, 'file'), '');
    await expect(openDirectory(join(root, 'file'))).rejects.toMatchObject({ kind: 'operator' });
    await expect(openDirectory(join(root, 'file', 'sub'))).rejects.toMatchObject({ kind: 'operator' });
  });

  it('is what a plain location means; others are refused by name', async () => {
    expect(await (await openStore(path)).list()).toEqual([]);
    await expect(openStore('s3://bucket/x')).rejects.toMatchObject({
      kind: 'operator',
      message: expect.stringContaining('s3://'),
    });
  });

  it('says how much fits', async () => {
    expect(await store.freeBytes()).toBeGreaterThan(0);
  });
});
