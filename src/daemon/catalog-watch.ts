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
    const known = (this.known ??= await knownDifferences(await this.context.control.get()));
    for (const difference of await this.changes.differences(this.context.tables)) {
      if (known.has(keyOf(difference))) continue;
      known.add(keyOf(difference));
      this.tell(difference);
    }
    this.fingerprint = fingerprint;
  }

  private tell(difference: CatalogDifference): void {
    const { table, concernsRows: stop, found } = difference;
    this.context.log.warn(
      { ...(table === undefined ? {} : { table }), stop },
      `the source's catalog has changed: ${found}`,
    );
    const notice: DdlNotice = { ...(table === undefined ? {} : { table }), stop, found };
    const seq = this.recorder.announce(DDL_NOTICE, Buffer.from(JSON.stringify(notice)));
    this.told.push({ seq, difference });
  }

  /** Not before its line is recorded: until then a new start must tell it again. */
  private async recordTold(): Promise<void> {
    const { lastSeq } = this.recorder.known;
    for (const { difference } of this.told.filter(({ seq }) => seq <= lastSeq))
      await recordDifference(await this.context.control.get(), difference);
    this.told = this.told.filter(({ seq }) => seq > lastSeq);
  }
}

const keyOf = ({ table, found }: CatalogDifference): string => `${table ?? ''}\n${found}`;
