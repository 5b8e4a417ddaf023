import type { ChangedTable, NetChanges, NetUpdates, RowChange } from '../../../src/model/change.js';

/**
 * A database small enough to be read: rows are fields of COPY text, and each has a `self` that no statement sees, as what
 * refers to a row by another unique column would: it dies with the row, and stays with it when its key changes.
 */
export interface Row {
  readonly self: number;
  readonly values: readonly string[];
}

export type State = Map<ChangedTable, Row[]>;

export const copyOf = (state: State): State => new Map([...state].map(([table, rows]) => [table, [...rows]]));

let selves = 0;
export const row = (values: readonly string[], self = ++selves): Row => ({ self, values });

export const bytes = (values: readonly string[]): Buffer => Buffer.from(values.join('\t'));
export const values = (text: Uint8Array): string[] => Buffer.from(text).toString().split('\t');

export const keyOf = (table: ChangedTable, all: readonly string[]): string =>
  all.filter((_, i) => table.columns[i]!.key).join('\t');

const isKeyed = (table: ChangedTable): boolean => table.columns.some(({ key }) => key);
const find = (table: ChangedTable, rows: readonly Row[], key: string): number =>
  rows.findIndex((one) => keyOf(table, one.values) === key);

function take(table: ChangedTable, rows: Row[], key: string): Row {
  const at = find(table, rows, key);
  if (at < 0) throw new Error(`${table.name}: there is no row ${key}`);
  return rows.splice(at, 1)[0]!;
}

function give(table: ChangedTable, rows: Row[], one: Row): void {
  if (isKeyed(table) && find(table, rows, keyOf(table, one.values)) >= 0)
    throw new Error(`${table.name}: row ${one.values.join()} is there already`);
  rows.push(one);
}

function takeImage(rows: Row[], image: string): Row {
  const at = rows.findIndex((one) => one.values.join('\t') === image);
  if (at < 0) throw new Error(`there is no row ${image}`);
  return rows.splice(at, 1)[0]!;
}

const sent = (before: readonly string[], after: readonly string[]): string[] =>
  after.map((value, i) => (value === '\\U' ? before[i]! : value));

/** Deleted and inserted is an update: what depends on the row must not go with it. */
export const both = ({ table, deletes, inserts }: NetChanges): string[] => {
  const gone = new Set(deletes.map((key) => Buffer.from(key).toString()));
  return inserts.map((text) => keyOf(table, values(text))).filter((key) => gone.has(key));
};

/** As the source did it. */
export function applyOne(state: State, { op, table, old, row: text }: RowChange): void {
  const rows = state.get(table)!;
  const after = text && values(text);
  if (op === 'I') return give(table, rows, row(after!));
  const before =
    op === 'X' || op === 'F'
      ? takeImage(rows, Buffer.from(old!).toString())
      : take(table, rows, op === 'U' ? keyOf(table, after!) : Buffer.from(old!).toString());
  if (after) give(table, rows, row(sent(before.values, after), before.self));
}

/** Deletes, moves, updates, inserts, images; each list as one statement. */
export function applyNet(state: State, net: readonly NetChanges[]): void {
  for (const { table, deletes } of net)
    for (const key of deletes) take(table, state.get(table)!, Buffer.from(key).toString());
  for (const { table, moves } of net) set(table, state.get(table)!, moves, true);
  for (const { table, updates } of net) set(table, state.get(table)!, updates, false);
  for (const { table, inserts } of net) for (const text of inserts) give(table, state.get(table)!, row(values(text)));
  for (const { table, images } of net) for (const image of images) count(state.get(table)!, image);
}

function set(table: ChangedTable, rows: Row[], lists: readonly NetUpdates[], moves: boolean): void {
  const keys = table.columns.flatMap(({ key }, i) => (key ? [i] : []));
  const changed = lists.flatMap(({ columns, rows: texts }) =>
    texts.map((text) => {
      const fields = values(text);
      const news = moves ? fields.slice(keys.length) : fields;
      if (news.length !== columns.length) throw new Error(`${table.name}: ${fields.length} values`);
      const key = moves ? fields.slice(0, keys.length) : keys.map((i) => news[columns.indexOf(i)]!);
      if (!keys.every((i) => columns.includes(i))) throw new Error(`${table.name}: no key in ${columns.join()}`);
      const before = take(table, rows, key.join('\t'));
      return row(
        before.values.map((value, i) => news[columns.indexOf(i)] ?? value),
        before.self,
      );
    }),
  );
  for (const one of changed) give(table, rows, one);
}

function count(rows: Row[], { row: image, count }: NetChanges['images'][number]): void {
  if (count === 0) throw new Error('an image that nothing happened to');
  for (let n = count; n < 0; n += 1) takeImage(rows, Buffer.from(image).toString());
  for (let n = count; n > 0; n -= 1) rows.push(row(values(image)));
}

/** Rows of each table, in an order of their own. */
export const contentOf = (state: State): string[][] =>
  [...state.values()].map((rows) => rows.map((one) => one.values.join('\t')).sort());

/** By what rows are called: the self of each that is among `selves`. */
export const selvesOf = (state: State, among: ReadonlySet<number>): string[] =>
  [...state]
    .flatMap(([table, rows]) =>
      isKeyed(table)
        ? rows
            .filter(({ self }) => among.has(self))
            .map(({ self, values }) => `${self} ${table.name} ${keyOf(table, values)}`)
        : [],
    )
    .sort();

export const allSelves = (state: State): Set<number> => new Set([...state.values()].flat().map(({ self }) => self));
