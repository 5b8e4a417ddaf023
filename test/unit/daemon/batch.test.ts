import { describe, expect, it } from 'vitest';
import { Batch } from '../../../src/daemon/batch.js';
import { BatchSizes } from '../../../src/daemon/batch-sizes.js';
import type { ChunkReader } from '../../../src/format/dkt.js';

const MiB = 1 << 20;

describe('a batch', () => {
  /** A hundred rows of ten bytes, ten in a block. */
  const reader = {
    async *blocks(from: number) {
      for (let rowsEnded = from + 10; rowsEnded <= 100; rowsEnded += 10)
        yield await Promise.resolve({ bytes: new Uint8Array(100), rowsEnded, endsRow: true });
    },
  } as unknown as ChunkReader;
  const open = { bytes: Infinity, rows: Infinity, closed: () => false, moved: () => undefined, turn: () => undefined };
  const run = async (limit: Partial<typeof open>, from = 0) => {
    const batch = new Batch(reader, from, { ...open, ...limit });
    for await (const bytes of batch.rows()) expect(bytes.length).toBe(100);
    return [batch.reached, batch.sent];
  };

  it('ends with its chunk, or when it holds enough bytes or rows', async () => {
    expect(await run({})).toEqual([100, 1000]);
    expect(await run({ bytes: 250 })).toEqual([30, 300]);
    expect(await run({ rows: 25 }, 20)).toEqual([50, 300]);
    expect(await run({ closed: () => true })).toEqual([10, 100]);
  });
});

describe('batches', () => {
  const settings = { batch_bytes: 64 * MiB, batch_seconds: 10, adaptive_batches: 'YES' };
  const full = (sizes: BatchSizes) => sizes.measured((sent) => Promise.resolve(sent(sizes.next)));

  it('are half as large after a failure, and grow by steps again', async () => {
    const sizes = new BatchSizes(() => settings);
    expect(sizes.next).toBe(64 * MiB);
    await expect(sizes.measured(() => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
    expect(sizes.next).toBe(32 * MiB);
    await full(sizes);
    expect(sizes.next).toBe(36 * MiB);
    for (let i = 0; i < 20; i++) await full(sizes);
    expect(sizes.next).toBe(64 * MiB);
  });

  it('are as large as they may be where they do not adapt', async () => {
    const sizes = new BatchSizes(() => ({ ...settings, adaptive_batches: 'NO' }));
    await sizes.measured(() => Promise.reject(new Error('x'))).catch(() => undefined);
    expect(sizes.next).toBe(64 * MiB);
  });
});
