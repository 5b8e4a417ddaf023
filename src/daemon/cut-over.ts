import { readFixed, writeFixed } from '../control/set-up.js';
import type { Tx } from '../db/db.js';
import type { Position } from '../model/position.js';

/** The fixed setting that says, once it is done, where the source ended and where the target begins. */
const CUT_OVER = 'cut_over';
/** The fixed setting that says how far a cutover is that is under way; empty where none is. */
const UNDER_WAY = 'cutover';
/** The fixed setting beyond which the lane does not go; empty: as far as it can. */
const LANE_LIMIT = 'lane_limit';

/** Where the source ended and the target begins; undefined as long as it is not cut over. */
export const cutOverWords = async (tx: Tx): Promise<string | undefined> => (await readFixed(tx)).get(CUT_OVER);

export const isCutOver = async (tx: Tx): Promise<boolean> => (await cutOverWords(tx)) !== undefined;

/** What a cutover has fixed by now. */
export interface CutoverState {
  readonly command: number;
  /** Of the source's log: what committed before belongs to the target. */
  readonly end: Position;
  /** Somebody named the end: what comes after it is left behind on purpose. */
  readonly isGiven: boolean;
  /** The last transaction before the end, once it is known. */
  readonly endSeq?: number;
  /** Where the log ended when all before the end was applied: up to there it was looked for later transactions. */
  readonly lookedTo?: Position;
  /** Counters are planned, and what waits for the cutover may be done. */
  readonly isOpen?: boolean;
  /** The target's own log, when nothing of ours was left to be done. */
  readonly targetPosition?: string;
}

export async function cutoverState(tx: Tx): Promise<CutoverState | undefined> {
  const text = (await readFixed(tx)).get(UNDER_WAY);
  return text ? (JSON.parse(text) as CutoverState) : undefined;
}

/** With it, where the lane ends. */
export async function writeCutover(tx: Tx, state: CutoverState | undefined, laneLimit?: number): Promise<void> {
  await writeFixed(tx, UNDER_WAY, state ? JSON.stringify(state) : '');
  if (state === undefined || laneLimit !== undefined)
    await writeFixed(tx, LANE_LIMIT, laneLimit === undefined ? '' : String(laneLimit));
}

/** It is over, and nothing is followed any more. */
export async function writeCutOver(tx: Tx, words: string): Promise<void> {
  await writeFixed(tx, CUT_OVER, words);
}
