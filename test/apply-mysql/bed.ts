/** What tests of applying changes need: a target, what is moved to it, changes as a log would bring them, and what became of the rows. */
import { afterAll, expect } from 'vitest';
import { Applier } from '../../loaders/mysql/apply/applier.js';
import { serverOf } from '../../loaders/mysql/server.js';
import { Moved } from '../../loaders/mysql/targets.js';
import type { Divergence } from '../../src/connector/loader.js';
import { connect } from '../../src/db/mysql/connect.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import { fieldOf } from '../../src/format/fields.js';
import type {
  ChangedTable,
  FarValues,
  NetChanges,
  NetUpdates,
  RowChange,
  RowOp,
  Window,
} from '../../src/model/change.js';
import type { Column, Constraint, Schema, Table } from '../../src/model/schema.js';
import type { ValueType } from '../../src/model/type.js';
import { freshMariaDb } from '../servers/index.js';

const open: MyDb[] = [];
afterAll(() => Promise.all(open.splice(0).map((db) => db.close())));

export async function session(url: URL): Promise<MyDb> {
  const db = await connect(url, { name: 'openkite:test:apply' });
  open.push(db);
  return db;
}

export interface Bed {
  readonly url: URL;
  readonly db: MyDb;
  readonly applier: Applier;
}

/** The source's schema of the tables: their names are `shop.<name>`. */
export const HOME = 'shop';

/** A target with these tables, moved as they are, and a session that is ready to apply changes. */
export async function bed(sql: string, keys: readonly Kin[] = []): Promise<Bed> {
  const url = await freshMariaDb();
  const db = await session(url);
  await db.query(sql);
  return bedOf(url, db, await learned(db, keys));
}

/** The same where the tables are there, and this is moved. */
export async function bedOf(url: URL, db: MyDb, schema: Schema): Promise<Bed> {
  const applier = new Applier(new Moved(schema, url.pathname.slice(1), serverOf('10.11.0-MariaDB', 0)));
  expect(await applier.prepare(db)).toBeUndefined();
  return { url, db, applier };
}

/** A foreign key, as `child(column) parent(column) <on delete> <on update>`; what it does is not in the source's log. */
export type Kin = readonly [child: string, parent: string, onDelete: Action, onUpdate?: Action];
type Action = 'no action' | 'cascade' | 'set null';

const COMPUTED = /\b(?:generated|virtual)\b/i;

interface Found extends Record<string, unknown> {
  readonly tab: string;
  readonly name: string;
  readonly type: string;
  readonly collation: string | null;
  readonly extra: string;
  readonly place: string;
}

const COLUMNS = `
  SELECT TABLE_NAME AS tab, COLUMN_NAME AS name, COLUMN_TYPE AS type, COLLATION_NAME AS collation, EXTRA AS extra,
         COLUMN_KEY AS place
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION`;

async function learned(db: MyDb, kin: readonly Kin[]): Promise<Schema> {
  const { rows } = await db.query<Found>(COLUMNS);
  const names = [...new Set(rows.map(({ tab }) => tab))];
  const tables = names.map((name) => tableOf(name, rows.filter(({ tab }) => tab === name).map(columnOf), kin));
  return { dialect: 'mysql', serverVersion: '10.11', home: HOME, tables, objects: [], notMoved: [] };
}

function tableOf(name: string, columns: Column[], kin: readonly Kin[]): Table {
  return {
    ...{ id: `table ${name}`, schema: HOME, name, columns, hasRows: true, inherits: [], indexes: [], needs: [] },
    ...{ rowsEstimated: 0, bytesEstimated: 0, encodings: ['text'], options: { unlogged: false, parameters: [] } },
    constraints: kin.filter(([child]) => child.startsWith(`${name}(`)).map(foreignKey),
  };
}

function foreignKey([child, parent, onDelete, onUpdate = 'no action']: Kin): Constraint {
  const [[, columns], [table, theirs]] = [partsOf(child), partsOf(parent)];
  return {
    ...{ id: child, name: child, definition: '', needs: [], kind: 'foreign key', columns, inherited: false },
    ...{ deferrable: false, validated: true },
    references: { table: `${HOME}.${table}`, columns: theirs, onDelete, onUpdate, unlogged: true },
  };
}

function partsOf(text: string): [string, string[]] {
  const [name = '', columns = ''] = text.replace(')', '').split('(');
  return [name, columns.split(',')];
}

function columnOf({ name, type, collation, extra }: Found): Column {
  return {
    ...{ name, type, value: valueOf(type), numbered: false, nullable: true, options: [], local: true },
    ...(collation === null ? {} : { collation }),
    ...(COMPUTED.test(extra) ? { generated: { expression: '', stored: true } } : {}),
  };
}

function valueOf(type: string): ValueType {
  const [, word = '', digits = '0'] = /^(\w+)(?:\((\d+))?/.exec(type) ?? [];
  if (/blob|binary/.test(word)) return { kind: 'bytes', fixed: false };
  if (word === 'bit') return { kind: 'bits', length: Number(digits), varying: false };
  if (word === 'float' || word === 'double') return { kind: 'float', bits: word === 'float' ? 32 : 64, special: false };
  if (word === 'timestamp') return { kind: 'timestamptz', digits: Number(digits), zero: true, special: false };
  if (word === 'point') return { kind: 'geometry', shape: word };
  return { kind: 'other', name: type };
}

/** As the log would describe it; with these key columns, else those of its primary key. */
export async function changed({ db }: Bed, name: string, key?: readonly string[]): Promise<ChangedTable> {
  const { rows } = await db.query<Found>(COLUMNS);
  const columns = rows
    .filter(({ tab, extra }) => tab === name && !COMPUTED.test(extra))
    .map((column) => ({
      name: column.name,
      type: column.type,
      key: key?.includes(column.name) ?? column.place === 'PRI',
    }));
  return { id: name, schema: HOME, name, identity: columns.some((c) => c.key) ? 'd' : 'f', columns };
}

/** A value that was not sent. */
export const U = Symbol('unchanged');

type Value = string | null | symbol | { readonly far: number };

/** A far value's place. */
export const farMark = (n: number): { readonly far: number } => ({ far: n });

/** A row's COPY text. */
export const row = (...values: Value[]): Buffer =>
  Buffer.concat(values.flatMap((value, i) => [...(i === 0 ? [] : [Buffer.from('\t')]), textOf(value)]));

function textOf(value: Value): Uint8Array {
  if (typeof value === 'symbol') return Buffer.from('\\U');
  return value === null || typeof value === 'string' ? fieldOf(value) : Buffer.from(`\\F${value.far}`);
}

export const net = (table: ChangedTable, changes: Partial<Omit<NetChanges, 'table'>>): NetChanges => ({
  table,
  deletes: [],
  moves: [],
  updates: [],
  inserts: [],
  images: [],
  ...changes,
});

/** Updates of all columns. */
export const whole = (table: ChangedTable, ...rows: Buffer[]): NetUpdates => ({
  columns: table.columns.map((_, i) => i),
  rows,
});

export const windowOf = (...tables: NetChanges[]): Window => ({ tables, far: undefined });

export const change = (op: RowOp, table: ChangedTable, old?: Buffer, after?: Buffer): RowChange => ({
  op,
  table,
  old,
  row: after,
});

export const noFar: FarValues = {
  read: (n) => {
    throw new Error(`nobody wrote the far value ${n}`);
  },
};

/** Applies the window in a transaction of its own; nothing may be wrong with it. */
export const apply = ({ db, applier }: Bed, window: Window): Promise<void> =>
  db.transaction(async (tx) => expect(await applier.apply(tx, window)).toEqual([]));

/** Applies changes one by one, in a transaction of their own. Returns what could not be applied. */
export async function replay({ db, applier }: Bed, changes: readonly RowChange[], far = noFar): Promise<Divergence[]> {
  const found: Divergence[] = [];
  await db.transaction((tx) => applier.replay(tx, each(changes), far, async (one) => void found.push(one)));
  return found;
}

export async function* each<T>(things: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* things;
}

/** The values of every row as the server prints them, between tabs; NULL as `\N`; sorted. */
export async function contents({ db }: Pick<Bed, 'db'>, table: string): Promise<string[]> {
  const { rows } = await db.query<Record<string, string | number | null>>(`SELECT * FROM ${quoteIdentifier(table)}`);
  return rows
    .map((one) =>
      Object.values(one)
        .map((value) => fieldOf(value === null ? null : String(value)))
        .join('\t'),
    )
    .sort();
}
