import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { UNCHANGED } from '../../../src/format/ckt-line.js';
import { CktWriter, openCkt } from '../../../src/format/ckt.js';
import { openDkt } from '../../../src/format/dkt.js';
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
  const store = new MemoryStore();
  const fields = (...values: string[]) => values.map((value) => Buffer.from(value));
  const writer = await CktWriter.create(store, 0, {
    migration: 'shop',
    chunk: '7a5b9a3e-0000-4000-8000-000000000002',
    first: 1,
    position: '0/1DC35C0',
    continues: false,
    compression: 'none',
  });
  writer.line({ op: 'B', fields: fields('1', '0/1DC3600', '2024-02-29 12:34:56.789012+00', '742') });
  writer.line({
    op: 'D',
    fields: fields('1', 'public', 'film', 'd', 'f00d', 'id', 'integer', 'k', 'title', 'text', ''),
  });
  writer.line({ op: 'I', fields: [...fields('1', '4'), null] });
  writer.line({ op: 'U', fields: [...fields('1', '4'), UNCHANGED] });
  writer.line({ op: 'K', fields: [...fields('1', '4', '5', '\\U')] });
  writer.line({ op: 'E', fields: fields('1', '3') });
  await writer.seal();
  const expected = await golden('0.ckt');
  expect(store.files.get('0.ckt')!.toString('latin1')).toBe(expected.toString('latin1'));
  const reader = await openCkt(MemoryStore.with('0.ckt', expected), 0);
  const ops: string[] = [];
  for await (const line of reader.lines()) ops.push(line.op);
  expect([ops.join(''), reader.last]).toEqual(['BDIUKE', 1]);
});
