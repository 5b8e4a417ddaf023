/** The reader alone: messages cut anywhere give the same calls, whether read as a whole or as their bytes arrive. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Followed, Relation } from '../../extractors/postgres/changes/followed.js';
import { ChangeReader } from '../../extractors/postgres/changes/reader.js';
import { Recording } from './stream.js';

const u16 = (n: number) => Buffer.of(n >> 8, n & 255);
const u32 = (n: number) => Buffer.of(n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255);
const u64 = (n: number) => Buffer.concat([u32(Math.floor(n / 2 ** 32)), u32(n >>> 0)]);
const text = (s: string) => Buffer.from(`${s}\0`);

type Field = string | null | undefined;
const field = (value: Field) =>
  value === null
    ? Buffer.from('n')
    : value === undefined
      ? Buffer.from('u')
      : Buffer.concat([Buffer.from('t'), u32(value.length), Buffer.from(value, 'latin1')]);
const tuple = (kind: string, fields: readonly Field[]) =>
  Buffer.concat([Buffer.from(kind), u16(fields.length), ...fields.map(field)]);

const begin = (lsn: number) => Buffer.concat([Buffer.from('B'), u64(lsn), u64(1), u32(7)]);
const commit = (lsn: number) => Buffer.concat([Buffer.from('C\0'), u64(lsn), u64(lsn + 8), u64(1)]);
const relation = (id: number) =>
  Buffer.concat([Buffer.from('R'), u32(id), text('s'), text(`t${id}`), Buffer.from('d'), u16(0)]);
const row = (type: string, id: number, ...tuples: Buffer[]) => Buffer.concat([Buffer.from(type), u32(id), ...tuples]);

/** Three columns; of table 1 the first and the last are its key, table 2 has none. */
const KEYS = [
  [true, false, true],
  [false, false, false],
];

function described({ id, schema, name }: Relation): Followed {
  const key = KEYS[id - 1]!;
  const columns = key.map((isKey, i) => ({ name: `c${i}`, type: 'text', key: isKey }));
  return {
    table: { id: String(id), schema, name, identity: 'd', columns },
    key,
    keyed: id === 1,
    lastKey: key.lastIndexOf(true),
  };
}

/** Feeds messages in pieces of these sizes, over and over; asks `ready` after every third piece, as a socket's reads do. */
async function read(messages: readonly Buffer[], sizes: readonly number[], small: number): Promise<string[]> {
  const sink = new Recording();
  const describe = async (one: Relation) => (await new Promise((done) => setImmediate(done)), described(one));
  const reader = new ChangeReader(sink, { describe, small });
  let pieces = 0;
  for (const message of messages) {
    reader.row(message.length);
    for (let at = 0; at < message.length; pieces += 1) {
      const end = Math.min(message.length, at + (sizes[pieces % sizes.length] ?? 1));
      const chunk = Buffer.concat([Buffer.from('..'), message.subarray(at, end)]);
      reader.append(chunk, 2, chunk.length);
      if (pieces % 3 === 0) await reader.ready();
      at = end;
    }
  }
  await reader.ready();
  reader.sent(2n ** 40n);
  return [...sink.lines, sink.idleAt, ...sink.bytes.map(({ said, value }) => String(said >= value))];
}

const value = fc.oneof(fc.string({ unit: 'binary-ascii', maxLength: 6 }), fc.constant('x'.repeat(300)));
const nullable = fc.oneof(value, fc.constant(null));
const kept = fc.oneof(nullable, fc.constant(undefined));

const change = fc.oneof(
  fc.tuple(value, nullable, value).map((now) => row('I', 1, tuple('N', now))),
  fc.tuple(value, kept, value).map((now) => row('U', 1, tuple('N', now))),
  fc
    .tuple(fc.tuple(value, value), fc.tuple(value, kept, value), fc.boolean(), fc.constantFrom('K', 'O'))
    .map(([[a, c], [x, b, z], same, kind]) =>
      row(
        'U',
        1,
        tuple(kind, [a, kind === 'K' ? null : 'whatever', c]),
        tuple('N', same ? [a, b, undefined] : [x, b, z]),
      ),
    ),
  fc.tuple(value, value).map(([a, c]) => row('D', 1, tuple('K', [a, null, c]))),
  fc.tuple(nullable, nullable, nullable).map((old) => row('D', 2, tuple('O', old))),
  fc
    .tuple(fc.tuple(nullable, nullable, nullable), fc.tuple(kept, kept, kept))
    .map(([old, now]) => row('U', 2, tuple('O', old), tuple('N', now))),
  fc.constant(Buffer.concat([Buffer.from('T'), u32(2), Buffer.of(3), u32(1), u32(2)])),
  value.map((content) =>
    Buffer.concat([Buffer.from('M\x01'), u64(1), text('p'), u32(content.length), Buffer.from(content, 'latin1')]),
  ),
);

test('cut anywhere, whole or as it arrives: the same calls', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(change, { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      async (transactions, sizes) => {
        const described = [relation(1), relation(2)];
        const messages = transactions.flatMap((changes, i) => [
          begin(i * 100 + 1),
          ...(changes.length > 0 ? described : []),
          ...changes,
          commit(i * 100 + 1),
        ]);
        const whole = await read(messages, [1 << 20], 1 << 20);
        expect(await read(messages, sizes, 1 << 20)).toEqual(whole);
        expect(await read(messages, sizes, 0)).toEqual(whole);
        expect(await read(messages, [1], 100)).toEqual(whole);
      },
    ),
    { numRuns: 150 },
  );
});

test('a key behind more than can be held is said to have changed, and nothing is missing', async () => {
  const big = 'x'.repeat(300_000);
  const messages = [
    begin(1),
    relation(1),
    row('U', 1, tuple('K', ['a', null, 'c']), tuple('N', ['a', big, undefined])),
    commit(1),
  ];
  expect((await read(messages, [60_000], 1000)).slice(0, 3)).toEqual(['B', `K s.t1 a|c|a|${big}|c`, 'E']);
  expect((await read(messages, [60_000], 1 << 20)).slice(0, 3)).toEqual(['B', `U s.t1 a|${big}|c`, 'E']);
});

test('a transaction without a change of ours is passed over, and its end is known', async () => {
  expect(await read([begin(100), commit(100)], [5], 0)).toEqual([expect.stringMatching(/^100\/0$/)]);
  const sink = new Recording();
  const reader = new ChangeReader(sink, { describe: (one) => Promise.resolve(described(one)) });
  for (const message of [begin(0x10), commit(0x10)]) {
    reader.row(message.length);
    reader.append(message, 0, message.length);
  }
  expect([sink.lines, sink.idleAt]).toEqual([[], '0/18']);
});

test('nothing is handed over before what it is told to wait for, and nothing at all where that fails', async () => {
  for (const fails of [false, true]) {
    const sink = new Recording();
    const reader = new ChangeReader(sink, { describe: (one) => Promise.resolve(described(one)) });
    reader.hold(new Promise((resolve, reject) => setImmediate(() => (fails ? reject(new Error('a gap')) : resolve()))));
    for (const message of [begin(1), relation(1), row('I', 1, tuple('N', ['a', 'b', 'c'])), commit(1)]) {
      reader.row(message.length);
      reader.append(message, 0, message.length);
    }
    expect(sink.lines).toEqual([]);
    const ready = reader.ready();
    if (fails) await expect(ready).rejects.toThrow('a gap');
    else await ready;
    expect(sink.lines).toEqual(fails ? [] : ['B', 'I s.t1 a|b|c', 'E']);
  }
});

test('what it does not understand is refused', async () => {
  await expect(read([Buffer.from('Zzz')], [9], 0)).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
  const short = row('I', 1, tuple('N', ['a']));
  for (const small of [0, 1000])
    await expect(read([begin(1), relation(1), short], [9], small)).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
  const keyless = row('U', 1, tuple('N', [undefined, 'b', 'c']));
  for (const small of [0, 1000])
    await expect(read([begin(1), relation(1), keyless], [9], small)).rejects.toMatchObject({ code: 'KEY_MISSING' });
});

test('400,000 small rows are read in well under a second', async () => {
  const insert = row('I', 1, tuple('N', ['12345', 'some text here', '2024-01-01']));
  const calls = {
    ...new Recording(),
    begin() {},
    relation() {},
    change() {},
    null() {},
    unchanged() {},
    value() {},
    append() {},
  };
  const sink = Object.assign(calls, { truncate() {}, message() {}, commit() {}, idle() {}, ready: () => undefined });
  const reader = new ChangeReader(sink, { describe: (one) => Promise.resolve(described(one)) });
  for (const message of [begin(1), relation(1)]) {
    reader.row(message.length);
    reader.append(message, 0, message.length);
    await reader.ready();
  }
  const started = performance.now();
  for (let i = 0; i < 400_000; i += 1) {
    reader.row(insert.length);
    reader.append(insert, 0, insert.length);
  }
  expect(performance.now() - started).toBeLessThan(1000);
});
