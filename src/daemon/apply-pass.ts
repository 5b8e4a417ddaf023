import { monotonic } from '../base/clock.js';
import { explain, type Fault } from '../base/fault.js';
import { isContradiction } from '../change/contradiction.js';
import { Reducer } from '../change/reduce.js';
import type { Divergence, Loader } from '../connector/loader.js';
import { insertErrors } from '../control/error.js';
import type { Tx } from '../db/db.js';
import type { FarBook } from '../format/ckt-reader.js';
import type { RowChange, Window } from '../model/change.js';
import { tableName, type TableName } from '../model/schema.js';
import { TableStop, type Part, type PlacedChange, type StopPart, type WindowPart } from './change-parts.js';
import type { DaemonContext } from './daemon.js';
import type { Reading } from './reading.js';
import type { Unit } from './unit.js';

/** After so long a target transaction ends with the next whole transaction of the source. */
const COMMIT_SECONDS = 0.5;
/** A PAUSE lets a transaction of the source end for so long; then it is rolled back and applied later. */
const PATIENCE_SECONDS = 1;

/** How many changes are tried as a set when a window as a whole did not go through. */
const REPLAYED = 500;

/** The operator's word came inside a long transaction: what was applied of it is rolled back. */
export class Discarded extends Error {}

export interface PassEnd {
  /** Up to this transaction everything selected is applied. */
  readonly seq: number;
  readonly stopped: readonly StopPart[];
  /** Changes of tables that have left, or of transactions that are left out. */
  readonly passed: ReadonlyMap<TableName, number>;
  /** There is nothing more to be read. */
  readonly done: boolean;
}

/** Applies parts within one target transaction, until that should end. */
export class ApplyPass {
  private rows = 0;

  constructor(
    private readonly context: DaemonContext,
    private readonly loader: Loader,
    private readonly unit: Unit,
    private readonly reading: Reading,
  ) {}

  async run(tx: Tx): Promise<PassEnd> {
    const { gate } = this.context;
    const { unit } = this;
    const begun = monotonic();
    const stopped: StopPart[] = [];
    const passed = new Map<TableName, number>();
    let seq = this.reading.at;
    for (let part = await this.reading.next(); part !== undefined; part = await this.reading.next()) {
      await this.apply(tx, part);
      for (const [table, n] of part.passed) passed.set(table, (passed.get(table) ?? 0) + n);
      const seconds = monotonic() - begun;
      if (part.whole) seq = part.seq;
      if (part.kind === 'stop') stopped.push(part);
      if (part.whole && (stopped.length > 0 || gate.stops(unit) || seconds > COMMIT_SECONDS))
        return { seq, stopped, passed, done: false };
      if (gate.stops(unit) && seconds > PATIENCE_SECONDS) this.discard(part);
    }
    return { seq, stopped, passed, done: true };
  }

  private discard({ seq }: Part): never {
    const words = `in effect, discarding ${this.rows} rows of transaction ${seq + 1}`;
    this.context.log.info(words);
    this.unit.why = words;
    throw new Discarded(words);
  }

  private async apply(tx: Tx, part: Part): Promise<void> {
    if (part.kind === 'truncate') await this.loader.truncate(tx, part.tables, { restart: part.restart });
    if (part.kind !== 'window' || part.changes === 0) return;
    this.unit.why = `applies ${part.changes} changes up to transaction ${part.seq}`;
    this.rows += part.changes;
    await this.context.pacer.turn(this.unit, 'writers');
    this.context.pacer.moved('writers', part.changes, part.bytes);
    await tx.query('SAVEPOINT openkite_window');
    const wrong = await this.applySets(tx, part.window);
    if (wrong !== undefined) {
      this.context.log.warn(`a window of ${part.changes} changes is applied one by one: ${wrong}`);
      await tx.query('ROLLBACK TO SAVEPOINT openkite_window');
      await this.replay(tx, part);
    }
    await tx.query('RELEASE SAVEPOINT openkite_window');
  }

  /** Undefined when all went as expected; else in words why it did not. */
  private async applySets(tx: Tx, window: Window | undefined): Promise<string | undefined> {
    if (window === undefined) return 'its changes contradict each other';
    try {
      const miscounts = await this.loader.apply(tx, window);
      if (miscounts.length === 0) return undefined;
      return miscounts
        .map(({ table, what, expected, found }) => `${what} of ${expected} rows of ${table} found ${found}`)
        .join('; ');
    } catch (error) {
      const fault = this.context.classify(error);
      if (fault.kind === 'data') return explain(fault);
      throw this.about(fault);
    }
  }

  /** First as small sets, so that only those with what is wrong are applied change by change. */
  private async replay(tx: Tx, part: WindowPart): Promise<void> {
    let group: PlacedChange[] = [];
    for await (const placed of this.reading.source.rows(part)) {
      if (group.push(placed) < REPLAYED) continue;
      await this.replayGroup(tx, group);
      group = [];
    }
    await this.replayGroup(tx, group);
  }

  private async replayGroup(tx: Tx, group: readonly PlacedChange[]): Promise<void> {
    await tx.query('SAVEPOINT openkite_group');
    const changes = group.map(({ change }) => change);
    if ((await this.applySets(tx, reduced(changes, this.reading.source.far))) !== undefined) {
      await tx.query('ROLLBACK TO SAVEPOINT openkite_group');
      await this.replayEach(tx, group);
    }
    await tx.query('RELEASE SAVEPOINT openkite_group');
  }

  private async replayEach(tx: Tx, group: readonly PlacedChange[]): Promise<void> {
    const places = new Map(group.map((placed) => [placed.change, placed]));
    const tell = async ({ change, ...found }: Divergence) => {
      const [table, op] = [tableName(change.table), change.op];
      const { seq = 0, chunk = '' } = places.get(change) ?? {};
      await insertErrors(tx, [{ ...found, table, op, seq, chunk }]);
      this.context.log.error({ table, op, seq, chunk }, `not applied: ${found.cause}`);
    };
    await this.loader.replay(tx, inOrder(group), this.reading.source.far, tell).catch((error: unknown) => {
      throw this.about(this.context.classify(error));
    });
  }

  /** What is wrong with one table alone stops that alone, where it was. */
  private about(fault: Fault): unknown {
    const { table } = fault.place;
    if (table === undefined || fault.kind === 'transient' || fault.kind === 'resource') return fault;
    return new TableStop(table, explain(fault), this.reading.at);
  }
}

async function* inOrder(group: readonly PlacedChange[]): AsyncGenerator<RowChange> {
  for (const { change } of group) yield await Promise.resolve(change);
}

/** Undefined where they contradict each other. */
function reduced(changes: readonly RowChange[], far: FarBook): Window | undefined {
  const reducer = new Reducer();
  try {
    for (const change of changes) reducer.add(change);
  } catch (error) {
    if (isContradiction(error)) return undefined;
    throw error;
  }
  return { tables: reducer.net(), far: far.isEmpty ? undefined : far };
}
