import { explain, Fault } from '../base/fault.js';
import { probe } from '../base/probe.js';
import type { Loader } from '../connector/loader.js';
import { advanceBehind, behindTables, joinLane, leaveLane, stopTable, type BehindTable } from '../control/behind.js';
import { advanceLane, failLane, lockLane } from '../control/lane.js';
import { countRestart, releaseClaims } from '../control/progress.js';
import { countSkipped, SkippedTransactions } from '../control/skip.js';
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
  /** The plan that the session on the target was opened for. */
  private openedFor = -1;
  private claim: StreamClaim | undefined;
  /** The claim is to be given back, and could not yet be: as long as we live, nobody takes it, we neither. */
  private owed = false;
  /** What goes on with the next transaction. */
  private readonly readings = new Map<'lane' | 'behind', Reading>();

  constructor(
    private readonly unit: Unit,
    private readonly context: DaemonContext,
  ) {
    this.target = new Session(async () => {
      const { work_memory_bytes: workMemory, lock_timeout_seconds: lockSeconds } = context.settings();
      const loader = await context.openLoader('changes', { workMemory, lockSeconds });
      const why = await loader.prepareApply();
      if (why !== undefined) context.log.info(why);
      unit.targetSession = loader.db.session;
      return loader;
    });
  }

  /** Tables that somebody holds leave the lane, and with them their kin; they come back as others that are behind do. */
  async obey(): Promise<void> {
    const { plan } = this.context;
    if (plan !== this.openedFor) await this.rest();
    this.openedFor = plan;
    const { claim } = this;
    const held = this.held();
    if (!claim || held.size === 0) return;
    const behind = new Set((await behindTables(await this.context.control.get())).map(({ table }) => table));
    if ([...held].every((table) => behind.has(table))) return;
    const loader = await this.target.get();
    await loader.db.transaction(async (tx) => {
      const { mark, behind: now } = await lockLane(tx, claim);
      for (const table of held) if (!now.has(table)) await leaveLane(tx, table, mark);
    });
  }

  /** What may not be changed now, with all of its kin. */
  private held(): Set<TableName> {
    const { gate, kin, tables } = this.context;
    if (gate.wishes.held === undefined) return new Set();
    const held = tables.filter((table) => table.hasRows && gate.wishes.ofTable(table).word !== 'RUN');
    return kin.ofAll(held.map(tableName));
  }

  async next(): Promise<boolean> {
    const control = await this.context.control.get();
    if (this.owed) await this.giveBack();
    this.claim ??= await claimLane(control, this.unit.worker);
    if (!this.claim) return this.idle('waits for the change stream, or for its other loader to end');
    const { busy } = this.context.pacer;
    if (busy !== undefined) return this.idle(busy, 'THROTTLE');
    const applied = await this.untilNoTableStops((stop) => this.advance(stop));
    const caught = await this.untilNoTableStops((stop) => this.catchUp(stop));
    return applied || caught || this.idle(`waits for changes after transaction ${this.claim.mark}`);
  }

  private idle(why: string, activity: Unit['activity'] = 'IDLE'): boolean {
    this.unit.why = why;
    this.unit.activity = activity;
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
    this.unit.activity = 'TARGET';
    const loader = await this.target.get();
    const to = await loader.db.transaction(async (tx) => {
      const { mark, behind, skipped, limit } = await lockLane(tx, claim);
      const left = await SkippedTransactions.read(tx);
      const wants = (table: TableName, seq: number) =>
        this.context.has(table) && !behind.has(table) && !left.has(table, seq);
      const counts = (table: TableName, seq: number) => skipped.has(table) || left.has(table, seq);
      const until = Math.max(Math.min(stop?.seq ?? Infinity, limit), mark);
      const key = `${[...behind].join()} ${stop?.seq} ${limit} ${left.key}`;
      const end = await this.apply(tx, loader, 'lane', { after: mark, until, wants, counts }, key);
      const { seq, stopped } = end;
      await countSkipped(tx, end.passed);
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
    return to > Number(claim.mark) || stop !== undefined; // it may not go beyond a limit
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
    const left = await SkippedTransactions.read(tx);
    const isLate = (table: TableName, seq: number) => seq > (applied.get(table) ?? Infinity);
    const wants = (table: TableName, seq: number) => isLate(table, seq) && !left.has(table, seq);
    const counts = (table: TableName, seq: number) => isLate(table, seq) && left.has(table, seq);
    const selection = { after, until: stop ? Math.max(stop.seq, after) : mark, wants, counts };
    const key = `${late.map(({ table, generation }) => `${table} ${generation}`).join()} ${stop?.seq} ${left.key}`;
    const end = await this.apply(tx, loader, 'behind', selection, key);
    const { seq, stopped } = end;
    await countSkipped(tx, end.passed);
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
    const waiting = this.context.kin.ofAll(behind.filter((table) => !isReady(table)).map(({ table }) => table));
    const held = this.held();
    return behind.filter((table) => isReady(table) && !waiting.has(table.table) && !held.has(table.table));
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
