import type { Db, Tx } from '../db/db.js';
import type { Position } from '../model/position.js';
import { ask } from './ask.js';

/** Files that stand in one row once they are folded. */
const FOLD = 1000;

export interface AppliedEverywhere {
  /** The last change that is in every table, but for those that must be loaded anew. */
  readonly seq: number;
  /** Nothing before it is needed of the source any more; undefined as long as everything is. */
  readonly position: Position | undefined;
}

export async function appliedEverywhere(tx: Tx): Promise<AppliedEverywhere> {
  const { rows } = await ask<{ everywhere_seq: string; position: string | null }>(tx, 'applied_everywhere');
  return { seq: Number(rows[0]?.everywhere_seq ?? 0), position: rows[0]?.position ?? undefined };
}

/** Raw bytes of files that some table still needs. */
export async function unappliedBytes(tx: Tx): Promise<number> {
  const { rows } = await ask<{ byte_count: string }>(tx, 'unapplied_bytes');
  return Number(rows[0]?.byte_count);
}

/** Of these file names those that may go: no table has needed them for so long. */
export async function removableChanges(tx: Tx, keepSeconds: number, names: readonly string[]): Promise<string[]> {
  const files = JSON.stringify(names.map((name) => withFold(Number.parseInt(name, 10))));
  const { rows } = await ask<{ name: string }>(tx, 'removable_changes', { files, seconds: keepSeconds });
  return rows.map((row) => row.name);
}

/** Of these files those that no row stands for, and none will: their numbers were passed over. */
export async function unknownChanges(tx: Tx, numbers: readonly number[]): Promise<number[]> {
  const { rows } = await ask<{ name: string }>(tx, 'unknown_changes', { files: JSON.stringify(numbers.map(withFold)) });
  return rows.map((row) => Number.parseInt(row.name, 10));
}

/** The row of a file is its own, or that of its thousand. */
function withFold(number: number): { number: number; name: string; folded: string } {
  const first = number - (number % FOLD);
  return { number, name: `${number}.ckt`, folded: `${first}-${first + FOLD - 1}.ckt` };
}

/** Makes one row of each whole thousand of files that no table needs, but for the newest `keep` rows. */
export async function foldFinished(db: Db, keep = 10_000): Promise<void> {
  await ask(db, 'fold_finished', { keep, fold: FOLD });
}
