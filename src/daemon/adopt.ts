import { Fault } from '../base/fault.js';
import type { ChangeSource } from '../connector/extractor.js';
import { openCkt } from '../format/ckt-reader.js';
import { cktName } from '../format/name.js';
import type { Position } from '../model/position.js';
import type { DaemonContext } from './daemon.js';
import type { Reached, RecordedFile, Register } from './publisher.js';
import { storedChanges } from './stored-changes.js';

/**
 * Puts the store and the stream's row in order before anything is recorded. Sealed files that nobody knows are removed,
 * since they are made again. But where the source will not go back so far, because a target that has fallen back to an
 * older state had them applied already, they are the only copy: these are made known again.
 */
export async function adoptFiles(
  context: DaemonContext,
  changes: ChangeSource,
  from: Reached,
  register: Register,
): Promise<void> {
  const unknown = (await storedChanges(context.store)).filter((number) => number > from.lastNumber);
  const released = await changes.released();
  const needed = released !== undefined && changes.compare(released, from.position) > 0;
  const adopted = needed ? await adopt(context, changes, from, unknown, register) : 0;
  for (const number of unknown.slice(adopted)) await context.store.remove(cktName(number));
}

/** Those that follow without a gap, in whole transactions. Returns how many. */
async function adopt(
  { store, config, log }: DaemonContext,
  changes: ChangeSource,
  from: Reached,
  numbers: readonly number[],
  register: Register,
): Promise<number> {
  let reached = from;
  let group: UnknownFile[] = [];
  let adopted = 0;
  for (const number of numbers) {
    const last = group.at(-1) ?? { ...reached, open: false };
    const file = await readUnknown(store, number, config.migration, last);
    if (!file || changes.compare(file.after, last.position) < 0) break;
    group.push(file);
    if (file.open) continue;
    reached = { position: file.position, lastSeq: file.lastSeq, lastNumber: number };
    await register(group, reached);
    adopted += group.length;
    group = [];
  }
  if (adopted > 0) log.warn(`${adopted} files of changes are known again: the target had fallen back before them`);
  return adopted;
}

interface UnknownFile extends RecordedFile {
  /** Where the last transaction before it ends, or beyond that: nothing of ours is between. */
  readonly after: Position;
  /** It ends inside a transaction. */
  readonly open: boolean;
}

/** Undefined when it does not follow what was before it, or is damaged. */
async function readUnknown(
  store: DaemonContext['store'],
  number: number,
  migration: string,
  before: Pick<UnknownFile, 'position' | 'lastSeq' | 'open'>,
): Promise<UnknownFile | undefined> {
  try {
    const reader = await openCkt(store, number, { migration });
    try {
      const { header, last, open, checksum, rawBytes } = reader;
      const expected = before.open ? before.lastSeq : before.lastSeq + 1;
      if (header.first !== expected) return undefined;
      let [position, changes] = [before.position, 0];
      for await (const items of reader.items()) {
        for (const item of items) {
          if (item.kind === 'commit') position = item.end;
          if (item.kind === 'row') changes += 1;
        }
      }
      const lastSeq = open ? last + 1 : last;
      return {
        source: header.name,
        number,
        firstSeq: header.first,
        lastSeq,
        changes,
        rawBytes,
        checksum,
        position,
        after: header.after,
        open,
      };
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (error instanceof Fault && error.code?.startsWith('CHUNK_')) return undefined;
    throw error;
  }
}
