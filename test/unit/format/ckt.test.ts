import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/format/dkt.js';
import { FarBook, openCkt, type CktItem } from '../../../src/format/ckt-reader.js';
import { CktWriter } from '../../../src/format/ckt-writer.js';
import { BLOCK_BYTES } from '../../../src/format/frame.js';
import { FrameWriter } from '../../../src/format/frame-writer.js';
import { escape, unescape } from '../../../src/format/text.js';
import type { ChangedTable } from '../../../src/model/change.js';
import {
  anyChange,
  contents,
  field,
  film,
  log,
  plain,
  plainItem,
  put,
  readCkt,
  tx,
  UNSENT,
  writeCkt,
  type Change,
} from './changes.js';
import { MemoryStore } from './memory.js';

const bytes = (text: string): Buffer => Buffer.from(text);
const insert = (...values: (string | Buffer | null)[]): Change => ({
  op: 'I',
  table: film,
  old: [],
  row: values.map((value) => (typeof value === 'string' ? bytes(value) : value)),
});

/** A file of these lines, whatever they are. */
async function raw(lines: string): Promise<MemoryStore> {
  const store = new MemoryStore();
  const frame = await FrameWriter.create(store, '4.ckt', 'ckt', contents());
  frame.record(lines.length, 7);
  frame.append(Buffer.from(lines, 'latin1'), 0, lines.length);
  await frame.seal();
  return store;
}

/** Lines of the body, when there is one block. */
const linesOf = (store: MemoryStore): string[] => {
  const text = store.files.get('4.ckt')!.toString('latin1');
  return text.slice(0, text.lastIndexOf('\nE\t')).split('\n').slice(2);
};

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

describe('fields', () => {
  it('give back any bytes, and hold neither tab nor line end', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (value) => {
        const escaped = escape(value);
        expect(escaped.toString('latin1')).toBe(field(value));
        expect(Buffer.from(unescape(escaped)).equals(Buffer.from(value))).toBe(true);
        expect(escaped.includes(0x09) || escaped.includes(0x0a)).toBe(false);
      }),
    );
  });

  it('are written as COPY writes them', () => {
    expect(escape(bytes('a\\b\b\f\n\r\t\v\0é')).toString()).toBe('a\\\\b\\b\\f\\n\\r\\t\\v\0é');
  });

  it.each(['\\U', '\\N', 'x\\U', '\\.', '\\x41', '\\101', 'cut\\'])('refuse the escape in %j', (value) => {
    expect(() => unescape(bytes(value))).toThrow(/holds the escape/);
  });
});

describe('changes in a .ckt', () => {
  it('come back as they were written, wherever the pieces are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyChange), fc.integer({ min: 1, max: 30 }), async (changes, piece) => {
        const store = new MemoryStore();
        await writeCkt(store, changes, { piece });
        expect((await readCkt(store)).map(plainItem)).toEqual([
          { kind: 'begin', seq: 7, ...tx },
          ...changes.map(plain),
          { kind: 'commit', seq: 7, changes: changes.length, end: '0/1DC3700' },
        ]);
      }),
    );
  });

  it('never let a value pass for a marker', async () => {
    const store = new MemoryStore();
    const row = [bytes('\\U'), bytes('\\N'), bytes('\\F1')];
    await writeCkt(store, [
      { op: 'U', table: film, old: [], row },
      { op: 'U', table: film, old: [], row: [row[0]!, UNSENT, null] },
    ]);
    expect(linesOf(store).slice(2)).toEqual(['U\t16385\t\\\\U\t\\\\N\t\\\\F1', 'U\t16385\t\\\\U\t\\U\t\\N']);
  });

  it('fill blocks, each handed over in parts that are not large', async () => {
    const store = new MemoryStore();
    const changes = Array.from({ length: 150_000 }, (_, i): Change => ({
      op: 'X',
      table: log,
      old: [bytes(`${i}`)],
      row: [],
    }));
    await writeCkt(store, changes, { contents: { compression: 'brotli' } });
    const reader = await openCkt(store, 4);
    let at = 0;
    for await (const batch of reader.items()) {
      expect(batch.length).toBeLessThanOrEqual(4096);
      for (const item of batch)
        if (item.kind === 'row' && Buffer.from(item.change.old!).toString() !== String(at++)) expect.fail(`row ${at}`);
    }
    expect(at).toBe(150_000);
  });

  it('are preceded by what their table is like, once in each file and again when that has changed', async () => {
    const store = new MemoryStore();
    const altered: ChangedTable = { ...log, columns: [...log.columns, { name: 'at', type: 'date', key: false }] };
    const writer = CktWriter.begin(store, 4, contents());
    writer.relation(film);
    writer.begin(7, tx);
    const line = (table: ChangedTable) => put(writer, { op: 'I', table, old: [], row: table.columns.map(() => null) });
    for (const table of [log, { ...log }, altered]) {
      writer.relation(table);
      line(table);
    }
    for (const table of [log, altered]) writer.relation(table); // nothing was written in between
    line(altered);
    writer.truncate([film.id, log.id], { cascade: true, restart: true });
    writer.truncate([log.id], { cascade: false, restart: false });
    writer.commit(7, 6, '0/2');
    await writer.seal();
    const described = (t: ChangedTable) => t.columns.map((c) => `\t${c.name}\t${c.type}\t${c.key ? 'k' : ''}`).join('');
    const d = (t: ChangedTable) =>
      `D\t${t.id}\tpublic\t${t.name.replace('\t', '\\t')}\t${t.identity}\t${fingerprint([...t.columns])}${described(t)}`;
    expect(linesOf(store).slice(1)).toEqual([
      ...[d(log), 'I\t16390\t\\N', 'I\t16390\t\\N', d(altered), 'I\t16390\t\\N\t\\N', 'I\t16390\t\\N\t\\N'],
      ...[d(film), 'T\tcs\t16385\t16390', 'T\t\t16390'],
    ]);
    const items = await readCkt(store);
    const tables = items.flatMap((item) => (item.kind === 'row' ? [item.change.table] : []));
    expect(tables).toEqual([log, log, altered, altered]);
    expect(new Set(tables).size).toBe(2);
    expect(items.filter((item) => item.kind === 'truncate')).toEqual([
      { kind: 'truncate', tables: [film, altered], cascade: true, restart: true },
      { kind: 'truncate', tables: [altered], cascade: false, restart: false },
    ]);
  });

  it('name the same object for equal tables of all files that share what is known', async () => {
    const store = new MemoryStore();
    const tables = new Map<string, ChangedTable>();
    for (const number of [4, 5]) await writeCkt(store, [insert('1', null, 'abc')], { number });
    const of = (items: CktItem[]) => items.find((item) => item.kind === 'row')!.change.table;
    const [a, b] = [
      of(await readCkt(store, { number: 4, expected: { tables } })),
      of(await readCkt(store, { number: 5, expected: { tables } })),
    ];
    expect(a).toBe(b);
  });
});

describe('a .ckt', () => {
  it('holds messages, inside of transactions and between them', async () => {
    const store = new MemoryStore();
    const writer = CktWriter.begin(store, 4, contents());
    writer.message('our.ddl', bytes('{"found":"a\tb"}'));
    writer.begin(7, tx);
    writer.message('', Buffer.alloc(2 * BLOCK_BYTES, '\n'));
    writer.commit(7, 0, 'x');
    await writer.seal();
    const items = await readCkt(store);
    expect(items.map(({ kind }) => kind)).toEqual(['message', 'begin', 'message', 'commit']);
    expect(items[0]).toMatchObject({ prefix: 'our.ddl', content: bytes('{"found":"a\tb"}') });
    expect(
      Buffer.alloc(2 * BLOCK_BYTES, '\n').equals((items[2] as Extract<CktItem, { kind: 'message' }>).content),
    ).toBe(true);
  });

  it('knows its bytes, its last seq, and whether a transaction is open', async () => {
    const store = new MemoryStore();
    const writer = CktWriter.begin(store, 4, contents({ continues: true }));
    writer.relation(film);
    expect([writer.lastSeq, writer.isOpen, writer.rawBytes]).toEqual([6, true, 0]);
    put(writer, insert('1', Buffer.alloc(3 * BLOCK_BYTES, 'x'), 'abc'));
    expect(writer.rawBytes).toBeGreaterThan(2 * BLOCK_BYTES);
    writer.commit(7, 3, 'a');
    expect([writer.lastSeq, writer.isOpen]).toEqual([7, false]);
    writer.begin(8, tx);
    const sealed = await writer.seal();
    const reader = await openCkt(store, 4, { migration: 'shop', checksum: sealed.checksum });
    expect(reader).toMatchObject({
      last: 7,
      open: true,
      rawBytes: writer.rawBytes,
      header: contents({ continues: true }),
    });
    expect([sealed.rows, sealed.rawBytes]).toEqual([7, writer.rawBytes]);
  });

  it('is refused under another number, from another migration, or as another copy', async () => {
    const store = new MemoryStore();
    await writeCkt(store, []);
    store.files.set('5.ckt', store.files.get('4.ckt')!);
    await expect(openCkt(store, 5)).rejects.toMatchObject({ code: 'CHUNK_SWAPPED' });
    await expect(openCkt(store, 4, { migration: 'crm' })).rejects.toMatchObject({ code: 'CHUNK_FOREIGN' });
    await expect(openCkt(store, 4, { checksum: 'f00' })).rejects.toMatchObject({ code: 'CHUNK_STALE' });
  });

  it('tells whoever seals that it could not be made, and leaves nothing', async () => {
    const store = new MemoryStore();
    const refused = new Error('no room');
    store.create = () => Promise.reject(refused);
    const writer = CktWriter.begin(store, 4, contents());
    writer.begin(7, tx);
    await expect(writer.seal()).rejects.toBe(refused);
    await writer.abandon();
  });

  const D = `D\t1\tpublic\tt\td\t${fingerprint([{ name: 'a', type: 'text' }])}\ta\ttext\tk\n`;
  it.each([
    ['an unknown line', 'Z\t1\n'],
    ['an op of two letters', 'BB\n'],
    ['an empty line', '\n'],
    ['no end', 'I\t1'],
    ['a table that was not described', 'I\t1\tx\n'],
    ['a row without a table', 'I\n'],
    ['too few values', `${D}I\t1\n`],
    ['too many values', `${D}R\t1\tx\ty\n`],
    ['an insert that leaves a value unchanged', `${D}I\t1\t\\U\n`],
    ['an old key that does', `${D}K\t1\t\\U\tx\n`],
    ['a full old row that does', `${D}F\t1\t\\U\tx\n`],
    ['a marker that is no whole field', `${D}U\t1\tx\\U\n`],
    ['a marker and more', `${D}U\t1\t\\Ux\n`],
    ['a far value', `${D}U\t1\t\\F0\n`],
    ['an escape of others', `${D}I\t1\t\\x41\n`],
    ['another fingerprint', D.replace('text', 'date')],
    ['another identity', D.replace('\td\t', '\tz\t')],
  ])('is refused with %s', async (_, lines) => {
    await expect(readCkt(await raw(lines))).rejects.toMatchObject({ code: 'BAD_LINE', place: { chunk: '4.ckt' } });
  });
});

describe('a writer of a .ckt refuses', () => {
  const open = (): CktWriter => {
    const writer = CktWriter.begin(new MemoryStore(), 4, contents());
    for (const table of [film, log]) writer.relation(table);
    writer.begin(7, tx);
    return writer;
  };
  it.each<[string, RegExp, (writer: CktWriter) => unknown]>([
    [
      'an insert that leaves a value unchanged',
      /may be left unchanged/,
      (w) => (w.change('I', log.id, 0), w.unchanged()),
    ],
    ['an old key that does', /may be left unchanged/, (w) => (w.change('K', film.id, 0), w.unchanged())],
    ['an old row that does', /may be left unchanged/, (w) => (w.change('F', log.id, 0), w.unchanged())],
    ['too many values', /more values/, (w) => (w.change('I', log.id, 0), w.null(), w.null())],
    ['too few', /lacks 1 values/, (w) => (w.change('F', log.id, 0), w.null(), w.change('I', log.id, 0))],
    ['too few at its end', /lacks 1 values/, (w) => (w.change('I', log.id, 0), w.commit(7, 1, ''))],
    [
      'a value that goes on',
      /longer than was announced/,
      (w) => (w.change('I', log.id, 9), w.value(2), w.append(bytes('abc'), 0, 3)),
    ],
    [
      'a value that stops',
      /2 bytes shorter/,
      (w) => (w.change('F', log.id, 9), w.value(3), w.append(bytes('a'), 0, 1), w.null()),
    ],
    ['more bytes than announced', /1 bytes longer/, (w) => (w.change('I', log.id, 9), w.value(10))],
    ['a table that was not described', /not described/, (w) => w.change('I', '5', 0)],
    ['a transaction within another', /open already/, (w) => w.begin(8, tx)],
    ['a commit of another', /transaction 8 ends/, (w) => w.commit(8, 0, '')],
    ['a gap', /begins after 7/, (w) => (w.commit(7, 0, ''), w.begin(9, tx))],
    ['a change outside', /no transaction is open/, (w) => (w.commit(7, 0, ''), w.change('I', log.id, 0))],
  ])('%s', async (_, message, misuse) => {
    const writer = open();
    expect(() => misuse(writer)).toThrow(message);
    await writer.abandon();
  });

  it('to seal within a line', async () => {
    const writer = open();
    writer.change('I', log.id, 3);
    await expect(writer.seal()).rejects.toMatchObject({ code: 'BAD_LINE' });
    await writer.abandon();
  });
});

describe('values longer than a block', () => {
  const M = BLOCK_BYTES;
  const long = (length: number, seed: string): Buffer => Buffer.alloc(length, `${seed}\\x\ty\n`);
  const far = (change: Change, of: (i: number) => boolean, from = 0) => {
    let n = from;
    const text = (values: Change['row'], at: number) =>
      values.map((v, i) => (of(at + i) ? `\\F${n++}` : field(v))).join('\t');
    const [old, row] = [text(change.old, 0), text(change.row, change.old.length)];
    return {
      ...plain(change),
      ...('KRFX'.includes(change.op) ? { old } : {}),
      ...('IUKF'.includes(change.op) ? { row } : {}),
    };
  };

  it.each(['none', 'brotli'] as const)('are left in their file, and read from there (%s)', async (compression) => {
    const store = new MemoryStore();
    const book = new FarBook(store);
    const value = long(2 * M + 77, 'a');
    const changes: Change[] = [
      insert('1', 'short', 'abc'),
      insert('2', value, 'abc'),
      { op: 'K', table: film, old: [bytes('2'), bytes('abc')], row: [bytes('3'), long(M + 1, 'b'), bytes('abd')] },
      { op: 'F', table: log, old: [long(M, 'c')], row: [long(3 * M, 'd')] },
      insert('4', long(M / 2, 'e'), bytes('abc')),
    ];
    await writeCkt(store, changes, { contents: { compression }, piece: 50_000 });
    const items = (await readCkt(store, { book })).slice(1, -1).map(plainItem);
    expect(items[0]).toEqual(plain(changes[0]!));
    expect(items[1]).toEqual(far(changes[1]!, (i) => i === 1));
    expect(items[2]).toEqual(far(changes[2]!, (i) => i === 3, 1));
    expect(items[3]).toEqual(far(changes[3]!, () => true, 2));
    expect(items[4]).toEqual(plain(changes[4]!));
    for (const [n, expected] of [value, changes[2]!.row[1], changes[3]!.old[0], changes[3]!.row[0]].entries()) {
      const read = (await collect(book.read(n))).toString('latin1');
      expect(read === field(expected as Buffer), `value ${n}`).toBe(true);
    }
    expect(book.isEmpty).toBe(false);
  });

  /** Fields and lines of every length about that of a block, the last field too. */
  it.each([-40, -30, -20, -12, -11, -10, -9, -8, -2, -1, 0, 1, 2])('are told from others at 1 MiB %i', async (more) => {
    const store = new MemoryStore();
    const book = new FarBook(store);
    const changes: Change[] = [
      insert('1', Buffer.alloc(M + more, 'x'), 'abc'),
      { op: 'I', table: log, old: [], row: [Buffer.alloc(M + more, 'y')] },
      { op: 'X', table: log, old: [Buffer.alloc(M + more, 'z')], row: [] },
      insert('2', 'short', 'abc'),
    ];
    await writeCkt(store, changes);
    const items = (await readCkt(store, { book })).slice(1, -1).map(plainItem);
    const isFar = more > 0;
    expect(items[0]).toEqual(far(changes[0]!, (i) => isFar && i === 1));
    expect(items[1]).toEqual(far(changes[1]!, () => isFar, 1));
    expect(items[2]).toEqual(far(changes[2]!, () => isFar, 2));
    expect(items[3]).toEqual(plain(changes[3]!));
    if (isFar) expect((await collect(book.read(2))).equals(changes[2]!.old[0] as Buffer)).toBe(true);
  });

  it('may be longer only once they are escaped', async () => {
    const store = new MemoryStore();
    const change = insert('1', Buffer.alloc(M - 100, '\n'), 'abc');
    await writeCkt(store, [change, insert('2', null, 'abc')]);
    const items = (await readCkt(store)).map(plainItem);
    expect(items[1]).toEqual(far(change, (i) => i === 1));
    expect(items).toHaveLength(4);
  });

  it('are not read from a file that took the place of theirs, or is damaged', async () => {
    const store = new MemoryStore();
    const book = new FarBook(store);
    await writeCkt(store, [insert('1', long(3 * M, 'a'), 'abc')]);
    await readCkt(store, { book });
    const file = store.files.get('4.ckt')!;
    const damaged = Buffer.from(file);
    damaged[2 * M]! ^= 1;
    store.files.set('4.ckt', damaged);
    await expect(collect(book.read(0))).rejects.toMatchObject({ code: 'CHUNK_DAMAGED' });
    await writeCkt(store, [insert('1', long(3 * M, 'b'), 'abc')]);
    await expect(collect(book.read(0))).rejects.toMatchObject({ code: 'CHUNK_STALE' });
    await expect(collect(book.read(1))).rejects.toMatchObject({ code: 'FAR_VALUE' });
  });

  it.each<[string, Change]>([
    ['insert', insert(long(M + 1, 'k'), 'x', 'abc')],
    ['delete', { op: 'R', table: film, old: [bytes('1'), long(M + 1, 'k')], row: [] }],
    ['move', { op: 'K', table: film, old: [long(M + 1, 'k'), bytes('x')], row: [null, null, null] }],
    ['move to it', { op: 'K', table: film, old: [null, null], row: [null, null, long(M + 1, 'k')] }],
    ['delete by full row', { op: 'X', table: film, old: [null, null, long(M + 1, 'k')], row: [] }],
  ])('are no key: %s', async (_, change) => {
    const store = new MemoryStore();
    await writeCkt(store, [change]);
    await expect(readCkt(store)).rejects.toThrow('a value of a key is longer than a block');
  });
});
