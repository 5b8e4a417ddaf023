import { Fault } from '../base/fault.js';
import type { Db, Params, Tx } from '../db/db.js';
import { ask } from './ask.js';
import { toExtractClaim, toLoadClaim, type Claim, type ClaimRow, type ExtractClaim, type LoadClaim } from './chunk.js';
import { failTable, lostTables } from './table.js';

interface Key extends Record<string, unknown> {
  readonly source: string;
  readonly target: string;
  readonly left_by?: string | null;
}

/** A row that was taken, and who had left it. */
type TakenRow = ClaimRow & Pick<Claim, 'leftBy'>;

export interface Wanted {
  /** Scopes that are to be left alone (`Wishes.held`). */
  readonly held?: string | undefined;
  /** The table that this worker had last: among those of one priority it is the next one, too. */
  readonly warm?: string | undefined;
  /** So many tables may be half read at the same time; undefined or 0: any number. */
  readonly tables?: number | undefined;
}

/**
 * The next slice to write, or undefined when there is none now: of tables whose snapshot is held, by priority, then the
 * warm one, then chunk number. A slice that a dead worker left counts as restarted.
 */
export async function claimExtract(db: Db, worker: string, wanted: Wanted = {}): Promise<ExtractClaim | undefined> {
  const row = await untilNobodyInterferes(() => db.transaction((tx) => takeSlice(tx, worker, wanted)));
  return row && { ...toExtractClaim(row), ...leftBy(row) };
}

/**
 * The next chunk to load, or undefined when there is none now: one that a dead or leaving worker left first, else a
 * sealed one of a table whose event `load <table>` is READY, which is when everything that its rows need has been made.
 * A table of which progress rows were deleted is stopped, and another one is tried.
 */
export async function claimLoad(db: Db, worker: string, wanted: Wanted = {}): Promise<LoadClaim | undefined> {
  const row = await untilNobodyInterferes(async () => {
    const left = await db.transaction((tx) =>
      takeNext(tx, 'next_abandoned_load', worker, { held: wanted.held ?? null }),
    );
    return left ?? (await claimSealed(db, worker, wanted));
  });
  return row && { ...toLoadClaim(row), ...leftBy(row) };
}

const leftBy = ({ leftBy: worker }: TakenRow) => (worker === undefined ? {} : { leftBy: worker });

const AGAIN = Symbol('somebody else was quicker');
type Taken = TakenRow | undefined | typeof AGAIN;

/** Of several who claim at once the server may pick one to fail; it has claimed nothing, and tries again. */
const MOST_FAILURES = 3;

async function untilNobodyInterferes(attempt: () => Promise<Taken>): Promise<TakenRow | undefined> {
  for (let failures = 0; ;) {
    const taken = await attempt().catch((error: unknown): typeof AGAIN => {
      if (!(error instanceof Fault) || error.kind !== 'transient' || (failures += 1) > MOST_FAILURES) throw error;
      return AGAIN;
    });
    if (taken !== AGAIN) return taken;
  }
}

async function takeSlice(tx: Tx, worker: string, { held, warm, tables = 0 }: Wanted): Promise<Taken> {
  if (tables > 0) await ask(tx, 'one_by_one');
  const most = tables > 0 ? tables : null;
  return takeNext(tx, 'next_extract', worker, { held: held ?? null, warm: warm ?? null, most });
}

async function takeNext(tx: Tx, candidate: string, worker: string, params: Params): Promise<Taken> {
  const { rows } = await ask<Key>(tx, candidate, params);
  return rows[0] === undefined ? undefined : await take(tx, rows[0], worker);
}

async function take(tx: Tx, key: Key, worker: string): Promise<Taken> {
  const { rows } = await ask<ClaimRow>(tx, 'take_row', { source: key.source, target: key.target, worker });
  const [row] = rows;
  return row ? { ...row, ...(key.left_by == null ? {} : { leftBy: key.left_by }) } : AGAIN;
}

async function claimSealed(db: Db, worker: string, { held, warm }: Wanted): Promise<Taken> {
  let lost: string | undefined;
  const taken = await db.transaction(async (tx): Promise<Taken> => {
    const { rows } = await ask<{ source: string; table_name: string }>(tx, 'next_sealed', {
      held: held ?? null,
      warm: warm ?? null,
    });
    if (rows[0] === undefined) return undefined;
    const { source, table_name: table } = rows[0];
    if ((await lostTables(tx, { table })).length > 0) {
      lost = table;
      return AGAIN;
    }
    if ((await ask(tx, 'stamp_sealed', { source })).count !== 1) return AGAIN;
    const inserted = await ask<{ target: string }>(tx, 'insert_load', { source });
    return take(tx, { source, target: inserted.rows[0]?.target ?? '' }, worker);
  });
  if (lost !== undefined) await stopIfLost(db, lost);
  return taken;
}

/** Stops tables whose progress rows were deleted or altered: their rows may be in the target, and nothing says which. */
export async function stopIfLost(db: Db, table?: string): Promise<Fault[]> {
  const lost = await lostTables(db, table === undefined ? {} : { table });
  const faults = lost.map(({ table: name, found }) => progressDeleted(name, found));
  for (const fault of faults) await failTable(db, fault.place.table ?? '', fault.message);
  return faults;
}

const progressDeleted = (table: string, found: string): Fault =>
  new Fault('permanent', `rows of wirekite_progress were deleted or altered: ${found}`, {
    code: 'PROGRESS_DELETED',
    place: { table },
    safe: 'nothing more is loaded into this table',
    hint: 'empty it and load it again: openkite reset',
  });
