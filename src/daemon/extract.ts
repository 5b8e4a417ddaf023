import { randomUUID } from 'node:crypto';
import { explain, Fault } from '../base/fault.js';
import { probe } from '../base/probe.js';
import type { Extractor, Snapshot } from '../connector/extractor.js';
import type { ExtractClaim } from '../control/chunk.js';
import { claimExtract, type Wanted } from '../control/claim.js';
import { countRestart, releaseClaims, renameChunk, sealChunk, unloadedBytes } from '../control/progress.js';
import { heldSnapshot, type HeldSnapshot } from '../control/snapshot.js';
import { logRun } from '../control/run-log.js';
import { failTable, takeChunkNumbers } from '../control/table.js';
import type { Db } from '../db/db.js';
import { createDkt } from '../format/dkt.js';
import { dktName } from '../format/name.js';
import { storedColumns, type Table } from '../model/schema.js';
import { bestEffort } from '../run/best-effort.js';
import type { DaemonContext, Role } from './daemon.js';
import { Session } from './session.js';
import { failedChunk, leftChunk, LOG } from './tell.js';
import type { Unit, Work } from './unit.js';

/** Reads slices under the keeper's snapshot into sealed chunk files. */
class ExtractWork implements Work {
  private readonly source: Session<Extractor>;
  private joined: { readonly id: string; readonly snapshot: Snapshot } | undefined;
  private claim: ExtractClaim | undefined;
  /** The table that was read last. */
  private warm: string | undefined;
  private readonly tell;

  constructor(
    private readonly unit: Unit,
    private readonly context: DaemonContext,
  ) {
    this.tell = bestEffort(context.log, () => context.control.get());
    this.source = new Session(async () => {
      const extractor = await context.openExtractor('slice');
      unit.sourceSession = extractor.session;
      return extractor;
    });
  }

  async obey(): Promise<void> {
    const { gate } = this.context;
    if (this.claim && gate.wishes.ofTable(this.context.table(this.claim.table)).word !== 'RUN') await this.giveBack();
  }

  async next(): Promise<boolean> {
    const { context, unit } = this;
    const control = await context.control.get();
    const { budget_bytes: budget } = context.settings();
    const unloaded = await unloadedBytes(control);
    if (unloaded >= budget) {
      unit.why = `waits for the loaders: ${unloaded} bytes of chunks are not loaded, the budget is ${budget}`;
      unit.activity = 'BUDGET';
      return false;
    }
    this.claim ??= await this.claimNext(control);
    const held = this.claim && (await heldSnapshot(control, this.claim.snapshotId));
    if (!this.claim || !held) {
      unit.why = 'waits for a slice to read';
      unit.activity = 'IDLE';
      if (this.claim) await this.giveBack();
      await this.rest(); // a snapshot keeps the source from cleaning up, and from altering the tables that were read
      return false;
    }
    await this.extractUnused(await this.fresh(this.claim), held);
    this.claim = undefined;
    return true;
  }

  private async claimNext(control: Db): Promise<ExtractClaim | undefined> {
    const claim = await claimExtract(control, this.unit.worker, this.wanted);
    this.warm = claim?.table ?? this.warm;
    const { leftBy } = claim ?? {};
    if (claim && leftBy !== undefined) await this.tell(LOG, (db) => logRun(db, leftChunk(claim, leftBy)));
    return claim;
  }

  private get wanted(): Wanted {
    const { gate, settings } = this.context;
    return { held: gate.wishes.held, warm: this.warm, tables: settings().max_tables };
  }

  /** A chunk that must be made again gets the next number: whoever began it may still be writing under the old one. */
  private async fresh(claim: ExtractClaim): Promise<ExtractClaim> {
    return claim.restarts === 0 && claim.refused === undefined ? claim : this.renumbered(claim);
  }

  private async renumbered(claim: ExtractClaim): Promise<ExtractClaim> {
    const control = await this.context.control.get();
    const number = await takeChunkNumbers(control, claim.table, 1);
    this.claim = await renameChunk(control, claim, { name: dktName(this.context.table(claim.table), number), number });
    return this.claim;
  }

  /** A file of this name that no row counts was sealed when the control plane could not be told: its number is used. */
  private async extractUnused(claim: ExtractClaim, held: HeldSnapshot): Promise<void> {
    try {
      await this.extract(claim, held);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'CHUNK_EXISTS') throw error;
      await this.extract(await this.renumbered(claim), held);
    }
  }

  private async extract(claim: ExtractClaim, held: HeldSnapshot): Promise<void> {
    const { context, unit } = this;
    const table = context.table(claim.table);
    unit.why = `reads ${claim.source}`;
    unit.table = table;
    unit.activity = 'SOURCE';
    const snapshot = await this.join(held);
    const contents = this.contents(claim, table, held);
    const writer = await createDkt(context.store, claim.source, contents, context.config.chunks.compression);
    try {
      unit.isStoring = () => writer.isFull;
      writer.pace = context.pacer.ofReader(unit);
      const rows = await snapshot.copy({ table, encoding: claim.encoding, bounds: claim.bounds }, writer);
      const sealed = await writer.seal();
      if (sealed.rows !== rows) throw miscounted(claim, rows, sealed.rows);
      probe('X7');
      await sealChunk(await context.control.get(), claim, sealed);
      probe('X8');
      unit.atMark = `${claim.source} ${rows}`;
    } catch (error) {
      await writer.abandon();
      throw error;
    } finally {
      unit.isStoring = undefined;
    }
  }

  private contents(
    { source: name, generation, encoding, bounds }: ExtractClaim,
    table: Table,
    { position }: HeldSnapshot,
  ) {
    return {
      name,
      migration: this.context.config.migration,
      chunk: randomUUID(),
      ...{ generation, encoding, bounds, position },
      schema: table.schema,
      table: table.name,
      columns: storedColumns(table).map(({ name, type }) => ({ name, type })),
    };
  }

  private async join({ id, ticket }: HeldSnapshot): Promise<Snapshot> {
    if (this.joined?.id !== id) {
      await this.rest();
      this.joined = { id, snapshot: await (await this.source.get()).join(ticket) };
    }
    return this.joined.snapshot;
  }

  async rest(): Promise<void> {
    this.joined = undefined;
    this.unit.sourceSession = undefined;
    await this.source.drop();
  }

  async again(): Promise<void> {
    const { claim } = this;
    if (!claim) return;
    this.claim = { ...claim, restarts: claim.restarts + 1 }; // its name is used, also when that cannot be counted
    await countRestart(await this.context.control.get(), claim);
  }

  async cancel(): Promise<void> {
    if (this.unit.sourceSession !== undefined) await (await this.source.get()).cancel();
  }

  async giveBack(): Promise<void> {
    this.claim = undefined;
    await releaseClaims(await this.context.control.get(), this.unit.worker);
  }

  async tried(fault: Fault): Promise<void> {
    const { claim } = this;
    if (claim) await this.tell(LOG, (db) => logRun(db, failedChunk(claim, fault)));
  }

  async fail(fault: Fault, as: 'FAILED' | 'HELD'): Promise<boolean> {
    const { claim } = this;
    if (!claim) return false;
    await failTable(await this.context.control.get(), claim.table, explain(fault.at({ chunk: claim.source })), as);
    await this.giveBack();
    return true;
  }
}

const miscounted = (claim: ExtractClaim, sent: number, written: number): Fault =>
  new Fault('permanent', `the source says it sent ${sent} rows, ${written} arrived in the file`, {
    place: { table: claim.table, chunk: claim.source },
    safe: 'nothing of this file is loaded',
    hint: 'run again; if it repeats, something between here and the source alters the stream',
  });

/** What writers that died left unfinished only takes room. */
async function sweepParts({ store, log }: DaemonContext): Promise<void> {
  const swept = await store.sweepParts().catch((error: unknown) => log.warn(explain(error)));
  if (swept) log.info(`${swept} unfinished files of dead writers are removed`);
}

export const dataExtractor: Role = {
  name: 'extract',
  units: (settings) => settings.extract_connections,
  work: (unit, context) => new ExtractWork(unit, context),
  beside: sweepParts,
};
