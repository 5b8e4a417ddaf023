/** What tests of applying changes need: a target, changes as a log would bring them, and what became of the rows. */
import { afterAll, expect } from 'vitest';
import { PgLoader } from '../../loaders/postgres/loader.js';
import type { Divergence } from '../../src/connector/loader.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
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
import { freshDatabase, type Major } from '../servers/index.js';

const open: PgDb[] = [];
afterAll(() => Promise.all(open.splice(0).map((db) => db.close())));

/** A session as a loader's, with an empty search path but for the control schema's place. */
export async function session(url: URL): Promise<PgDb> {
  const db = await connect(url, { name: 'openkite:test:apply', searchPath: 'wirekite, pg_temp' });
  open.push(db);
  return db;
}

export interface Bed {
  readonly url: URL;
  readonly db: PgDb;
  readonly loader: PgLoader;
}

/** A target with these tables, and a session that is ready to apply changes. */
export async function bed(sql: string, major: Major = 18): Promise<Bed> {
  const url = await freshDatabase(major);
  const db = await session(url);
  await db.query(sql);
  const loader = new PgLoader(db, major);
  expect(await loader.prepareApply()).toBeUndefined();
  return { url, db, loader };
}

const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         COALESCE(a.attnum = ANY (i.indkey), false) AS key
  FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
  WHERE a.attrelid = CAST(:name AS regclass) AND a.attnum > 0 AND NOT a.attisdropped
    AND COALESCE(to_jsonb(a) ->> 'attgenerated', '') = ''
  ORDER BY a.attnum`;

/** As the log would describe it; with these key columns, else those of its primary key. */
export async function changed(db: PgDb, schema: string, name: string, key?: readonly string[]): Promise<ChangedTable> {
  const { rows } = await db.query<{ name: string; type: string; key: boolean }>(COLUMNS, {
    name: placeOf({ schema, name }),
  });
  const columns = rows.map((column) => ({ ...column, key: key?.includes(column.name) ?? column.key }));
  return { id: `${schema}.${name}`, schema, name, identity: columns.some((c) => c.key) ? 'd' : 'f', columns };
}

export const placeOf = ({ schema, name }: { schema: string; name: string }): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

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
export const apply = ({ db, loader }: Bed, window: Window): Promise<void> =>
  db.transaction(async (tx) => expect(await loader.apply(tx, window)).toEqual([]));

/** Applies changes one by one, in a transaction of their own. Returns what could not be applied. */
export async function replay({ db, loader }: Bed, changes: readonly RowChange[], far = noFar): Promise<Divergence[]> {
  const found: Divergence[] = [];
  await db.transaction((tx) => loader.replay(tx, each(changes), far, async (one) => void found.push(one)));
  return found;
}

export async function* each<T>(things: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* things;
}

/** Rows as COPY prints them, sorted. */
export async function contents(db: PgDb, table: string): Promise<string[]> {
  const parts: Uint8Array[] = [];
  await db.unload(`COPY (SELECT * FROM ONLY ${table}) TO STDOUT`, {
    row: () => undefined,
    append: (bytes, start, end) => void parts.push(bytes.slice(start, end)),
    ready: () => undefined,
  });
  return Buffer.concat(parts).toString().split('\n').slice(0, -1).sort();
}
