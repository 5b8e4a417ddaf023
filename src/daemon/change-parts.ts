import { probe } from '../base/probe.js';
import { isContradiction } from '../change/contradiction.js';
import { Reducer } from '../change/reduce.js';
import type { ChangeFile } from '../control/start.js';
import { FarBook, openCkt, type CktItem } from '../format/ckt-reader.js';
import type { ChangedTable, RowChange, Window } from '../model/change.js';
import { storedColumns, tableName, type TableName } from '../model/schema.js';
import { OUR_XID } from './recorder.js';
import { DDL_NOTICE, type DdlNotice } from './catalog-watch.js';
import type { DaemonContext } from './daemon.js';
import { Cuts } from './kin.js';

/** Which changes a pass applies: of which tables, of which transactions. */
export interface Selection {
  /** Transactions up to this one are in already. */
  readonly after: number;
  /** The last one to be applied. */
  readonly until: number;
  wants(table: TableName, seq: number): boolean;
  /** Changes of such a table are not wanted, and counted. */
  counts?(table: TableName, seq: number): boolean;
}

/** A place between two items of a file. */
interface Cursor {
  readonly file: number;
  readonly item: number;
}

interface Step {
  /** The last transaction that is wholly handed over with this part and those before it. */
  readonly seq: number;
  /** Nothing of the next one is handed over. */
  readonly whole: boolean;
  /** Changes since the part before that are counted only. */
  readonly passed: ReadonlyMap<TableName, number>;
}

export interface WindowPart extends Step {
  readonly kind: 'window';
  /** Undefined: the changes contradict each other, so they can only be applied one by one. */
  readonly window: Window | undefined;
  readonly changes: number;
  /** What they hold, about. */
  readonly bytes: number;
  readonly from: Cursor;
  readonly to: Cursor;
}

export interface TruncatePart extends Step {
  readonly kind: 'truncate';
  readonly tables: readonly ChangedTable[];
  readonly restart: boolean;
}

export interface StopPart extends Step {
  readonly kind: 'stop';
  readonly table: TableName;
  readonly why: string;
}

export type Part = WindowPart | TruncatePart | StopPart;

/** With the transaction and the file that it is in. */
export interface PlacedChange {
  readonly change: RowChange;
  readonly seq: number;
  readonly chunk: string;
}

/** A table that cannot be followed beyond a transaction. The others can. */
export class TableStop extends Error {
  constructor(
    readonly table: TableName,
    readonly why: string,
    /** The last transaction that may still be applied to it. */
    readonly seq: number,
  ) {
    super(why);
  }
}

/** Sealed files of changes, in order, and what is to be taken from them. */
export class ChangeParts {
  readonly far: FarBook;
  private readonly tables = new Map<string, ChangedTable>();
  private readonly fitting = new WeakMap<ChangedTable, string | undefined>();
  private reducer = new Reducer();
  private changes = 0;
  private contradictory = false;
  private described = new Map<TableName, ChangedTable>();
  private from: Cursor = { file: 0, item: 0 };
  /** Said in the transaction that is being read: with its end that table stops. */
  private stop: { readonly table: TableName; readonly why: string } | undefined;
  private readonly cuts: Cuts;
  private passed = new Map<TableName, number>();

  constructor(
    private readonly context: DaemonContext,
    private readonly files: readonly ChangeFile[],
    private readonly selection: Selection,
  ) {
    this.far = new FarBook(context.store);
    this.cuts = new Cuts(context.kin);
  }

  /** Throws TableStop at a change that does not fit its table. */
  async *parts(): AsyncGenerator<Part> {
    const { after, until } = this.selection;
    let seq = after; // the last one that has ended
    let current = 0;
    let ours = false; // said by us: an application may write messages of any name
    for await (const { item, at } of this.items()) {
      if (item.kind === 'begin') [current, ours] = [item.seq, item.xid === OUR_XID];
      if (current <= after) continue;
      if (current > until) break;
      const step = { seq, whole: item.kind === 'begin' };
      if (item.kind === 'row') {
        if (!this.wants(item.change.table, current)) {
          this.pass(item.change.table, current);
          continue;
        }
        if (this.cuts.before(item.change) || this.isFull() || this.isNew(item.change.table))
          yield this.window(at, step);
        this.add(item.change, current);
      } else if (item.kind === 'truncate') {
        const tables = item.tables.filter((table) => this.wants(table, current));
        if (this.changes > 0) yield this.window(at, step);
        if (tables.length > 0) yield { kind: 'truncate', tables, restart: item.restart, passed: NONE, ...step };
      } else if (item.kind === 'commit') {
        seq = item.seq;
        const stop = this.takeStop(seq);
        if (stop || this.isHalfFull()) yield this.window(next(at), { seq, whole: true });
        if (stop) yield { ...stop, seq, whole: true, passed: NONE };
        probe('A3');
      } else if (item.kind === 'message' && ours) {
        this.notice(item);
      }
    }
    yield this.window(END, { seq, whole: true });
  }

  /** The changes of a window, one by one, with the transaction that each belongs to. */
  async *rows({ from, to }: WindowPart): AsyncGenerator<PlacedChange> {
    let current = 0;
    for await (const { item, at, file } of this.items()) {
      if (at.file > to.file || (at.file === to.file && at.item >= to.item)) return;
      if (item.kind === 'begin') current = item.seq;
      if (item.kind !== 'row' || current <= this.selection.after || current > this.selection.until) continue;
      if (at.file < from.file || (at.file === from.file && at.item < from.item)) continue;
      if (this.wants(item.change.table, current)) yield { change: item.change, seq: current, chunk: file.source };
    }
  }

  private async *items(): AsyncGenerator<{ item: CktItem; at: Cursor; file: ChangeFile }> {
    const { store, config } = this.context;
    for (const [index, file] of this.files.entries()) {
      const expected = { migration: config.migration, checksum: file.checksum };
      const reader = await openCkt(store, file.number, { ...expected, tables: this.tables });
      probe('A1');
      try {
        let item = 0;
        for await (const batch of reader.items(this.far))
          for (const one of batch) yield { item: one, at: { file: index, item: item++ }, file };
      } finally {
        await reader.close();
      }
      probe('A6');
    }
  }

  private wants({ schema, name }: ChangedTable, seq: number): boolean {
    return this.selection.wants(`${schema}.${name}`, seq);
  }

  private add(change: RowChange, seq: number): void {
    const { table } = change;
    if (!this.fitting.has(table)) this.fitting.set(table, this.misfit(table));
    const misfit = this.fitting.get(table);
    if (misfit !== undefined) throw new TableStop(tableName(table), misfit, seq - 1);
    this.described.set(tableName(table), table);
    this.changes += 1;
    if (this.contradictory) return;
    try {
      this.reducer.add(change);
    } catch (error) {
      if (!isContradiction(error)) throw error;
      this.contradictory = true;
    }
    probe('A2');
  }

  private isFull(): boolean {
    const { window_bytes: bytes, window_keys: keys } = this.context.settings();
    return this.reducer.keys >= keys || this.reducer.bytes >= bytes;
  }

  /** Between two transactions, it is better to end early than in the middle of the next. */
  private isHalfFull(): boolean {
    const { window_bytes: bytes, window_keys: keys } = this.context.settings();
    return this.reducer.keys >= keys / 2 || this.reducer.bytes >= bytes / 2;
  }

  /** Its description changed since the window began. */
  private isNew(table: ChangedTable): boolean {
    const described = this.described.get(tableName(table));
    return described !== undefined && described !== table;
  }

  private pass({ schema, name }: ChangedTable, seq: number): void {
    const table = `${schema}.${name}`;
    if (this.selection.counts?.(table, seq)) this.passed.set(table, (this.passed.get(table) ?? 0) + 1);
  }

  private window(to: Cursor, step: Omit<Step, 'passed'>): WindowPart {
    const { contradictory, changes, from, passed } = this;
    this.passed = new Map();
    const { bytes } = this.reducer;
    const window = contradictory
      ? undefined
      : { tables: this.reducer.net(), far: this.far.isEmpty ? undefined : this.far };
    this.reducer = new Reducer();
    this.described = new Map();
    this.changes = 0;
    this.contradictory = false;
    this.from = to;
    return { kind: 'window', window, changes, bytes, from, to, passed, ...step };
  }

  /** Undefined where the columns are those of the schema file. */
  private misfit(table: ChangedTable): string | undefined {
    const planned = storedColumns(this.context.table(tableName(table))).map(({ name, type }) => `${name} ${type}`);
    const found = table.columns.map(({ name, type }) => `${name} ${type}`);
    if (planned.join() === found.join()) return undefined;
    const gone = planned.filter((column) => !found.includes(column));
    const come = found.filter((column) => !planned.includes(column));
    const differ = [gone.length && `without ${gone.join(', ')}`, come.length && `with ${come.join(', ')}`].filter(
      Boolean,
    );
    return `the source's columns have changed: its rows now come ${differ.join(' and ') || 'in another order'}`;
  }

  private notice({ prefix, content }: Extract<CktItem, { kind: 'message' }>): void {
    if (prefix !== DDL_NOTICE) return;
    const { table, stop, found } = JSON.parse(Buffer.from(content).toString()) as DdlNotice;
    if (stop && table !== undefined) this.stop = { table, why: found };
  }

  private takeStop(seq: number): Omit<StopPart, keyof Step> | undefined {
    const { stop } = this;
    this.stop = undefined;
    return stop && this.selection.wants(stop.table, seq) ? { kind: 'stop', ...stop } : undefined;
  }
}

const NONE: ReadonlyMap<TableName, number> = new Map();

/** Behind the last file. */
const END: Cursor = { file: Infinity, item: 0 };

const next = ({ file, item }: Cursor): Cursor => ({ file, item: item + 1 });
