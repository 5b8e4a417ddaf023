import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { CktWriter } from '../../../src/format/ckt-writer.js';
import { openDkt } from '../../../src/format/dkt.js';
import type { ChangedTable } from '../../../src/model/change.js';
import { contents, plain, plainItem, put, readCkt, tx, UNSENT, type Change } from './changes.js';
import { dktBytes, readFrom, rowBytes } from './chunks.js';
import { MemoryStore } from './memory.js';

/**
 * Files of version 1, byte by byte. If this fails, files that are already written can no longer be read: the
 * version must rise. `.dkt` and `.ckt` are not compressed here, since zlib's output may change with its version.
 */
const golden = (name: string): Promise<Buffer> => readFile(new URL(`../../golden/${name}`, import.meta.url));

const rows = [
  [Buffer.from('1'), Buffer.from('ACADEMY\tDINOSAUR')],
  [Buffer.from('2'), null],
  [Buffer.from('3'), Buffer.from('\\N\n')],
];

it.each(['text', 'pgcopy'] as const)('writes and reads the golden %s .dkt', async (encoding) => {
  const [name, bytes] = await dktBytes(
    rows.map((row) => rowBytes(encoding, row)),
    { encoding },
  );
  const expected = await golden(`${encoding}.dkt`);
  expect(bytes.toString('latin1')).toBe(expected.toString('latin1'));
  const reader = await openDkt(MemoryStore.with(name, expected), name, { rows: 3 });
  expect(await readFrom(reader, 2)).toEqual(rowBytes(encoding, rows[2]!));
});

it('writes and reads the golden .ckt', async () => {
  const film: ChangedTable = {
    id: '16385',
    schema: 'public',
    name: 'film',
    identity: 'd',
    columns: [
      { name: 'id', type: 'integer', key: true },
      { name: 'title', type: 'text', key: false },
    ],
  };
  const value = (text: string) => Buffer.from(text);
  const changes: Change[] = [
    { op: 'I', table: film, old: [], row: [value('4'), null] },
    { op: 'U', table: film, old: [], row: [value('4'), UNSENT] },
    { op: 'K', table: film, old: [value('4')], row: [value('5'), value('\\U')] },
  ];
  const store = new MemoryStore();
  const chunk = '7a5b9a3e-0000-4000-8000-000000000002';
  const writer = CktWriter.begin(store, 0, contents({ chunk, first: 1 }));
  writer.relation(film);
  writer.begin(1, tx);
  for (const change of changes) put(writer, change);
  writer.truncate([film.id], { cascade: true, restart: false });
  writer.message('note', value('a\tb'));
  writer.commit(1, 4, '0/1DC3700');
  await writer.seal();
  const expected = await golden('0.ckt');
  expect(store.files.get('0.ckt')!.toString('latin1')).toBe(expected.toString('latin1'));
  const items = await readCkt(MemoryStore.with('0.ckt', expected), { number: 0 });
  expect(items.map(plainItem)).toEqual([
    { kind: 'begin', seq: 1, ...tx },
    ...changes.map(plain),
    { kind: 'truncate', tables: [film], cascade: true, restart: false },
    { kind: 'message', prefix: 'note', content: value('a\tb') },
    { kind: 'commit', seq: 1, changes: 4, end: '0/1DC3700' },
  ]);
});
