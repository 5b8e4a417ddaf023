import { monotonic, sleep } from '../../../src/base/clock.js';
import { Fault } from '../../../src/base/fault.js';
import type { Db } from '../../../src/db/db.js';
import { quoteIdentifier } from '../../../src/db/postgres/quote.js';
import type { Wire } from '../../../src/db/postgres/wire.js';
import type { Position } from '../../../src/model/position.js';
import { sqlFile } from '../sql-file.js';

const POLL_MS = 200;
const SAY_AFTER_MS = 500;
const FREE_SECONDS = 30;

/** As pg_replication_slots shows it; what a version has not got is absent. */
export interface Slot {
  readonly plugin: string | null;
  readonly database: string | null;
  /** The database that we are in. */
  readonly here: string;
  readonly active_pid: number | null;
  readonly confirmed_flush_lsn: Position | null;
  readonly wal_status?: string | null;
  readonly invalidation_reason?: string | null;
  readonly conflicting?: boolean | null;
}

export async function readSlot(db: Db, stream: string): Promise<Slot | undefined> {
  const { rows } = await db.query<{ slot: string; here: string }>(sqlFile('changes/slot'), { stream });
  return rows[0] && { ...(JSON.parse(rows[0].slot) as Slot), here: rows[0].here };
}

/** Creates a slot, and says meanwhile for whose transactions the server waits. `temporary`: with a snapshot, while `wire` lives. */
export async function createSlot(
  wire: Wire,
  db: Db,
  slot: { readonly name: string; readonly temporary: boolean },
  waits: (why: string) => void,
): Promise<{ position: Position; snapshot: string | null }> {
  const [lifetime, snapshot] = slot.temporary ? ['TEMPORARY ', 'EXPORT_SNAPSHOT'] : ['', 'NOEXPORT_SNAPSHOT'];
  const over = new AbortController();
  const sql = `CREATE_REPLICATION_SLOT ${quoteIdentifier(slot.name)} ${lifetime}LOGICAL pgoutput ${snapshot}`;
  const created = wire.query<{ consistent_point: string; snapshot_name: string | null }>(sql);
  const told = tellWaits(wire, db, waits, over.signal);
  try {
    const { rows } = await created;
    return { position: rows[0]?.consistent_point ?? '', snapshot: rows[0]?.snapshot_name ?? null };
  } finally {
    over.abort();
    await told;
  }
}

async function tellWaits(wire: Wire, db: Db, waits: (why: string) => void, over: AbortSignal): Promise<void> {
  for (await sleep(SAY_AFTER_MS, over); !over.aborted; await sleep(SAY_AFTER_MS, over)) {
    const asked = db.query<{ who: string }>(sqlFile('changes/blockers'), { pid: wire.backend });
    const { rows } = await asked.catch(() => ({ rows: [] })); // it is told as well as it can be
    if (rows.length > 0 && !over.aborted)
      waits(`waits for open transactions on the source: ${rows.map(({ who }) => who).join('; ')}`);
  }
}

/** Drops a slot that nobody uses. One in use is somebody's: Fault `operator`. */
export async function dropLeftover(db: Db, stream: string): Promise<void> {
  const slot = await readSlot(db, stream);
  if (slot === undefined) return;
  if (slot.active_pid !== null)
    throw new Fault('operator', `the replication slot ${stream} is in use by pid ${slot.active_pid}`, {
      code: 'SLOT_IN_USE',
      safe: 'nothing was changed',
      hint: `end the other openkite, or on the source: SELECT pg_terminate_backend(${slot.active_pid})`,
    });
  await db.query('SELECT pg_drop_replication_slot(:stream)', { stream });
}

/** Ends the session that still uses the slot: whoever calls this has the lease. Returns once the slot is free. */
export async function freeSlot(db: Db, stream: string): Promise<void> {
  const giveUp = monotonic() + FREE_SECONDS;
  for (;;) {
    const pid = (await readSlot(db, stream))?.active_pid ?? null;
    if (pid === null) return;
    if (monotonic() > giveUp)
      throw new Fault('transient', `the replication slot ${stream} is still in use by pid ${pid}`, {
        code: 'SLOT_IN_USE',
        hint: `on the source: SELECT pg_terminate_backend(${pid})`,
      });
    await db.query('SELECT pg_terminate_backend(:pid)', { pid });
    await sleep(POLL_MS);
  }
}
