import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeLine, LineDecoder, UNCHANGED, type Field, type Line, type Op } from '../../../src/format/ckt-line.js';
import { CktWriter, openCkt, type CktContents } from '../../../src/format/ckt.js';
import { BLOCK_BYTES } from '../../../src/format/frame.js';
import { escape, unescape } from '../../../src/format/text.js';
import { hostileValue } from './chunks.js';
import { MemoryStore } from './memory.js';

const updates: Op[] = ['U', 'K', 'F'];
const others: Op[] = ['B', 'D', 'I', 'R', 'X', 'T', 'M', 'E'];
const line: fc.Arbitrary<Line> = fc.oneof(
  fc.record({ op: fc.constantFrom(...others), fields: fc.array(hostileValue) }),
  fc.record({
    op: fc.constantFrom(...updates),
    fields: fc.array(fc.oneof(hostileValue, fc.constant<Field>(UNCHANGED))),
  }),
);

const text = (...values: string[]): Buffer[] => values.map((value) => Buffer.from(value));
const plain = ({ op, fields }: Line) => [
  op,
  ...fields.map((f) => (f instanceof Uint8Array ? Buffer.from(f).toString('hex') : f)),
];

function decodeAll(bytes: Buffer, piece: number): Line[] {
  const decoder = new LineDecoder();
  const lines: Line[] = [];
  for (let at = 0; at < bytes.length; at += piece) lines.push(...decoder.push(bytes.subarray(at, at + piece)));
  decoder.end();
  return lines;
}

describe('fields', () => {
  it('give back any bytes, and hold neither tab nor line end', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (value) => {
        const field = Buffer.from(escape(value));
        expect(Buffer.from(unescape(field)).equals(Buffer.from(value))).toBe(true);
        expect(field.includes(0x09) || field.includes(0x0a)).toBe(false);
      }),
    );
  });

  it('are written as COPY writes them', () => {
    expect(Buffer.from(escape(Buffer.from('a\\b\b\f\n\r\t\v\0é'))).toString()).toBe('a\\\\b\\b\\f\\n\\r\\t\\v\0é');
  });

  it.each(['\\U', '\\N', 'x\\U', '\\.', '\\x41', '\\101', 'cut\\'])('refuse the escape in %j', (field) => {
    expect(() => unescape(Buffer.from(field))).toThrow(/holds the escape/);
  });
});

describe('lines of a .ckt', () => {
  it('come back as they were written, wherever the pieces are cut', () => {
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 1, max: 30 }), (lines, piece) => {
        const bytes = Buffer.concat(lines.map(encodeLine));
        expect(decodeAll(bytes, piece).map(plain)).toEqual(lines.map(plain));
      }),
    );
  });

  it('never let a value pass for the marker of an unchanged one, or the marker for a value', () => {
    fc.assert(
      fc.property(hostileValue, hostileValue, (a, b) => {
        const fields = encodeLine({ op: 'U', fields: [a, b] })
          .toString('latin1')
          .slice(2, -1)
          .split('\t');
        expect(fields).not.toContain('\\U');
      }),
    );
    expect(decodeAll(encodeLine({ op: 'U', fields: [...text('\\U', 'U'), UNCHANGED, null] }), 3).map(plain)).toEqual([
      ['U', '5c55', '55', UNCHANGED, null],
    ]);
  });

  it.each(others)('leave nothing unchanged in a line %s', (op) => {
    expect(() => encodeLine({ op, fields: [UNCHANGED] })).toThrow(/only U, K, F may/);
    expect(() => decodeAll(Buffer.from(`${op}\t\\U\n`), 9)).toThrow(/only U, K, F may/);
  });

  it.each(['Z\t1\n', 'BB\n', '\n', 'I\t1', 'b\t1\n'])('refuse %j', (bytes) => {
    expect(() => decodeAll(Buffer.from(bytes), 99)).toThrow(/expected a line of a .ckt/);
  });
});

describe('a .ckt', () => {
  const header = (change: Partial<CktContents> = {}): CktContents => ({
    migration: 'shop',
    chunk: '7a5b9a3e-0000-4000-8000-000000000003',
    first: 7,
    position: '0/1DC35C0',
    continues: false,
    compression: 'brotli',
    ...change,
  });
  const begin: Line = { op: 'B', fields: text('7') };
  const insert = (size: number): Line => ({ op: 'I', fields: [Buffer.alloc(size, 'x\n')] });
  const end: Line = { op: 'E', fields: text('7', '1') };

  async function written(lines: readonly Line[], change: Partial<CktContents> = {}) {
    const store = new MemoryStore();
    const writer = await CktWriter.create(store, 4, header(change));
    for (const each of lines) {
      writer.line(each);
      await writer.ready();
    }
    return { store, sealed: await writer.seal() };
  }

  it('holds lines longer than blocks, and knows its last seq', async () => {
    const lines = [begin, insert(3), insert(2 * BLOCK_BYTES), end, { op: 'B', fields: text('8') } as const, insert(9)];
    const { store, sealed } = await written(lines);
    const reader = await openCkt(store, 4, { migration: 'shop', checksum: sealed.checksum });
    const read: Line[] = [];
    for await (const each of reader.lines()) read.push(each);
    expect(read.map((l) => Buffer.concat([encodeLine(l)]).length)).toEqual(lines.map((l) => encodeLine(l).length));
    expect([reader.last, reader.open, sealed.rows]).toEqual([7, true, 7]);
  });

  it('knows that no transaction ends in it, and that the one that it continues does', async () => {
    const inside = await written([insert(1)], { continues: true });
    expect(await openCkt(inside.store, 4)).toMatchObject({ last: 6, open: true, header: { continues: true } });
    const ended = await written([insert(1), end], { continues: true });
    expect(await openCkt(ended.store, 4)).toMatchObject({ last: 7, open: false });
  });

  it('is refused under another number, from another migration, or as another copy', async () => {
    const { store } = await written([begin, end]);
    store.files.set('5.ckt', store.files.get('4.ckt')!);
    await expect(openCkt(store, 5)).rejects.toMatchObject({ code: 'CHUNK_SWAPPED' });
    await expect(openCkt(store, 4, { migration: 'crm' })).rejects.toMatchObject({ code: 'CHUNK_FOREIGN' });
    await expect(openCkt(store, 4, { checksum: 'f00' })).rejects.toMatchObject({ code: 'CHUNK_STALE' });
  });
});
