import { changeFiles, type ChangeFile } from '../control/start.js';
import type { Tx } from '../db/db.js';

/** About how many files one pass looks at: what it does not reach, the next one does. */
const FILES = 100;

/** The next files with transactions after `seq`, up to one in whose end no transaction is open: half of one is never applied. */
export async function wholeFiles(tx: Tx, seq: number): Promise<ChangeFile[]> {
  for (let limit = FILES; ; limit *= 2) {
    const files = await changeFiles(tx, { afterSeq: seq, limit: limit + 1 });
    if (files.length <= limit) return files; // those of one transaction become known together
    const whole = lastWhole(files);
    if (whole > 0) return files.slice(0, whole);
  }
}

/** How many of them, at most, come before one that does not go on with the transaction of the one before it. */
function lastWhole(files: readonly ChangeFile[]): number {
  return files.findLastIndex(({ firstSeq }, i) => firstSeq > (files[i - 1]?.lastSeq ?? Infinity));
}
