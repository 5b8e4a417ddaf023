import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FarBook } from '../../../src/format/ckt-reader.js';
import { CktWriter } from '../../../src/format/ckt-writer.js';
import { openDirectory } from '../../../src/store/directory.js';
import { contents, log, plainItem, readCkt, tx } from './changes.js';

/** In a file of its own, so in a process of its own: what other tests have taken would hide what this one takes. */
it('a value of 256 MB takes no memory to write and to read', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'openkite-far-'));
  try {
    const store = await openDirectory(join(directory, 'chunks'));
    const writer = CktWriter.begin(store, 4, contents());
    writer.relation(log);
    writer.begin(7, tx);
    const piece = Buffer.alloc(65_536, 'The quick brown fox\n');
    const before = process.memoryUsage().rss;
    let peak = 0;
    const look = () => void (peak = Math.max(peak, process.memoryUsage().rss - before));
    writer.change('I', log.id, 256 << 20);
    writer.value(256 << 20);
    for (let i = 0; i < 4096; i += 1) {
      writer.append(piece, 0, piece.length);
      await writer.ready();
      look();
    }
    writer.commit(7, 1, '');
    await writer.seal();
    const book = new FarBook(store);
    expect((await readCkt(store, { book })).map(plainItem)[1]).toMatchObject({ row: '\\F0' });
    look();
    let length = 0;
    for await (const part of book.read(0)) {
      length += part.length;
      look();
    }
    const ends = 4096 * piece.filter((byte) => byte === 0x0a).length;
    expect(length).toBe((256 << 20) + ends);
    expect(peak / (1 << 20)).toBeLessThan(80);
  } finally {
    await rm(directory, { recursive: true });
  }
});
