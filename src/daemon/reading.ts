import { ahead } from './ahead.js';
import type { ChangeParts, Part } from './change-parts.js';

/** Parts that are being read: a target transaction ends, and the next one goes on where it did. */
export class Reading {
  private readonly parts: AsyncGenerator<Part>;

  constructor(
    readonly source: ChangeParts,
    /** Of what: another selection needs another reading. */
    readonly key: string,
    /** Everything up to this transaction is committed. */
    public at: number,
  ) {
    this.parts = ahead(source.parts());
  }

  /** Undefined after the last. */
  async next(): Promise<Part | undefined> {
    const got = await this.parts.next();
    return got.done === true ? undefined : got.value;
  }

  async close(): Promise<void> {
    await this.parts.return(undefined);
  }
}
