import { explain, Fault } from '../base/fault.js';
import { monotonic } from '../base/clock.js';
import { probe } from '../base/probe.js';
import type { Loader } from '../connector/loader.js';
import type { LoadClaim } from '../control/chunk.js';
import { claimLoad } from '../control/claim.js';
import { advance, countRestart, lockMark, refuseChunk, releaseClaims } from '../control/progress.js';
import { logDied, logRun } from '../control/run-log.js';
import { failTable } from '../control/table.js';
import { claimTask, failTask, finishTask, type Task } from '../control/task.js';
import type { Db } from '../db/db.js';
import { fingerprint, openDkt, type ChunkReader } from '../format/dkt.js';
import { storedColumns } from '../model/schema.js';
import { bestEffort } from '../run/best-effort.js';
import { Batch } from './batch.js';
import { BatchSizes } from './batch-sizes.js';
import { failedChunk, leftChunk, LOG } from './tell.js';
import type { DaemonContext, Role } from './daemon.js';
import { Session } from './session.js';
import { sweepLoaded } from './sweep.js';
import type { Unit, Work } from './unit.js';

/** Makes what the plan says and loads sealed chunks: rows and mark in one transaction. */
class LoadWork implements Work {
  private readonly target: Session<Loader>;
  private task: Task | undefined;
  private claim: LoadClaim | undefined;
  /** The table that was loaded last. */
  private warm: string | undefined;
  private readonly sizes: BatchSizes;
  private begun = 0;
  /** How often the task in hand has failed since it was claimed. */
  private failures = 0;
  private readonly tell;
  /** The plan that the session on the target was opened for. */
  private openedFor = -1;

  constructor(
    private readonly unit: Unit,
    private readonly context: DaemonContext,
  ) {
    this.sizes = new BatchSizes(context.settings);
    this.tell = bestEffort(context.log, () => context.control.get());
    this.target = new Session(async () => {
      const { work_memory_bytes: workMemory, lock_timeout_seconds: lockSeconds } = context.settings();
      const loader = await context.openLoader('data', { workMemory, lockSeconds });
      unit.targetSession = loader.db.session;
      return loader;
    });
  }

  async obey(): Promise<void> {
    const { gate, plan } = this.context;
    if (this.claim && gate.wishes.ofTable(this.context.table(this.claim.table)).word !== 'RUN') await this.giveBack();
    if (plan !== this.openedFor) await this.rest();
    this.openedFor = plan;
  }

  /** Tasks come first: an index that can be built keeps the server busy while chunks are on their way. */
  async next(): Promise<boolean> {
    const control = await this.context.control.get();
    const { held } = this.context.gate.wishes;
    const { busy } = this.context.pacer;
    if (busy !== undefined) return this.idle('THROTTLE', busy);
    if (!this.claim) this.task ??= await claimTask(control, this.unit.worker, { held });
    if (this.task) {
      await this.perform(this.task);
      await this.told(this.task);
      this.task = undefined;
      return true;
    }
    this.claim ??= await this.claimNext(control, held);
    if (!this.claim) return this.idle('IDLE', 'waits for a chunk or a task');
    if (await this.load(this.claim)) this.claim = undefined;
    return true;
  }

  private async claimNext(control: Db, held: string | undefined): Promise<LoadClaim | undefined> {
    const claim = await claimLoad(control, this.unit.worker, { held, warm: this.warm });
    this.warm = claim?.table ?? this.warm;
    const { leftBy } = claim ?? {};
    if (claim && leftBy !== undefined) await this.tell(LOG, (db) => logRun(db, leftChunk(claim, leftBy)));
    return claim;
  }

  private idle(activity: Unit['activity'], why: string): boolean {
    this.unit.why = why;
    this.unit.activity = activity;
    return false;
  }

  /**
   * The statements and the task's end commit together, so a task is neither done twice nor forgotten. Where DDL commits by
   * itself, one that is done a second time finds its work done.
   */
  private async perform(task: Task): Promise<void> {
    const loader = await this.target.get();
    this.begun = monotonic();
    if (task.attempt > 1 && this.failures === 0) await this.tell(LOG, (db) => logDied(db, task.id, task.attempt - 1));
    this.unit.why = task.id;
    this.unit.table =
      task.table !== undefined && this.context.has(task.table) ? this.context.table(task.table) : undefined;
    this.unit.activity = 'TASK';
    if (loader.isDone) await performAgain(loader, loader.isDone, task.statement);
    await loader.db.transaction(async (tx) => {
      if (!loader.isDone && task.statement !== '') await tx.query(task.statement);
      probe('T1');
      await finishTask(tx, task.id, this.unit.worker);
    });
    probe('T2');
  }

  /** Loads until the chunk is in (true) or the gate closes between two batches (false: the claim is kept). */
  private async load(claim: LoadClaim): Promise<boolean> {
    const { context, unit } = this;
    probe('L1');
    unit.table = context.table(claim.table);
    const { rows, checksum } = claim;
    const { migration } = context.config;
    const columns = fingerprint(storedColumns(context.table(claim.table)));
    const reader = await openDkt(context.store, claim.source, { migration, rows, checksum, fingerprint: columns });
    try {
      let done = false;
      do done = await this.loadBatch(claim, reader);
      while (!done && !context.gate.closedFor(unit));
      return done;
    } finally {
      await reader.close();
    }
  }

  private async loadBatch(claim: LoadClaim, reader: ChunkReader): Promise<boolean> {
    const { context, unit } = this;
    const loader = await this.target.get();
    const layout = loader.layout(context.table(claim.table), claim.encoding);
    await context.pacer.turn(unit, 'writers'); // before the transaction, which would hold its locks meanwhile
    if (context.gate.closedFor(unit)) return false;
    const { batch_rows: rows } = context.settings();
    const limit = {
      bytes: this.sizes.next,
      rows: rows === 0 ? Infinity : rows,
      closed: () => context.gate.closedFor(unit),
      moved: (moved: number, bytes: number) => context.pacer.moved('writers', moved, bytes),
      turn: () => context.pacer.turn(unit, 'writers'),
    };
    const mark = await this.sizes.measured((sent) =>
      loader.db.transaction(async (tx) => {
        probe('L2');
        const from = await lockMark(tx, claim);
        unit.why = `loads ${claim.source} from row ${from} of ${reader.rows}, ${limit.bytes} bytes at a time`;
        unit.activity = 'TARGET';
        const batch = new Batch(reader, from, limit);
        unit.isStoring = () => batch.isReading;
        const taken = from < reader.rows ? await loader.write(tx, layout, batch.rows()) : 0;
        sent(batch.sent);
        if (from + taken !== batch.reached) throw miscounted(claim, batch.reached - from, taken);
        probe('L4');
        await advance(tx, claim, from, batch.reached, { finished: batch.reached === reader.rows });
        probe('L5');
        return batch.reached;
      }),
    );
    probe('L7');
    unit.atMark = `${claim.source} ${mark}`;
    return mark === reader.rows;
  }

  async rest(): Promise<void> {
    this.unit.targetSession = undefined;
    await this.target.drop();
  }

  async again(): Promise<void> {
    if (this.claim) await countRestart(await this.context.control.get(), this.claim);
  }

  async cancel(): Promise<void> {
    if (this.unit.targetSession !== undefined) await (await this.target.get()).db.cancel();
  }

  async giveBack(): Promise<void> {
    this.claim = this.task = undefined;
    this.failures = 0;
    await releaseClaims(await this.context.control.get(), this.unit.worker);
  }

  private async told({ id, attempt }: Task): Promise<void> {
    const entry = { attempt: attempt + this.failures, seconds: monotonic() - this.begun };
    this.failures = 0;
    await this.tell(LOG, (db) => logRun(db, { dataset: id, kind: 'attempt', status: 'success', ...entry }));
  }

  async tried(fault: Fault): Promise<void> {
    const { task, claim } = this;
    if (task) {
      const entry = { attempt: task.attempt + this.failures, seconds: monotonic() - this.begun, error: explain(fault) };
      this.failures += 1;
      await this.tell(LOG, (db) => logRun(db, { dataset: task.id, kind: 'attempt', status: 'error', ...entry }));
    } else if (claim) await this.tell(LOG, (db) => logRun(db, failedChunk(claim, fault)));
  }

  async fail(fault: Fault, as: 'FAILED' | 'HELD'): Promise<boolean> {
    const { task, claim } = this;
    const control = await this.context.control.get();
    if (task) await failTask(control, task.id, this.unit.worker, explain(fault), task.optional ? 'SKIPPED' : as);
    else if (claim && isDamage(fault)) await refuseChunk(control, claim, explain(fault));
    else if (claim) await failTable(control, claim.table, explain(fault.at({ chunk: claim.source })), as);
    await this.giveBack();
    return (task ?? claim) !== undefined;
  }
}

/** A statement that was done before a crash says so by failing. */
async function performAgain({ db }: Loader, isDone: (fault: Fault) => boolean, sql: string): Promise<void> {
  if (sql === '') return;
  await db.query(sql).catch((error: unknown) => {
    if (!(error instanceof Fault) || !isDone(error)) throw error;
  });
}

/** The file is not what was sealed: the source is asked for the chunk again, under the same snapshot. */
const isDamage = (fault: Fault): boolean => fault.code?.startsWith('CHUNK_') === true;

const miscounted = (claim: LoadClaim, sent: number, taken: number): Fault =>
  new Fault('permanent', `${sent} rows were sent and the target says it took ${taken}`, {
    place: { table: claim.table, chunk: claim.source },
    safe: 'the batch was rolled back, rows and mark stand as before it',
    hint: 'look for a trigger or a rule on the target table that swallows rows',
  });

export const dataLoader: Role = {
  name: 'load',
  units: (settings) => settings.load_connections,
  work: (unit, context) => new LoadWork(unit, context),
  beside: sweepLoaded,
};
