import { explain, Fault } from '../base/fault.js';
import { probe } from '../base/probe.js';
import type { Loader } from '../connector/loader.js';
import { advanceBehind, behindTables, joinLane, leaveLane, stopTable, type BehindTable } from '../control/behind.js';
import { advanceLane, failLane, lockLane } from '../control/lane.js';
import { countRestart, releaseClaims } from '../control/progress.js';
import { changeFiles } from '../control/start.js';
import { claimLane, type StreamClaim } from '../control/stream.js';
import type { Tx } from '../db/db.js';
import { tableName, type TableName } from '../model/schema.js';
import { ApplyPass, Discarded, type PassEnd } from './apply-pass.js';
import { ChangeParts, TableStop, type Selection, type StopPart } from './change-parts.js';
import type { DaemonContext, Role } from './daemon.js';
import { Reading } from './reading.js';
import { Session } from './session.js';
import { tendChanges } from './tend-changes.js';
import type { Unit, Work } from './unit.js';
import { wholeFiles } from './whole-files.js';

/**
 * Applies recorded changes: the lane's to all tables in step, and those that tables behind it have missed until they are
 * in step too. Rows, divergences and marks commit together.
 */
class FollowWork implements Work {
  private readonly target: Session<Loader>;
  private readonly known: ReadonlySet<TableName>;
  private claim: StreamClaim | undefined;
  /** The claim is to be given back, and could not yet be: as long as we live, nobody takes it, we neither. */
  private owed = false;
  /** What goes on with the next transaction. */
  private readonly readings = new Map<'lane' | 'behind', Reading>();

  constructor(
    private readonly unit: Unit,
    private readonly context: DaemonContext,
  ) {
    this.known = new Set(context.tables.map(tableName));
    this.target = new Session(async () => {
      const { work_memory_bytes: workMemory, lock_timeout_seconds: lockSeconds } = context.settings();
      const loader = await context.openLoader('changes', { workMemory, lockSeconds });
      const why = await loader.prepareApply();
      if (why !== undefined) context.log.info(why);
      unit.targetSession = loader.db.session;
      return loader;
    });
  }

  async next(): Promise<boolean> {
    const control = await this.context.control.get();
    if (this.owed) await this.giveBack();
    this.claim ??= await claimLane(control, this.unit.worker);
    if (!this.claim) return this.idle('waits for the change stream, or for its other loader to end');
    const applied = await this.untilNoTableStops((stop) => this.advance(stop));
    const caught = await this.untilNoTableStops((stop) => this.catchUp(stop));
    return applied || caught || this.idle(`waits for changes after transaction ${this.claim.mark}`);
  }

  private idle(why: string): boolean {
    this.unit.why = why;
    return false;
  }

  /** A table that cannot go on is stopped where it is, after what can still be applied; the pass is made again for that. */
  private async untilNoTableStops(pass: (stop?: TableStop) => Promise<boolean>): Promise<boolean> {
    try {
      return await pass();
    } catch (error) {
      if (error instanceof Discarded) return false;
      if (!(error instanceof TableStop)) throw error;
      return pass(error);
    }
  }

  /** The lane's next transactions, for all tables in step. */
  private async advance(stop?: TableStop): Promise<boolean> {
    const control = await this.context.control.get();
    const claim = this.claim as StreamClaim;
    const next = { afterSeq: Number(claim.mark), limit: 1 };
    if (!this.readings.has('lane') && (await changeFiles(control, next)).length === 0) return false;
    const loader = await this.target.get();
    const to = await loader.db.transaction(async (tx) => {
      const { mark, behind } = await lockLane(tx, claim);
      const wants = (table: TableName) => this.known.has(table) && !behind.has(table);
      const selection = { after: mark, until: stop ? Math.max(stop.seq, mark) : Infinity, wants };
      const { seq, stopped } = await this.apply(tx, loader, 'lane', selection, [...behind].join() + (stop?.seq ?? ''));
      await advanceLane(tx, claim, mark, seq);
      for (const { table, why } of this.withKin([...stopped, ...(stop ? [stop] : [])])) {
        await leaveLane(tx, table, seq);
        await this.stop(tx, table, why);
      }
      probe('A4');
      return seq;
    });
    probe('A5');
    this.claim = { ...claim, mark: String(to) };
    this.unit.atMark = `transaction ${to}`;
    return true;
  }

  /** What loaded tables have missed, up to the lane's mark; those that have reached it are in step from then on. */
  private async catchUp(stop?: TableStop): Promise<boolean> {
    const control = await this.context.control.get();
    const claim = this.claim as StreamClaim;
    if (this.ready(await behindTables(control)).length === 0) return false;
    const loader = await this.target.get();
    return loader.db.transaction(async (tx) => {
      const { mark } = await lockLane(tx, claim);
      const ready = this.ready(await behindTables(tx));
      const joining = ready.filter(({ appliedSeq }) => appliedSeq === mark);
      await joinLane(tx, joining, mark);
      for (const { table } of joining) this.context.log.info({ table }, `${table} is in step with the changes`);
      if (joining.length > 0) probe('A8');
      const late = ready.filter(({ appliedSeq }) => appliedSeq < mark);
      if (late.length > 0) await this.catchUpTo(tx, loader, { late, mark, stop });
      return ready.length > 0;
    });
  }

  private async catchUpTo(
    tx: Tx,
    loader: Loader,
    { late, mark, stop }: { late: readonly BehindTable[]; mark: number; stop: TableStop | undefined },
  ): Promise<void> {
    const applied = new Map(late.map(({ table, appliedSeq }) => [table, appliedSeq]));
    const after = Math.min(...applied.values());
    const wants = (table: TableName, seq: number) => seq > (applied.get(table) ?? Infinity);
    const selection = { after, until: stop ? Math.max(stop.seq, after) : mark, wants };
    const key = late.map(({ table, generation }) => `${table} ${generation}`).join() + (stop?.seq ?? '');
    const { seq, stopped } = await this.apply(tx, loader, 'behind', selection, key);
    await advanceBehind(
      tx,
      late.filter(({ appliedSeq }) => appliedSeq < seq),
      seq,
    );
    for (const { table, why } of this.withKin([...stopped, ...(stop ? [stop] : [])])) await this.stop(tx, table, why);
    probe('A7');
  }

  /** What is done to rows of one of a kin happens to those of the others: none of them goes on alone. */
  private withKin(stopped: readonly Pick<StopPart, 'table' | 'why'>[]): Pick<StopPart, 'table' | 'why'>[] {
    const named = new Set(stopped.map(({ table }) => table));
    const others = [...this.context.kin.ofAll(named)].filter((table) => !named.has(table));
    const why = `its rows follow those of ${[...named].join(', ')} by foreign keys, and that is stopped`;
    return [...stopped, ...others.map((table) => ({ table, why }))];
  }

  /** Those that can be brought up to the lane: together with all of their kin. */
  private ready(behind: readonly BehindTable[]): BehindTable[] {
    const held = this.context.kin.ofAll(behind.filter((table) => !isReady(table)).map(({ table }) => table));
    return behind.filter((table) => isReady(table) && !held.has(table.table));
  }

  /** Goes on reading where the last transaction ended, if that was of the same. Whatever fails, reading begins anew. */
  private async apply(
    tx: Tx,
    loader: Loader,
    what: 'lane' | 'behind',
    selection: Selection,
    key: string,
  ): Promise<PassEnd> {
    let reading = this.readings.get(what);
    this.readings.delete(what);
    if (reading?.key !== key || reading.at !== selection.after) {
      await reading?.close();
      const files = await wholeFiles(tx, selection.after);
      reading = new Reading(new ChangeParts(this.context, files, selection), key, selection.after);
    }
    try {
      const end = await new ApplyPass(this.context, loader, this.unit, reading).run(tx);
      reading.at = end.seq;
      if (end.done) await reading.close();
      else this.readings.set(what, reading);
      return end;
    } catch (error) {
      await reading.close();
      throw error;
    }
  }

  private async stop(tx: Tx, table: TableName, why: string): Promise<void> {
    const fault = new Fault('permanent', why, {
      place: { table },
      safe: 'what committed before is applied; later changes of this table wait in their files, the other tables go on',
      hint: 'make the target table fit and run again, or reload the table',
    });
    this.context.log.error({ table }, explain(fault));
    await stopTable(tx, table, explain(fault));
  }

  async rest(): Promise<void> {
    for (const reading of this.readings.values()) await reading.close();
    this.readings.clear();
    this.unit.targetSession = undefined;
    await this.target.drop();
  }

  async cancel(): Promise<void> {
    if (this.unit.targetSession !== undefined) await (await this.target.get()).db.cancel();
  }

  async again(): Promise<void> {
    const { claim } = this;
    if (!claim) return;
    this.claim = undefined; // what is committed by now is read anew
    this.owed = true;
    await countRestart(await this.context.control.get(), claim);
    await this.giveBack();
  }

  async giveBack(): Promise<void> {
    this.claim = undefined;
    this.owed = true;
    await releaseClaims(await this.context.control.get(), this.unit.worker);
    this.owed = false;
  }

  /** No table's fault: later changes build on those that failed, so nothing goes on. */
  async fail(fault: Fault): Promise<boolean> {
    if (fault.kind === 'operator') return false;
    await failLane(await this.context.control.get(), explain(fault));
    await this.giveBack();
    return true;
  }
}

const isReady = ({ followed, startSeq }: BehindTable): boolean => followed && startSeq !== undefined;

export const changeLoader: Role = {
  name: 'follow',
  units: () => 1,
  work: (unit, context) => new FollowWork(unit, context),
  beside: tendChanges,
};
