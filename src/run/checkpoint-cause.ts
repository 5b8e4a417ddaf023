/** How far a run was at a moment. */
export interface Moment {
  /** On any clock that does not stop. */
  readonly seconds: number;
  readonly rows: number;
  /** Of all rows, 0 to 100. */
  readonly percent: number;
}

/** 0: never by that. */
export interface CheckpointRule {
  readonly minutes: number;
  readonly rows: number;
  readonly percent: number;
}

/** Rows may come by the million a second: a checkpoint by their number is no more often than this. */
const LEAST_SECONDS = 60;

/**
 * Why a checkpoint is due, by how far it was at the last one and is now; several causes are one checkpoint. What was emptied
 * since is not done any more: it counts from where it is.
 */
export function checkpointCauses(last: Moment, now: Moment, rule: CheckpointRule): string[] {
  const passed = now.seconds - last.seconds;
  const rows = now.rows - Math.min(last.rows, now.rows);
  const causes = [];
  if (rule.minutes > 0 && passed >= rule.minutes * 60) causes.push(`${rule.minutes} minutes have passed`);
  if (rule.rows > 0 && rows >= rule.rows && passed >= LEAST_SECONDS) causes.push(`${rule.rows} more rows are in`);
  const steps = ({ percent }: Moment): number => Math.floor(percent / rule.percent);
  if (rule.percent > 0 && steps(now) > steps(last)) causes.push(`${steps(now) * rule.percent} % of all rows are in`);
  return causes;
}
