/** What the operator says of a table. Only the first two weigh in the order; `critical` says that without it the migration has failed. */
export interface Weight {
  /** 1 where nothing is said. */
  readonly businessValue: number;
  /** From 0 to 1. */
  readonly riskScore: number;
  readonly critical: boolean;
}

export const WEIGHT: Weight = { businessValue: 1, riskScore: 0, critical: false };

/** Efforts below are taken for this, in seconds: what takes no time comes before all else, but not infinitely so. */
const LEAST_EFFORT = 0.001;

/**
 * business_value ÷ effort × (1 − risk_score) × (2 if on the critical path): CONTROL 18. `effort`: seconds. Of equal tables the
 * small ones come first, as in weighted shortest job first; what that costs `openkite plan --simulate` shows beside it.
 */
export const priorityOf = (
  { businessValue, riskScore }: Pick<Weight, 'businessValue' | 'riskScore'>,
  effort: number,
  onCriticalPath: boolean,
): number => (businessValue / Math.max(effort, LEAST_EFFORT)) * (1 - riskScore) * (onCriticalPath ? 2 : 1);
