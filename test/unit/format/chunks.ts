import fc from 'fast-check';
import type { Fault } from '../../../src/base/fault.js';
import { createDkt, openDkt, type ChunkReader, type DktContents, type DktHeader } from '../../../src/format/dkt.js';
import type { Sealed } from '../../../src/format/frame-writer.js';
import { escape } from '../../../src/format/text.js';
import type { ByteStore } from '../../../src/model/bytes.js';
import type { Encoding } from '../../../src/model/schema.js';
import { MemoryStore } from './memory.js';

export type Value = Uint8Array | null;
export type Values = readonly Value[];

export type Header = DktContents & Pick<DktHeader, 'name' | 'compression'>;

export const head = (change: Partial<Header> = {}): Header => ({
  name: 'public.film.1.dkt',
  migration: 'shop',
  chunk: '7a5b9a3e-0000-4000-8000-000000000001',
  generation: 1,
  schema: 'public',
  table: 'film',
  columns: [
    { name: 'id', type: 'integer' },
    { name: 'title', type: 'character varying(255)' },
  ],
  encoding: 'text',
  compression: 'none',
  bounds: 'ctid (0,1) (100,0)',
  position: '0/1DC35C0',
  ...change,
});

/** The bytes of a row as a source would send them, made here without the code under test where it can be. */
export function rowBytes(encoding: Encoding, values: Values): Buffer {
  return encoding === 'text' ? textRow(values) : tuple(values);
}

function textRow(values: Values): Buffer {
  const fields = values.map((value) => (value === null ? '\\N' : Buffer.from(escape(value)).toString('latin1')));
  return Buffer.from(`${fields.join('\t')}\n`, 'latin1');
}

function tuple(values: Values): Buffer {
  const parts = [Buffer.alloc(2)];
  parts[0]!.writeInt16BE(values.length);
  for (const value of values) {
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : value.length);
    parts.push(length, Buffer.from(value ?? []));
  }
  return Buffer.concat(parts);
}

/** Values that break what scans for delimiters, escapes, NULL or lengths. */
export const hostileValue: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '\\',
        '\n',
        '\r',
        '\t',
        '\b',
        '\f',
        '\v',
        '\0',
        'N',
        'U',
        '.',
        '\\N',
        '\\U',
        '\\.',
        '\u2028',
        '\uFEFF',
        'é',
        '"',
        "'",
      ),
      {
        maxLength: 12,
      },
    )
    .map((parts) => Buffer.from(parts.join(''))),
);

export const hostileRows = (): fc.Arbitrary<Values[]> =>
  fc
    .integer({ min: 0, max: 4 })
    .chain((columns) =>
      fc.array(fc.array(hostileValue, { minLength: columns, maxLength: columns }), { maxLength: 30 }),
    );

/** Writes rows, in pieces of at most `piece` bytes. */
export async function writeDkt(
  store: ByteStore,
  { name, compression, ...contents }: Header,
  rows: readonly Buffer[],
  piece = 65_536,
): Promise<Sealed & { name: string }> {
  const writer = await createDkt(store, name, contents, compression);
  for (const row of rows) {
    writer.row(row.length);
    for (let at = 0; at < row.length; at += piece) {
      writer.append(row, at, Math.min(row.length, at + piece));
      await writer.ready();
    }
  }
  return { ...(await writer.seal()), name };
}

/** One small file in memory: its name and bytes. */
export async function dktBytes(
  rows: readonly Buffer[],
  change: Partial<Header> = {},
): Promise<[string, Buffer, Sealed]> {
  const store = new MemoryStore();
  const sealed = await writeDkt(store, head(change), rows);
  return [sealed.name, store.files.get(sealed.name)!, sealed];
}

export async function readFrom(reader: ChunkReader, fromRow: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of reader.blocks(fromRow)) pieces.push(piece.bytes);
  return Buffer.concat(pieces);
}

/** The code with which opening or reading fails, and the bytes that came before. */
export async function refusal(
  store: ByteStore,
  name: string,
): Promise<{ code: string | undefined; sent: Buffer; fault: Fault | undefined }> {
  const pieces: Buffer[] = [];
  try {
    const reader = await openDkt(store, name);
    for await (const piece of reader.blocks(0)) pieces.push(piece.bytes);
  } catch (error) {
    return {
      code: (error as Fault).code ?? `unnamed: ${String(error)}`,
      sent: Buffer.concat(pieces),
      fault: error as Fault,
    };
  }
  return { code: undefined, sent: Buffer.concat(pieces), fault: undefined };
}
