export interface BatchRule {
  readonly least: number;
  readonly most: number;
  /** By how much a batch may be larger than the one before it. */
  readonly step: number;
  /** A batch that takes longer was too large. PAUSE waits for its end. */
  readonly seconds: number;
}

export interface Batch {
  /** What it held, in the unit of the rule: bytes, rows or changes. */
  readonly amount: number;
  readonly seconds: number;
  /** For want of a resource, or of time. */
  readonly failed: boolean;
}

/**
 * How large the next batch may be, after one that might have had `size`: half where it failed or took too long, else a step
 * more, within bounds. A batch that was not full says nothing of larger ones. Additive increase and multiplicative decrease
 * is the rule by which those who share a server come to fair and stable shares without knowing of each other (Chiu and Jain
 * 1989; so does TCP).
 */
export function nextBatchSize(size: number, { amount, seconds, failed }: Batch, rule: BatchRule): number {
  if (failed || seconds > rule.seconds) return within(Math.floor(Math.min(size, amount) / 2), rule);
  return within(amount < size ? size : size + rule.step, rule);
}

const within = (size: number, { least, most }: BatchRule): number => Math.min(most, Math.max(least, size));
