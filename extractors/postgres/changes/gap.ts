import { Fault } from '../../../src/base/fault.js';
import type { Db } from '../../../src/db/db.js';
import { parseLsn } from '../../../src/db/postgres/lsn.js';
import type { Position } from '../../../src/model/position.js';
import { sampleLog } from './sample.js';
import { readSlot, type Slot } from './slot.js';

/** Fault `STREAM_GAP` unless the slot still has everything from `from` on. The server would skip what is missing. */
export async function refuseGap(db: Db, stream: string, from: Position): Promise<void> {
  const why = reason(await readSlot(db, stream), from) ?? (await backInTime(db, stream, from));
  if (why !== undefined) throw gap(stream, from, why);
}

function gap(stream: string, from: Position, why: string): Fault {
  return new Fault('permanent', `the changes after ${from} cannot be had from the slot ${stream}: ${why}`, {
    code: 'STREAM_GAP',
    safe: `everything before ${from} was taken, nothing was skipped`,
    hint: 'the tables must be loaded anew: openkite reset --execute, then openkite run --execute',
  });
}

function reason(slot: Slot | undefined, from: Position): string | undefined {
  if (slot === undefined) return 'it is not there any more';
  const {
    plugin,
    database,
    here,
    confirmed_flush_lsn: confirmed,
    wal_status: wal,
    invalidation_reason: invalid,
  } = slot;
  if (plugin !== 'pgoutput') return `it was created for ${plugin ?? 'physical replication'}, not for pgoutput`;
  if (database !== here) return `it is of the database ${database}`;
  if (wal === 'lost' || invalid || slot.conflicting)
    return `the source has given it up (${invalid ?? 'its log was removed: max_slot_wal_keep_size'})`;
  if (confirmed === null) return 'it was not created to its end';
  if (parseLsn(confirmed) <= parseLsn(from)) return undefined;
  return `it begins at ${confirmed} now; it was created anew or moved on by somebody else`;
}

/** A source that was restored, or failed over, may have lost what we have taken already, and write other things there. */
async function backInTime(db: Db, stream: string, from: Position): Promise<string | undefined> {
  const { position } = await sampleLog(db, stream);
  if (parseLsn(position) >= parseLsn(from)) return undefined;
  return `the source's log ends at ${position}, before that: it is an older state of the source`;
}
