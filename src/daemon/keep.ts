import { probe } from '../base/probe.js';
import type { Extractor, Snapshot } from '../connector/extractor.js';
import type { Loader } from '../connector/loader.js';
import { planChunks } from '../control/progress.js';
import { rewind } from '../control/rewind.js';
import { closeSnapshot, loseSnapshot, lostSnapshots, openSnapshot, snapshotInUse } from '../control/snapshot.js';
import { caughtTables, emptyForReload, tables, takeChunkNumbers, type TableRow } from '../control/table.js';
import type { Settings } from '../control/settings.js';
import { findStream } from '../control/stream.js';
import { dktName } from '../format/name.js';
import { tableName, type Table } from '../model/schema.js';
import type { Role, DaemonContext } from './daemon.js';
import { bestEncoding } from './encoding.js';
import { dataExtractor } from './extract.js';
import { Session } from './session.js';
import { changesOf, streamOf } from './stream-name.js';
import type { Unit, Work } from './unit.js';

interface Held {
  readonly id: string;
  readonly extractor: Extractor;
  readonly snapshot: Snapshot;
}

/**
 * Holds the snapshots that readers join, so that a reader which dies costs one unsealed slice and no table is ever
 * mixed from two snapshots. The sessions that hold them do nothing else and stay open in a PAUSE.
 */
class KeepWork implements Work {
  private held: Held[] = [];
  /** Of changes, where they are followed. */
  private stream: string | undefined;
  /** The plan that the sessions were opened for. */
  private openedFor = -1;
  private readonly slicer: Session<Extractor>;
  private readonly target: Session<Loader>;

  constructor(
    private readonly unit: Unit,
    private readonly context: DaemonContext,
  ) {
    this.slicer = new Session(() => context.openExtractor('slices'));
    this.target = new Session(() => context.openLoader('empty'));
  }

  async obey(): Promise<void> {
    if (this.openedFor !== this.context.plan) await this.rest();
    this.openedFor = this.context.plan;
  }

  async next(): Promise<boolean> {
    await this.loseGone();
    await this.readCaughtAnew();
    await this.closeRead();
    const wanting = await this.wanting();
    if (wanting.length > 0 && !(await this.mayOpen())) return false;
    if (wanting.length > 0) await this.open(wanting);
    this.unit.why =
      this.held.length > 0 ? `holds snapshot ${this.held.map((h) => h.id).join(', ')}` : 'holds no snapshot';
    return wanting.length > 0;
  }

  /** Tables that are to be read and are not held; of a kin that is, none: they are read under one snapshot. */
  private async wanting(): Promise<TableRow[]> {
    const { gate, kin, tables: known, control } = this.context;
    const held = kin.ofAll(known.filter((table) => gate.wishes.ofTable(table).word !== 'RUN').map(tableName));
    return (await tables(await control.get())).filter((row) => row.state === 'PLANNED' && !held.has(row.table));
  }

  /** Ours whose session is gone, and those of keepers that are dead. */
  private async loseGone(): Promise<void> {
    const control = await this.context.control.get();
    for (const held of [...this.held]) {
      const alive = await held.snapshot.hold().then(
        () => true,
        () => false,
      );
      if (!alive) await this.drop(held, () => loseSnapshot(control, held.id));
    }
    await lostSnapshots(control);
  }

  /** Half read under a snapshot that is gone: emptied and read again, keyed or not, and with them all of their kin. */
  private async readCaughtAnew(): Promise<void> {
    const control = await this.context.control.get();
    const caught = await caughtTables(control);
    if (caught.length === 0) return;
    const begun = (await tables(control)).filter((row) => row.state !== 'PLANNED');
    for (const family of new Set(caught.map((table) => this.context.kin.of(table))))
      await this.readAnew(begun.filter((row) => family.has(row.table)));
  }

  /** What was made on their rows goes before; if we die then, those that were caught are found again. */
  private async readAnew(rows: readonly TableRow[]): Promise<void> {
    const why = 'its snapshot, or that of its kin, was lost before all of it was read';
    for (const { table } of rows) this.context.log.warn({ table }, `${table} is emptied and read again: ${why}`);
    const loader = await this.target.get();
    for (const { table, state } of rows)
      if (state !== 'COPYING') await rewind(loader.db, { table, isDone: loader.isDone });
    const there = new Set(await loader.existing(rows.map(({ table }) => this.context.table(table))));
    const made = rows.filter(({ table }) => there.has(table));
    const layouts = made.map((row) => loader.layout(this.context.table(row.table), row.encoding ?? 'text'));
    await loader.db.transaction(async (tx) => {
      for (const { table } of rows) await emptyForReload(tx, table, why);
      if (layouts.length > 0) await loader.empty(tx, layouts);
    });
  }

  private async closeRead(): Promise<void> {
    const control = await this.context.control.get();
    for (const held of [...this.held])
      if (!(await snapshotInUse(control, held.id))) await this.drop(held, () => closeSnapshot(control, held.id));
  }

  private async drop(held: Held, record: () => Promise<void>): Promise<void> {
    this.held = this.held.filter((other) => other !== held);
    await held.extractor.close().catch(() => undefined);
    await record();
  }

  /** One snapshot for all that want one; those rewritten meanwhile stay wanting, and get the next. */
  private async open(wanting: readonly TableRow[]): Promise<void> {
    const extractor = await this.context.openExtractor('snapshot');
    this.unit.sourceSession = extractor.session;
    this.unit.why = `opens a snapshot of ${wanting.length} tables`;
    try {
      const snapshot = await this.take(
        extractor,
        wanting.map((row) => this.context.table(row.table)),
      );
      const { position, ticket } = snapshot;
      const control = await this.context.control.get();
      const id = await openSnapshot(control, { position, ticket, worker: this.unit.worker });
      this.held.push({ id, extractor, snapshot });
      await this.plan(wanting, id, snapshot);
    } catch (error) {
      if (!this.held.some((held) => held.extractor === extractor)) await extractor.close();
      throw error;
    }
  }

  /** Where changes are followed, their stream comes first: so no change falls between it and a snapshot. */
  private async mayOpen(): Promise<boolean> {
    if (!this.context.config.changes) return true;
    const control = await this.context.control.get();
    this.stream ??= await streamOf(this.context.config, control);
    if (await findStream(control, this.stream)) return true;
    this.unit.why = 'waits for the change stream to be created on the source';
    return false;
  }

  private take(extractor: Extractor, tables: readonly Table[]): Promise<Snapshot> {
    const readers = this.context.settings().extract_connections + 1; // one that slices
    if (this.stream === undefined) return extractor.snapshot(tables, readers);
    return changesOf(extractor, this.stream).snapshot(tables, readers, (why) => {
      this.unit.why = why;
      this.context.beat();
    });
  }

  /** Bounds are written down before the first slice is read, table by table, so that reading starts at once. */
  private async plan(wanting: readonly TableRow[], snapshotId: string, held: Snapshot): Promise<void> {
    const reader = await (await this.slicer.get()).join(held.ticket);
    const loader = await this.target.get();
    const control = await this.context.control.get();
    const rewritten = this.context.kin.ofAll(held.rewritten.map(tableName));
    for (const row of wanting) {
      if (rewritten.has(row.table)) continue;
      const table = this.context.table(row.table);
      const encoding = bestEncoding(table, loader);
      const slices = await reader.slices(table, encoding, sliceBytes(table, this.context.settings()));
      const { table: name, generation } = row;
      await control.transaction(async (tx) => {
        const first = await takeChunkNumbers(tx, name, slices.length);
        const chunks = slices.map(({ bounds }, i) => ({
          name: dktName(table, first + i),
          number: first + i,
          bounds,
        }));
        await planChunks(tx, { table: name, generation, snapshotId, position: held.position, encoding }, chunks);
      });
      probe('X9');
    }
    await this.slicer.drop();
  }

  /** The sessions that hold snapshots stay: without them, what is half read would have to be read anew. */
  async rest(): Promise<void> {
    await Promise.all([this.slicer.drop(), this.target.drop()]);
  }

  /** A snapshot keeps the source from cleaning up: the operator may say for how long a PAUSE is worth that. */
  async paused(seconds: number): Promise<void> {
    const { keep_snapshot_seconds: limit } = this.context.settings();
    if (limit === 0 || seconds < limit) return;
    const control = await this.context.control.get();
    for (const held of [...this.held]) await this.drop(held, () => loseSnapshot(control, held.id));
    this.unit.why = `gave its snapshots up after ${limit} s of PAUSE; what is half read is read anew`;
  }

  async cancel(): Promise<void> {}

  async again(): Promise<void> {}

  async giveBack(): Promise<void> {
    for (const held of this.held) await held.extractor.close().catch(() => undefined);
    this.held = [];
  }

  async fail(): Promise<boolean> {
    return false;
  }
}

/** A row is taken for as large as the source's statistics say. */
function sliceBytes({ rowsEstimated: rows, bytesEstimated: bytes }: Table, settings: Settings): number {
  const { slice_bytes: most, slice_rows: limit } = settings;
  if (limit === 0 || rows === 0 || bytes === 0) return most;
  return Math.max(1, Math.min(most, Math.ceil((limit * bytes) / rows)));
}

export const keeper: Role = { name: 'keep', units: () => 1, work: (unit, context) => new KeepWork(unit, context) };

/** For sources whose snapshots cannot be joined by other processes: the keeper, and all that read under it. */
export const wholeExtractor: Role = {
  ...dataExtractor,
  units: (settings) => 1 + dataExtractor.units(settings),
  fixed: true, // as many sessions as there are share the snapshot from its beginning
  work: (unit, context, i) => (i === 0 ? keeper.work(unit, context, i) : dataExtractor.work(unit, context, i)),
};
