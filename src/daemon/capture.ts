import { monotonic } from '../base/clock.js';
import { explain, type Fault } from '../base/fault.js';
import { probe } from '../base/probe.js';
import type { ChangeSource, Extractor } from '../connector/extractor.js';
import { countRestart, releaseClaims } from '../control/progress.js';
import {
  claimStream,
  failStream,
  findStream,
  moveStream,
  openStream,
  sealChanges,
  type StreamClaim,
} from '../control/stream.js';
import { laneMark } from '../control/lane.js';
import { appliedEverywhere, unappliedBytes } from '../control/retention.js';
import { Lane } from '../db/lane.js';
import type { Position } from '../model/position.js';
import { adoptFiles } from './adopt.js';
import { CatalogWatch } from './catalog-watch.js';
import type { DaemonContext, Role } from './daemon.js';
import type { Reached, RecordedFile } from './publisher.js';
import { Recorder } from './recorder.js';
import { resolveStarts } from './resolve-starts.js';
import { sampleLog } from './sample-log.js';
import { Session } from './session.js';
import { changesOf, streamOf } from './stream-name.js';
import type { Unit, Work } from './unit.js';

const TICK_MS = 100;
/** A file that the loader waits for is sealed after so long, any other one after so long. */
const WAITED_SECONDS = 0.1;
const LONGEST_SECONDS = 5;
const HOUSEKEEPING_SECONDS = 1;
/** Of a line that says nothing but where it stands. */
const PASSED = 'openkite.passed';
/** A transaction that is being received when a PAUSE comes may end for so long; then it is received again later. */
const PATIENCE_SECONDS = 1;

/** Follows the source's log into files of changes. */
class CaptureWork implements Work {
  private readonly source: Session<Extractor>;
  private claim: StreamClaim | undefined;
  /** The claim is to be given back, and could not yet be: as long as we live, nobody takes it, we neither. */
  private owed = false;
  private stream: string | undefined;
  private over: AbortController | undefined;
  /** Where the last file ends that is known, or what was released before. */
  private filed: Position = '';
  /** Changes of the stream's row, one after another: each names the mark that the one before has left. */
  private readonly books = new Lane();

  constructor(
    private readonly unit: Unit,
    private readonly context: DaemonContext,
  ) {
    this.source = new Session(async () => {
      const extractor = await context.openExtractor('changes');
      unit.sourceSession = extractor.session;
      return extractor;
    });
  }

  async next(): Promise<boolean> {
    const { context, unit } = this;
    const control = await context.control.get();
    this.stream ??= await streamOf(context.config, control);
    const known = await findStream(control, this.stream);
    if (!known) return this.create(this.stream);
    if (known.error !== undefined) return this.idle(`stopped: ${known.error}`);
    if (known.finished) return this.idle('the migration is cut over: nothing is followed any more');
    const waiting = await unappliedBytes(control);
    const { changes_bytes: budget } = context.settings();
    if (waiting >= budget) {
      unit.activity = 'BUDGET';
      return this.idle(`waits for the loader: ${waiting} bytes of changes are not applied, the budget is ${budget}`);
    }
    unit.activity = 'SOURCE';
    if (this.owed) await this.giveBack();
    this.claim ??= await claimStream(control, this.stream, unit.worker);
    if (!this.claim) return this.idle('another worker follows the changes');
    await this.follow(this.claim, changesOf(await this.source.get(), this.stream));
    return true;
  }

  private idle(why: string): boolean {
    this.unit.why = why;
    return false;
  }

  /** First the stream, then every snapshot: so no change falls between them. */
  private async create(stream: string): Promise<boolean> {
    const { context, unit } = this;
    unit.why = 'creates the change stream on the source';
    const changes = changesOf(await this.source.get(), stream);
    const position = await changes.create((why) => {
      unit.why = why;
      context.beat();
    });
    probe('S7');
    await openStream(await context.control.get(), { stream, position, bytes: changes.bytes(position) });
    probe('S8');
    context.log.info({ stream, position }, `the change stream ${stream} begins at ${position}`);
    return true;
  }

  /** Until the gate closes, the budget is reached, or something fails. */
  private async follow(claim: StreamClaim, changes: ChangeSource): Promise<void> {
    const { context } = this;
    await context.renew(); // whoever took the stream over may have waited since before a table joined
    const { plan } = context;
    await adoptFiles(context, changes, claim, (files, to) => this.register(changes, files, to));
    const from: Reached = this.claim ?? claim;
    this.filed = (await changes.released()) ?? from.position;
    const recorder = new Recorder(from, {
      store: context.store,
      migration: context.config.migration,
      compression: context.config.chunks.compression,
      sealBytes: () => context.settings().seal_bytes,
      register: (files, to) => this.register(changes, files, to),
    });
    const over = (this.over = new AbortController());
    this.unit.why = `follows the changes from ${from.position}`;
    const capture = changes.capture(from.position, context.tables, recorder, over.signal).finally(() => over.abort());
    try {
      await Promise.race([Promise.all([capture, this.tend(recorder, changes, { over, plan })]), recorder.failure]);
      await recorder.close();
    } catch (error) {
      over.abort();
      await Promise.allSettled([capture]);
      await recorder.abandon();
      if (!(await this.isFinished())) throw error; // a cutover ends our session when it drops the stream
    }
  }

  private register(changes: ChangeSource, files: readonly RecordedFile[], to: Reached): Promise<void> {
    return this.books.run(async () => {
      const claim = this.claim as StreamClaim;
      const measured = files.map((file) => ({ ...file, bytes: changes.bytes(file.position) }));
      const control = await this.context.control.get();
      this.claim = await sealChanges(control, claim, measured, { ...to, bytes: changes.bytes(to.position) });
      this.filed = to.position;
      this.unit.atMark = to.position;
    });
  }

  /** What goes on beside the capture, until it must end, or must begin again with other tables. */
  private async tend(
    recorder: Recorder,
    changes: ChangeSource,
    { over, plan }: { readonly over: AbortController; readonly plan: number },
  ): Promise<void> {
    const { context } = this;
    const { gate } = context;
    const watch = new CatalogWatch(context, changes, recorder);
    let kept = -Infinity;
    for (let closing = 0; !over.signal.aborted;) {
      const now = gate.now;
      closing = gate.stops(this.unit) ? closing || monotonic() : 0;
      if (closing && this.mayLeave(recorder, monotonic() - closing)) break;
      if (context.plan !== plan && recorder.insideOf === undefined) break;
      await this.cutOnDemand(recorder);
      if (monotonic() - kept >= HOUSEKEEPING_SECONDS) {
        kept = monotonic();
        if ((await this.keepHouse(recorder, changes)) && recorder.insideOf === undefined) break;
        if (await this.isFinished()) break;
        await watch.look();
      }
      await gate.changed(TICK_MS, now);
    }
    over.abort();
  }

  private async isFinished(): Promise<boolean> {
    return (await findStream(await this.context.control.get(), this.stream ?? ''))?.finished === true;
  }

  /** Whole transactions are kept; one in the middle is left after a second, and comes again. */
  private mayLeave(recorder: Recorder, seconds: number): boolean {
    if (recorder.insideOf === undefined) return true;
    if (seconds < PATIENCE_SECONDS) return false;
    this.context.log.info(`in effect, discarding ${recorder.insideOf} rows of a transaction that was being received`);
    return true;
  }

  private async cutOnDemand(recorder: Recorder): Promise<void> {
    const { age = 0 } = recorder;
    if (age < WAITED_SECONDS) return;
    const waited =
      age >= LONGEST_SECONDS || (await laneMark(await this.context.control.get())) >= recorder.known.lastSeq;
    if (waited) recorder.cut();
  }

  /** True: more is recorded than the loader has taken in for now. */
  private async keepHouse(recorder: Recorder, changes: ChangeSource): Promise<boolean> {
    const { context } = this;
    await this.moveWhenIdle(recorder, changes);
    const control = await context.control.get();
    await resolveStarts(context, changes, this.claim as StreamClaim);
    const isStored = context.config.chunks.release === 'stored';
    const { position: upTo } = isStored ? (this.claim as StreamClaim) : await appliedEverywhere(control);
    if (upTo !== undefined) await this.release(changes, upTo, recorder);
    return (await unappliedBytes(control)) >= context.settings().changes_bytes;
  }

  /**
   * Never beyond what is in files: a target that falls back to an older state forgets how far the stream was moved, and
   * takes it from them. Where nothing happens that concerns us, a file says so when the source keeps much for that.
   */
  private async release(changes: ChangeSource, upTo: Position, recorder: Recorder): Promise<void> {
    const isFiled = changes.compare(upTo, this.filed) <= 0;
    const idle = changes.bytes(upTo) - changes.bytes(this.filed);
    if (!isFiled && idle >= this.context.settings().idle_log_bytes && recorder.age === undefined)
      recorder.announce(PASSED, new Uint8Array());
    await changes.release(isFiled ? upTo : this.filed);
    probe('C6');
  }

  /** Nothing happened that concerns us, and the log goes on: it need not be kept for us, nor read again. */
  private moveWhenIdle(recorder: Recorder, changes: ChangeSource): Promise<void> {
    return this.books.run(async () => {
      const claim = this.claim as StreamClaim;
      const position = recorder.idleAt;
      if (position === undefined || changes.compare(position, claim.position) <= 0) return;
      recorder.pass(position); // before anything else begins
      const to = { position, bytes: changes.bytes(position) };
      this.claim = await moveStream(await this.context.control.get(), claim, to);
    });
  }

  async rest(): Promise<void> {
    this.unit.sourceSession = undefined;
    await this.source.drop();
  }

  async cancel(): Promise<void> {
    this.over?.abort();
  }

  async again(): Promise<void> {
    const { claim } = this;
    if (!claim) return;
    this.claim = undefined; // what is recorded by now is read anew
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

  /** No table's fault: nothing may be skipped, so nothing goes on. */
  async fail(fault: Fault): Promise<boolean> {
    if (this.stream === undefined || fault.kind === 'operator') return false;
    await failStream(await this.context.control.get(), this.stream, explain(fault));
    await this.giveBack();
    return true;
  }
}

export const changeExtractor: Role = {
  name: 'capture',
  units: () => 1,
  work: (unit, context) => new CaptureWork(unit, context),
  beside: sampleLog,
};
