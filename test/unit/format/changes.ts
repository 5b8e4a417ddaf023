import fc from 'fast-check';
import type { CktContents } from '../../../src/format/ckt.js';
import { openCkt, type CktExpected, type CktItem, type FarBook } from '../../../src/format/ckt-reader.js';
import { CktWriter } from '../../../src/format/ckt-writer.js';
import type { Sealed } from '../../../src/format/frame-writer.js';
import type { ByteStore } from '../../../src/model/bytes.js';
import type { ChangedTable, RowOp } from '../../../src/model/change.js';
import { hostileValue, type Value } from './chunks.js';

export const contents = (change: Partial<CktContents> = {}): CktContents => ({
  migration: 'shop',
  chunk: '7a5b9a3e-0000-4000-8000-000000000003',
  first: 7,
  after: '0/1DC35C0',
  continues: false,
  compression: 'none',
  ...change,
});

export const film: ChangedTable = {
  id: '16385',
  schema: 'public',
  name: 'film\tstrip',
  identity: 'd',
  columns: [
    { name: 'id', type: 'integer', key: true },
    { name: 'title', type: 'text', key: false },
    { name: 'store', type: 'character(3)', key: true },
  ],
};

export const log: ChangedTable = {
  id: '16390',
  schema: 'public',
  name: 'log',
  identity: 'f',
  columns: [{ name: 'line', type: 'text', key: false }],
};

export const UNSENT = Symbol('not sent');
export type NewValue = Value | typeof UNSENT;

export interface Change {
  readonly op: RowOp;
  readonly table: ChangedTable;
  readonly old: readonly Value[];
  readonly row: readonly NewValue[];
}

/** Escaped by the book, without the code under test. */
export const field = (value: NewValue): string => {
  if (value === null) return '\\N';
  if (value === UNSENT) return '\\U';
  const letters: Record<string, string> = {
    '\\': '\\',
    '\b': 'b',
    '\f': 'f',
    '\n': 'n',
    '\r': 'r',
    '\t': 't',
    '\v': 'v',
  };
  return Buffer.from(value)
    .toString('latin1')
    .replace(/[\\\b\f\n\r\t\v]/g, (byte) => `\\${letters[byte]!}`);
};

export const textOf = (values: readonly NewValue[]): string => values.map(field).join('\t');

const bytesOf = (values: readonly NewValue[]): number =>
  values.reduce((sum, value) => sum + (value instanceof Uint8Array ? value.length : 0), 0);

/** Hands over a change as a source would: its values in pieces of so many bytes. */
export function put(writer: CktWriter, { op, table, old, row }: Change, piece = 65_536): void {
  const values = [...old, ...row];
  writer.change(op, table.id, bytesOf(values));
  for (const value of values) {
    if (value === null) writer.null();
    else if (value === UNSENT) writer.unchanged();
    else {
      writer.value(value.length);
      for (let at = 0; at < value.length; at += piece) writer.append(value, at, Math.min(value.length, at + piece));
    }
  }
}

export const tx = { position: '0/1DC3600', time: '2024-02-29 12:34:56.789012+00', xid: '742' };

/** One transaction of these changes, as file 4. */
export async function writeCkt(
  store: ByteStore,
  changes: readonly Change[],
  options: { readonly piece?: number; readonly contents?: Partial<CktContents>; readonly number?: number } = {},
): Promise<Sealed> {
  const writer = CktWriter.begin(store, options.number ?? 4, contents(options.contents));
  for (const table of [film, log]) writer.relation(table);
  writer.begin(7, tx);
  for (const change of changes) {
    put(writer, change, options.piece);
    await writer.ready();
  }
  writer.commit(7, changes.length, '0/1DC3700');
  return writer.seal();
}

export async function readCkt(
  store: ByteStore,
  options: { readonly number?: number; readonly expected?: CktExpected; readonly book?: FarBook } = {},
): Promise<CktItem[]> {
  const reader = await openCkt(store, options.number ?? 4, options.expected);
  const items: CktItem[] = [];
  try {
    for await (const batch of reader.items(options.book)) items.push(...batch);
  } finally {
    await reader.close();
  }
  return items;
}

/** What a reader should make of it. */
export const plain = ({ op, table, old, row }: Change) => ({
  op,
  table: table.id,
  old: 'KRFX'.includes(op) ? textOf(old) : undefined,
  row: 'IUKF'.includes(op) ? textOf(row) : undefined,
});

export const plainItem = (item: CktItem) => {
  if (item.kind !== 'row') return item;
  const { op, table, old, row } = item.change;
  const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('latin1');
  return { op, table: table.id, old: text(old), row: text(row) };
};

/** Changes with hostile values, of both tables. */
export const anyChange: fc.Arbitrary<Change> = fc
  .record({ op: fc.constantFrom<RowOp>('I', 'U', 'K', 'F', 'R', 'X'), table: fc.constantFrom(film, log) })
  .chain(({ op, table }) => {
    const [all, key] = [table.columns.length, table.columns.filter((column) => column.key).length];
    const [old, row] = { I: [0, all], U: [0, all], K: [key, all], F: [all, all], R: [key, 0], X: [all, 0] }[op] as [
      number,
      number,
    ];
    const value = 'UKF'.includes(op) ? fc.oneof(hostileValue, fc.constant<NewValue>(UNSENT)) : hostileValue;
    const list = <T>(of: fc.Arbitrary<T>, length: number) => fc.array(of, { minLength: length, maxLength: length });
    return fc.record({
      op: fc.constant(op),
      table: fc.constant(table),
      old: list(hostileValue, old),
      row: list<NewValue>(value, row),
    });
  });
