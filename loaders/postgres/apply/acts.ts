import { rowOf } from '../../../src/format/fields.js';
import type { NetChanges } from '../../../src/model/change.js';
import { copyInto, deleteImages, deleteKeys, insert, move, staged, update } from './statements.js';
import type { Target, TargetColumn } from './targets.js';

/** What happened to a table, and the table. */
export interface Work {
  readonly target: Target;
  readonly net: NetChanges;
}

/** One statement of a window. */
export interface Act {
  readonly target: Target;
  readonly what: 'delete' | 'move' | 'update' | 'insert';
  /** How many rows it should change. */
  readonly expected: number;
  /** Of a move or an update: the columns that get new values, and perhaps the key's. */
  readonly sent?: readonly TargetColumn[];
  /** Rows to find others by, with the types of their values; or those that go into the table. */
  readonly by: Staged | { readonly copy: string; readonly rows: Iterable<Uint8Array> };
}

export interface Staged {
  readonly types: readonly string[];
  readonly rows: readonly Uint8Array[];
  readonly statement: (from: string) => string;
}

/** The statements of a window, in the order that no foreign key objects to: all deletes, moves, updates, all inserts. */
export function* actsOf(parentsFirst: readonly Work[]): Generator<Act> {
  for (const act of inOrder(parentsFirst)) if (act.expected > 0) yield act;
}

function* inOrder(parentsFirst: readonly Work[]): Generator<Act> {
  for (const work of [...parentsFirst].reverse()) yield* deletes(work);
  for (const work of parentsFirst) yield* moves(work);
  for (const work of parentsFirst) yield* updates(work);
  for (const work of parentsFirst) yield* inserts(work);
}

function* deletes({ target, net: { deletes: rows, images } }: Work): Generator<Act> {
  const keys = typesOf(target.keys);
  const statement = (from: string) => deleteKeys(target, from);
  yield { target, what: 'delete', expected: rows.length, by: { types: keys, rows, statement } };
  const gone = images.filter(({ count }) => count < 0).map(({ row, count }) => ({ row, copies: -count }));
  yield imageDelete(target, gone);
}

function imageDelete(target: Target, gone: readonly { row: Uint8Array; copies: number }[]): Act {
  const counted = gone.map(({ row, copies }) =>
    rowOf([Buffer.from(String(copies)), ...(hasValues(target) ? [row] : [])]),
  );
  return {
    target,
    what: 'delete',
    expected: gone.reduce((sum, { copies }) => sum + copies, 0),
    by: {
      types: ['int8', ...typesOf(target.columns)],
      rows: counted,
      statement: (from) => deleteImages(target, from),
    },
  };
}

function* moves({ target, net }: Work): Generator<Act> {
  for (const { columns, rows } of net.moves) {
    const sent = columns.map((i) => target.columns[i]!);
    const statement = (from: string) => move(target, sent, from);
    const types = typesOf([...target.keys, ...sent]);
    yield { target, what: 'move', expected: rows.length, sent, by: { types, rows, statement } };
  }
}

function* updates({ target, net }: Work): Generator<Act> {
  for (const { columns, rows } of net.updates) {
    const sent = columns.map((i) => target.columns[i]!);
    const statement = (from: string) => update(target, sent, from);
    yield { target, what: 'update', expected: rows.length, sent, by: { types: typesOf(sent), rows, statement } };
  }
}

function* inserts({ target, net: { inserts: rows, images } }: Work): Generator<Act> {
  yield { target, what: 'insert', expected: rows.length, by: newRows(target, rows) };
  const come = images.filter(({ count }) => count > 0);
  const expected = come.reduce((sum, { count }) => sum + count, 0);
  yield { target, what: 'insert', expected, by: newRows(target, [...copiesOf(come)]) };
}

/** Straight into the table, where nothing is done to their values. */
function newRows(target: Target, rows: readonly Uint8Array[]): Act['by'] {
  if (target.columns.every(({ expression }) => expression === undefined)) return { copy: copyInto(target), rows };
  return { types: typesOf(target.columns), rows, statement: (from) => insert(target, from) };
}

function* copiesOf(images: NetChanges['images']): Generator<Uint8Array> {
  for (const { row, count } of images) for (let copy = 0; copy < count; copy += 1) yield row;
}

const typesOf = (columns: readonly TargetColumn[]): string[] => columns.map(staged);

const hasValues = ({ columns }: Target): boolean => columns.length > 0;
