import { Readable } from 'node:stream';
import { constants, crc32, createBrotliCompress } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDkt, type Expected } from '../../../src/format/dkt.js';
import {
  BLOCK_BYTES,
  decodeFooter,
  encodeFooter,
  encodeTable,
  FOOTER_BYTES,
  type Footer,
} from '../../../src/format/frame.js';
import type { Sealed } from '../../../src/format/frame-writer.js';
import { dktBytes, refusal, rowBytes } from './chunks.js';
import { MemoryStore } from './memory.js';

const rows = ['one', 'two', 'three'].map((title, i) => rowBytes('text', [Buffer.from(String(i)), Buffer.from(title)]));
let name: string;
let whole: Buffer;
let sealed: Sealed;

beforeAll(async () => {
  [name, whole, sealed] = await dktBytes(rows);
});

const read = (bytes: Buffer) => refusal(MemoryStore.with(name, bytes), name);
const open = (bytes: Buffer, expected: Expected = {}) => openDkt(MemoryStore.with(name, bytes), name, expected);

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

/** With its own crc32 right: what only a faulty or malicious writer would make. */
function withFooter(bytes: Buffer, change: Partial<Footer>): Buffer {
  const body = bytes.subarray(0, -FOOTER_BYTES);
  return Buffer.concat([body, encodeFooter({ ...decodeFooter(bytes.subarray(-FOOTER_BYTES)), ...change })]);
}

/** That many MiB of zeros as one brotli stream. */
async function zeros(mebibytes: number): Promise<Buffer> {
  const stream = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  const zero = Buffer.alloc(1 << 20);
  Readable.from(Array.from({ length: mebibytes }, () => zero)).pipe(stream);
  return Buffer.concat((await stream.toArray()) as Buffer[]);
}

function withEntry(bytes: Buffer, at: number, value: number): Buffer {
  const { tableOffset } = decodeFooter(bytes.subarray(-FOOTER_BYTES));
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(value, tableOffset + at);
  return withFooter(copy, { tableCrc: crc32(copy.subarray(tableOffset, -FOOTER_BYTES)) });
}

describe('a damaged .dkt', () => {
  it('is refused whichever single bit is flipped, and sends nothing', async () => {
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const { code, sent } = await read(flipped(whole, bit));
      expect(code, `bit ${bit}`).toMatch(/^CHUNK_(CUT|DAMAGED)$/);
      expect(sent, `bit ${bit}`).toHaveLength(0);
    }
  });

  it('is refused wherever it is cut', async () => {
    for (let size = 0; size < whole.length; size += 1) {
      const { code, sent } = await read(whole.subarray(0, size));
      expect(code, `${size} bytes`).toBe(size === 0 ? 'CHUNK_EMPTY' : size < 14 ? 'CHUNK_FOREIGN' : 'CHUNK_CUT');
      expect(sent).toHaveLength(0);
    }
  });

  it('is refused when bytes are missing in the middle or added at the end', async () => {
    expect((await read(Buffer.concat([whole.subarray(0, 200), whole.subarray(201)]))).code).toBe('CHUNK_CUT');
    expect((await read(Buffer.concat([whole, Buffer.from('\n')]))).code).toBe('CHUNK_CUT');
  });

  it.each(['none', 'brotli'] as const)(
    'of several blocks sends only blocks before the damage (%s)',
    async (compression) => {
      const many = Array.from({ length: 40 }, (_, i) => rowBytes('text', [Buffer.alloc(90_000 + i, `${i}`)]));
      const [file, bytes] = await dktBytes(many, { compression });
      const content = Buffer.concat(many);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), async (bit) => {
          const { code, sent } = await refusal(MemoryStore.with(file, flipped(bytes, bit)), file);
          expect(code).toMatch(/^CHUNK_/);
          expect(sent.equals(content.subarray(0, sent.length))).toBe(true);
          expect(sent.length).toBeLessThan(content.length);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('tells the block, both checksums and what is safe', async () => {
    const { bodyOffset } = decodeFooter(whole.subarray(-FOOTER_BYTES));
    const { fault } = await read(flipped(whole, bodyOffset * 8));
    expect(fault).toMatchObject({ kind: 'permanent', code: 'CHUNK_DAMAGED', place: { chunk: name } });
    expect(fault!.message).toMatch(/^block 0 of 1: crc32: expected [0-9a-f]{8}, found [0-9a-f]{8}$/);
    expect(fault!.safe).toBe('no byte of block 0 was sent; the first 0 rows of the file are whole');
    expect(fault!.hint).toMatch(/extracted again/);
  });

  it('is not unpacked beyond what it declares', async () => {
    const [file, bytes] = await dktBytes([rowBytes('text', [Buffer.alloc(BLOCK_BYTES - 1)])], {
      compression: 'brotli',
    });
    const small = withFooter(withEntry(bytes, 12, 1000), { raw: 1000 });
    const { code, sent } = await refusal(MemoryStore.with(file, small), file);
    expect([code, sent.length]).toEqual(['CHUNK_DAMAGED', 0]);
    const large = withFooter(withEntry(bytes, 12, BLOCK_BYTES + 1), { raw: BLOCK_BYTES + 1 });
    expect((await refusal(MemoryStore.with(file, large), file)).fault!.message).toContain(`at most ${BLOCK_BYTES}`);
  });

  it('is not unpacked at all beyond that: a bomb takes no memory', async () => {
    const [file, bytes] = await dktBytes([], { compression: 'brotli' });
    const { bodyOffset } = decodeFooter(bytes.subarray(-FOOTER_BYTES));
    const stored = await zeros(512);
    const entry = {
      offset: bodyOffset,
      stored: stored.length,
      raw: 1000,
      endedBefore: 0,
      crc: crc32(stored),
      inside: false,
    };
    const table = encodeTable([entry]);
    const body = Buffer.concat([bytes.subarray(0, bodyOffset), stored, table, bytes.subarray(-FOOTER_BYTES)]);
    const tableOffset = bodyOffset + stored.length;
    const bomb = withFooter(body, { tableOffset, tableCrc: crc32(table), blocks: 1, raw: 1000, ended: 1 });
    const before = process.resourceUsage().maxRSS;
    expect((await refusal(MemoryStore.with(file, bomb), file)).code).toBe('CHUNK_DAMAGED');
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(100);
  });

  it('is refused when its blocks do not lie one after another', async () => {
    expect((await read(withEntry(whole, 4, 7))).code).toBe('CHUNK_DAMAGED');
    expect((await read(withEntry(whole, 8, 1))).code).toBe('CHUNK_DAMAGED');
    expect((await read(withFooter(whole, { raw: 1 }))).code).toBe('CHUNK_DAMAGED');
    expect((await read(withFooter(whole, { blocks: 2 }))).code).toBe('CHUNK_CUT');
    expect((await read(withFooter(whole, { bodyOffset: 1 << 30 }))).code).toBe('CHUNK_DAMAGED');
  });
});

describe('a .dkt that is sound', () => {
  const other = (change: Parameters<typeof dktBytes>[1]) => dktBytes(rows, change).then(([, bytes]) => bytes);

  it('is refused under another name: swapped', async () => {
    const fault = await open(await other({ name: 'public.film.2.dkt' })).catch((error) => error);
    expect(fault).toMatchObject({ code: 'CHUNK_SWAPPED', place: { chunk: 'public.film.1.dkt' } });
    expect(fault.message).toContain('expected public.film.1.dkt, found public.film.2.dkt');
    await expect(open(await other({ name: 'public.actor.1.dkt' }))).rejects.toMatchObject({ code: 'CHUNK_SWAPPED' });
  });

  it('PR-18 is refused when it is not the one that the control tables know', async () => {
    const known = { migration: 'shop', generation: 2, rows: 3, checksum: sealed.checksum };
    const older = await other({ generation: 1 });
    await expect(open(older, known)).rejects.toThrow('generation: expected 2, found 1');
    await expect(open(older, { rows: 4 })).rejects.toThrow('rows: expected 4, found 3');
    await expect(open(older, { fingerprint: 'f00' })).rejects.toThrow(
      'fingerprint of the columns: expected f00, found',
    );
    await expect(open(await other({ migration: 'crm' }), known)).rejects.toMatchObject({ code: 'CHUNK_FOREIGN' });
    const twin = await other({ chunk: '7a5b9a3e-0000-4000-8000-000000000002' });
    await expect(open(twin, { ...known, generation: 1 })).rejects.toThrow(`expected ${sealed.checksum}, found`);
    expect((await open(whole, { ...known, generation: 1 })).rows).toBe(3);
  });

  it('is refused when the mark lies beyond it', async () => {
    const reader = await open(whole);
    await expect(reader.blocks(4)[Symbol.asyncIterator]().next()).rejects.toThrow('expected at least 4, found 3');
  });
});

describe('a file that is no .dkt', () => {
  it.each([
    ['CHUNK_FOREIGN', Buffer.from('#!/bin/sh\necho hello\n')],
    ['CHUNK_FOREIGN', Buffer.alloc(10_000)],
    ['CHUNK_EMPTY', Buffer.alloc(0)],
    ['CHUNK_VERSION', Buffer.from('openkite dkt 2\n{}\nOKITEND2')],
    ['CHUNK_FOREIGN', Buffer.from('openkite ckt 1\n{}\n')],
  ])('is refused with %s', async (code, bytes) => {
    const { fault } = await read(bytes);
    expect(fault).toMatchObject({ code, kind: 'permanent', safe: 'no row of this file was sent' });
    expect(fault!.message).toMatch(/expected .+, found .+/);
  });
});
