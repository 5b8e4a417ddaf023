import { Fault } from '../../src/base/fault.js';
import { probe } from '../../src/base/probe.js';
import type { Slice, Snapshot } from '../../src/connector/extractor.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import type { ByteSink } from '../../src/model/bytes.js';
import type { Position } from '../../src/model/position.js';
import { storedColumns, tableName, type Encoding, type Table } from '../../src/model/schema.js';
import { canonOf } from './canon/canon.js';
import { edgesOf } from './edges.js';
import type { FieldForm } from './field.js';
import { oneMoment, type Asked } from './moment.js';
import { lost, Readers } from './readers.js';
import { RowText } from './row-text.js';
import { readServer } from './server.js';
import { qualified, selectStatement, slicesBetween } from './slices.js';

export interface SnapshotOptions {
  /** How many sessions may join it at the same time. */
  readonly readers: number;
  /** Opens one of them. */
  readonly open: () => Promise<MyDb>;
  /** Told why it takes long, and at last how the snapshot was taken. */
  readonly waits?: (why: string) => void;
}

/**
 * Opens a snapshot on `holder` and on sessions that others of this process may join. Its position is exact; '' where the
 * server keeps no log. `holder` then touches every table, so that whoever wants to alter one waits until it is closed.
 */
export async function openSnapshot(
  holder: MyDb,
  tables: readonly Table[],
  { readers, open, waits = () => undefined }: SnapshotOptions,
): Promise<Snapshot> {
  const server = await readServer(holder);
  const opened: MyDb[] = [];
  try {
    for (let i = 0; i < readers; i += 1) opened.push(await open());
    const asked: Asked = { server, tables, open, waits };
    const { position, sessions, how } = await oneMoment([holder, ...opened], asked);
    waits(`the snapshot was taken ${how}`);
    probe('S5');
    const kept = opened.filter((reader) => sessions.includes(reader));
    await Promise.all(opened.filter((reader) => !kept.includes(reader)).map((reader) => reader.close()));
    const rewritten = await touch(holder, tables);
    return new HeldSnapshot(holder, new Readers(holder, kept), position, rewritten);
  } catch (error) {
    await Promise.all(opened.map((reader) => reader.close()));
    throw error;
  }
}

/** Joins a snapshot of this process. Fault `SNAPSHOT_LOST` when it is gone. */
export async function joinSnapshot(ticket: string): Promise<JoinedSnapshot> {
  const readers = Readers.of(ticket);
  return new JoinedSnapshot(await readers.borrow(), readers);
}

/** The server says so when it sees a table that has been made anew since the snapshot. */
const REDEFINED = '1412';

/** Those that were rewritten or truncated between the moment of the snapshot and now. */
async function touch(db: MyDb, tables: readonly Table[]): Promise<Table[]> {
  const rewritten: Table[] = [];
  for (const table of tables)
    await db.query(`SELECT 1 FROM ${qualified(table)} LIMIT 1`).catch((error: unknown) => {
      if (!(error instanceof Fault) || error.code !== REDEFINED) throw error;
      rewritten.push(table);
    });
  return rewritten;
}

const sliced = async (db: MyDb, table: Table, bytes: number): Promise<Slice[]> => {
  const { key, edges } = await edgesOf(db, table, bytes);
  return slicesBetween(table, key, edges);
};

const copied = (db: MyDb, slice: Slice, to: ByteSink): Promise<number> =>
  db.unload(selectStatement(slice), new RowText(formsOf(slice.table), to)).catch((error: unknown) => {
    throw error instanceof Fault ? error.at({ table: tableName(slice.table) }) : error;
  });

/** What no conversion is known for is what the server prints. */
const AS_PRINTED: FieldForm = { form: 'as is', write: (bytes, start, end) => bytes.subarray(start, end) };

const formsOf = (table: Table): FieldForm[] => storedColumns(table).map(({ type }) => canonOf(type) ?? AS_PRINTED);

class HeldSnapshot implements Snapshot {
  readonly ticket: string;

  constructor(
    private readonly holder: MyDb,
    private readonly readers: Readers,
    readonly position: Position,
    readonly rewritten: readonly Table[],
  ) {
    this.ticket = readers.ticket;
  }

  slices(table: Table, _encoding: Encoding, bytes: number): Promise<Slice[]> {
    return sliced(this.holder, table, bytes);
  }

  copy(slice: Slice, to: ByteSink): Promise<number> {
    return copied(this.holder, slice, to);
  }

  async hold(): Promise<void> {
    if (this.readers.alive === 0) throw lost(this.ticket);
    await this.holder.query('SELECT 1');
  }

  async close(): Promise<void> {
    await this.readers.close();
    await this.holder.query('ROLLBACK');
  }
}

/** One session of a snapshot that is held elsewhere in this process. */
export class JoinedSnapshot implements Snapshot {
  readonly position = '';
  readonly rewritten: readonly Table[] = [];
  readonly ticket: string;
  #open = true;

  constructor(
    readonly db: MyDb,
    private readonly readers: Readers,
  ) {
    this.ticket = readers.ticket;
  }

  slices(table: Table, _encoding: Encoding, bytes: number): Promise<Slice[]> {
    return sliced(this.db, table, bytes);
  }

  copy(slice: Slice, to: ByteSink): Promise<number> {
    return copied(this.db, slice, to);
  }

  async hold(): Promise<void> {
    await this.db.query('SELECT 1');
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.readers.giveBack(this.db);
  }
}
