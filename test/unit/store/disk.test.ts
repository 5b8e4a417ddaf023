import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDirectory } from '../../../src/store/directory.js';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'openkite-disk-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.resetModules();
  spawnSync('umount', [path]);
  await rm(path, { recursive: true, force: true });
});

/** Modules of their own, in which that point fails. */
async function storeFailingAt(point: string, code: string) {
  vi.stubEnv('OPENKITE_TEST', '1');
  vi.stubEnv('OPENKITE_FAULT', `${point}=${code}`);
  vi.resetModules();
  return (await import('../../../src/store/directory.js')).openDirectory(path);
}

describe('a disk that fails', () => {
  it.each(['X1', 'X2', 'X3', 'X4', 'X5', 'X6'])(
    'at %s leaves nothing, and is named with path and free bytes',
    async (point) => {
      const store = await storeFailingAt(point, 'ENOSPC');
      const written = (async () => {
        const writer = await store.create('s.t.1.dkt');
        await writer.write(Buffer.from('first'));
        await writer.write(Buffer.from('second'));
        await writer.seal();
      })();
      await expect(written).rejects.toMatchObject({ kind: 'resource', code: 'ENOSPC' });
      await expect(written).rejects.toThrow(
        new RegExp(`^cannot write ${path}/s\\.t\\.1\\.dkt.*no space.*; \\d+ bytes are free`),
      );
      expect(await readdir(path)).toEqual([]);
    },
  );

  it.each([
    ['EDQUOT', 'resource', 'quota'],
    ['EROFS', 'operator', 'read-only'],
    ['EIO', 'unknown', 'device failed'],
    ['ESTALE', 'transient', 'network file system'],
  ])('is told apart: %s', async (code, kind, words) => {
    const writer = await (await storeFailingAt('X2', code)).create('s.t.1.dkt');
    await expect(writer.write(Buffer.from('x'))).rejects.toMatchObject({
      kind,
      code,
      message: expect.stringContaining(words),
    });
  });

  it('for real, when it is full: a short write is not taken for a whole one', async (test) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'none', path]);
    if (mounted.status !== 0) {
      console.warn('SKIPPED: mounting a small tmpfs needs privileges that this user has not');
      return test.skip();
    }
    const store = await openDirectory(path);
    const writer = await store.create('s.t.1.dkt');
    await expect(writer.write(Buffer.alloc(2 << 20))).rejects.toMatchObject({ kind: 'resource', code: 'ENOSPC' });
    await writer.abandon();
    expect(await readdir(path)).toEqual([]);
    expect(await store.freeBytes()).toBe(1 << 20);
  });
});
