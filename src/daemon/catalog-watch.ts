import { monotonic } from '../base/clock.js';
import type { CatalogDifference, ChangeSource } from '../connector/extractor.js';
import { knownDifferences, recordDifference } from '../control/difference.js';
import type { DaemonContext } from './daemon.js';
import type { Recorder } from './recorder.js';

const EVERY_SECONDS = 10;

/** Of lines in a `.ckt` that tell of a changed catalog. */
export const DDL_NOTICE = 'openkite.ddl';

/** What such a line holds, as JSON. */
export interface DdlNotice {
  readonly table?: string;
  /** Rows as they come from now on would not fit. */
  readonly stop: boolean;
  readonly found: string;
}

/** Tells what the log does not carry: each difference once, between two transactions, and for good once that is recorded. */
export class CatalogWatch {
  private looked = -Infinity;
  private fingerprint: string | undefined;
  private known: Set<string> | undefined;
  private told: { readonly seq: number; readonly difference: CatalogDifference }[] = [];

  constructor(
    private readonly context: DaemonContext,
    private readonly changes: ChangeSource,
    private readonly recorder: Recorder,
  ) {}

  /** Looks if it is time to. */
  async look(): Promise<void> {
    await this.recordTold();
    if (monotonic() - this.looked < EVERY_SECONDS) return;
    this.looked = monotonic();
    const fingerprint = await this.changes.catalogFingerprint();
    if (fingerprint === this.fingerprint) return;
    const control = await this.context.control.get();
    this.known ??= await knownDifferences(control);
    const isFirst = this.known.size === 0;
    if (isFirst) await recordDifference(control, LOOKED_AT);
    this.known.add(keyOf(LOOKED_AT));
    for (const difference of await this.changes.differences(this.context.tables, this.context.objects)) {
      if (this.known.has(keyOf(difference))) continue;
      this.known.add(keyOf(difference));
      if (difference.concernsRows) this.stop(difference);
      else await this.report(difference, isFirst);
    }
    this.fingerprint = fingerprint;
  }

  private stop(difference: CatalogDifference): void {
    const { table, found } = difference;
    const about = table === undefined ? {} : { table };
    this.context.log.warn(about, `the source's catalog has changed: ${found}`);
    const notice: DdlNotice = { ...about, stop: true, found };
    const seq = this.recorder.announce(DDL_NOTICE, Buffer.from(JSON.stringify(notice)));
    this.told.push({ seq, difference });
  }

  /** What was so from the beginning (a table that was left out) is nobody's news. */
  private async report(difference: CatalogDifference, isFirst: boolean): Promise<void> {
    const { table, found } = difference;
    if (!isFirst)
      this.context.log.warn(table === undefined ? {} : { table }, `the source's catalog has changed: ${found}`);
    await recordDifference(await this.context.control.get(), difference);
  }

  /** Not before its line is recorded: until then a new start must tell it again. */
  private async recordTold(): Promise<void> {
    const { lastSeq } = this.recorder.known;
    for (const { difference } of this.told.filter(({ seq }) => seq <= lastSeq))
      await recordDifference(await this.context.control.get(), difference);
    this.told = this.told.filter(({ seq }) => seq > lastSeq);
  }
}

/** Says that what differs from now on came later than the plan. */
const LOOKED_AT: CatalogDifference = { table: undefined, concernsRows: false, found: 'looked at for the first time' };

const keyOf = ({ table, found }: CatalogDifference): string => `${table ?? ''}\n${found}`;
