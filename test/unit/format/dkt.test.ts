import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createDkt, openDkt, type DktHeader } from '../../../src/format/dkt.js';
import { BLOCK_BYTES } from '../../../src/format/frame.js';
import { head, hostileRows, readFrom, rowBytes, writeDkt } from './chunks.js';
import { MemoryStore } from './memory.js';

const forms = fc.record({
  encoding: fc.constantFrom<DktHeader['encoding']>('text', 'pgcopy'),
  compression: fc.constantFrom<DktHeader['compression']>('none', 'brotli'),
});

const begin = (store: MemoryStore) => {
  const { name, compression, ...contents } = head();
  return createDkt(store, name, contents, compression);
};

/** Every row a batch could resume at gives exactly the bytes from there on. */
async function expectResumable(store: MemoryStore, name: string, rows: readonly Buffer[], from: Iterable<number>) {
  const reader = await openDkt(store, name, { rows: rows.length });
  for (const row of from) {
    const expected = Buffer.concat(rows.slice(row));
    expect((await readFrom(reader, row)).equals(expected), `from row ${row}`).toBe(true);
  }
}

describe('a .dkt', () => {
  it('gives back hostile rows as they were written, from every row', async () => {
    await fc.assert(
      fc.asyncProperty(hostileRows(), forms, fc.integer({ min: 1, max: 50 }), async (values, form, piece) => {
        const rows = values.map((row) => rowBytes(form.encoding, row));
        const store = new MemoryStore();
        const sealed = await writeDkt(store, head(form), rows, piece);
        expect(sealed.rows).toBe(rows.length);
        expect(sealed.rawBytes).toBe(Buffer.concat(rows).length);
        expect(sealed.storedBytes).toBe(store.files.get(sealed.name)!.length);
        await expectResumable(store, sealed.name, rows, Array(rows.length + 1).keys());
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['text', 'none'],
    ['text', 'brotli'],
    ['pgcopy', 'none'],
    ['pgcopy', 'brotli'],
  ] as const)('resumes around rows longer than a block (%s, %s)', async (encoding, compression) => {
    const sizes = [
      10,
      BLOCK_BYTES / 2,
      BLOCK_BYTES / 2,
      3 * BLOCK_BYTES + 7,
      5,
      BLOCK_BYTES,
      BLOCK_BYTES - 7,
      0,
      2 * BLOCK_BYTES,
      1,
    ];
    const rows = sizes.map((size, i) => rowBytes(encoding, [Buffer.alloc(size, `${i}\n`)]));
    const store = new MemoryStore();
    const { name } = await writeDkt(store, head({ encoding, compression }), rows);
    await expectResumable(store, name, rows, Array(rows.length + 1).keys());
  });

  it('says of each piece how many rows ended and whether a batch may end there', async () => {
    const rows = [10, 2 * BLOCK_BYTES, 20, BLOCK_BYTES - 30].map((size) => rowBytes('text', [Buffer.alloc(size, 'x')]));
    const store = new MemoryStore();
    const { name } = await writeDkt(store, head(), rows);
    const reader = await openDkt(store, name);
    const pieces: [number, boolean, number][] = [];
    for await (const { bytes, rowsEnded, endsRow } of reader.blocks(0)) pieces.push([rowsEnded, endsRow, bytes.length]);
    expect(pieces).toEqual([
      [1, true, 11],
      [1, false, BLOCK_BYTES],
      [1, false, BLOCK_BYTES],
      [2, true, 1],
      [4, true, 21 + BLOCK_BYTES - 29],
    ]);
  });

  it('takes an empty table', async () => {
    const store = new MemoryStore();
    const { name, ...sealed } = await writeDkt(store, head(), []);
    const reader = await openDkt(store, name, { rows: 0, checksum: sealed.checksum });
    expect(await readFrom(reader, 0)).toHaveLength(0);
    expect(reader.header).toMatchObject(head());
  });

  it('refuses to seal or go on when a row is not what was announced', async () => {
    for (const announced of [9, 11]) {
      const writer = await begin(new MemoryStore());
      writer.row(announced);
      writer.append(Buffer.alloc(10, 'x'), 0, 10);
      expect(() => writer.row(1)).toThrow(/than it announced for row 1/);
      await expect(writer.seal()).rejects.toMatchObject({ code: 'ROW_TORN' });
      await writer.abandon();
    }
  });

  it('lets the caller use its buffer again once it has asked for room', async () => {
    const store = new MemoryStore();
    const writer = await begin(store);
    const buffer = Buffer.alloc(100);
    const rows = Math.ceil((3 * BLOCK_BYTES) / 60);
    for (let row = 0; row < rows; row += 1) {
      buffer.fill(row & 0x7f);
      writer.row(60);
      writer.append(buffer, 0, 20);
      writer.append(buffer, 60, 100);
      await writer.ready();
    }
    await writer.seal();
    const bytes = await readFrom(await openDkt(store, head().name), 0);
    expect(bytes.equals(Buffer.concat(Array.from({ length: rows }, (_, row) => Buffer.alloc(60, row & 0x7f))))).toBe(
      true,
    );
  });

  it('takes rows out of one input after another, as a socket delivers them', async () => {
    const store = new MemoryStore();
    const writer = await begin(store);
    const rows: Buffer[] = [];
    for (let n = 0; n < 40; n += 1) {
      const input = Buffer.alloc(65_536, `row ${n} `);
      for (let at = 5; at + 300 <= input.length; at += 300) {
        rows.push(input.subarray(at, at + 295));
        writer.row(295);
        writer.append(input, at, at + 295);
      }
      await writer.ready();
    }
    await writer.seal();
    const bytes = await readFrom(await openDkt(store, head().name, { rows: rows.length }), 0);
    expect(bytes.equals(Buffer.concat(rows))).toBe(true);
  });

  it('takes no new memory for each block', async () => {
    const writer = await begin(new MemoryStore());
    const allocated = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const piece = Buffer.alloc(65_536, 'x');
    writer.row(64 * BLOCK_BYTES);
    for (let i = 0; i < 64 * 16; i += 1) {
      writer.append(piece, 0, piece.length);
      await writer.ready();
    }
    await writer.seal();
    expect(allocated.mock.calls.length).toBeLessThan(6);
    allocated.mockRestore();
  });

  it('asks its caller to wait while blocks are on their way', async () => {
    const store = new MemoryStore();
    const writer = await begin(store);
    const buffer = Buffer.alloc(BLOCK_BYTES);
    let waits = 0;
    for (let row = 0; row < 12; row += 1) {
      buffer.fill(0x61 + row);
      writer.row(buffer.length);
      writer.append(buffer, 0, buffer.length);
      const room = writer.ready();
      if (room) waits += 1;
      await room;
    }
    expect(waits).toBeGreaterThan(5);
    await writer.seal();
    const bytes = await readFrom(await openDkt(store, head().name), 0);
    expect([...Array(12).keys()].every((row) => bytes[row * BLOCK_BYTES] === 0x61 + row)).toBe(true);
  });

  it('reports a failed block to who waits and to who seals, and abandons cleanly', async () => {
    const store = new MemoryStore();
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    let writes = 0;
    const create = store.create.bind(store);
    store.create = async (name) => {
      const writer = await create(name);
      return { ...writer, write: (bytes) => (++writes > 2 ? Promise.reject(full) : writer.write(bytes)) };
    };
    const writer = await begin(store);
    const row = Buffer.alloc(BLOCK_BYTES, 'x');
    await expect(
      (async () => {
        for (;;) {
          writer.row(row.length);
          writer.append(row, 0, row.length);
          await writer.ready();
        }
      })(),
    ).rejects.toBe(full);
    await expect(writer.seal()).rejects.toBe(full);
    await writer.abandon();
    expect(store.files.size).toBe(0);
  });
});
