/** A stream of changes that is recorded and applied, without files. */
import { advanceLane, lockLane } from '../../src/control/lane.js';
import { claimLane, claimStream, openStream, sealChanges, type StreamClaim } from '../../src/control/stream.js';
import { insertTables } from '../../src/control/table.js';
import { insertTasks } from '../../src/control/task.js';
import type { Db } from '../../src/db/db.js';
import { followOf, rowsOf } from '../../src/model/step.js';
import { freshControl, worker, type Target } from './schema.js';

export const STREAM = 'openkite_shop_0badcafe';

export const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('nothing could be claimed');
  return value;
};

/** Tables that are not loaded yet, and a stream that begins at 0/100. */
export async function opened(target: Target, tables: readonly string[] = []) {
  const control = await freshControl(target);
  const { db } = control;
  await addTables(db, tables);
  await openStream(db, { stream: STREAM, position: '0/100', bytes: 100 });
  return control;
}

export async function addTables(db: Db, tables: readonly string[]): Promise<void> {
  await insertTables(
    db,
    tables.map((table) => ({ table, target: table, priority: 0, rowsEstimated: 1, bytesEstimated: 1 })),
  );
  const event = (id: string) => ({ id, kind: 'event', statements: [], needs: [], bytes: 0 });
  await insertTasks(
    db,
    tables.flatMap((table) => [{ ...event(rowsOf(table)), table }, event(followOf(table))]),
  );
}

/** As if the table's rows had been loaded from a snapshot, and its key made. */
export async function loaded(db: Db, table: string, position = '0/100'): Promise<void> {
  await db.query(`UPDATE wirekite_table SET state = 'LOADED', start_position = :position WHERE table_name = :table`, {
    table,
    position,
  });
  await db.query(`UPDATE wirekite_task SET state = 'DONE' WHERE task_id IN (:load, :follow)`, {
    load: rowsOf(table),
    follow: followOf(table),
  });
}

export const capturer = async (db: Db): Promise<StreamClaim> =>
  must(await claimStream(db, STREAM, await worker(db, 'capture')));
export const follower = async (db: Db): Promise<StreamClaim> => must(await claimLane(db, await worker(db, 'follow')));

const positionOf = (seq: number): string => `0/${100 + seq}`;

/** Seals files at once: of each the first and last transaction that has a line in it. 1000 bytes each. */
export function record(db: Db, claim: StreamClaim, ...files: [first: number, last: number][]): Promise<StreamClaim> {
  const sealed = files.map(([firstSeq, lastSeq], i) => ({
    source: `${claim.lastNumber + 1 + i}.ckt`,
    number: claim.lastNumber + 1 + i,
    firstSeq,
    lastSeq,
    changes: 10,
    rawBytes: 1000,
    checksum: 'c',
    position: positionOf(lastSeq),
    bytes: 100 + lastSeq,
  }));
  const lastSeq = files.at(-1)?.[1] ?? 0;
  return sealChanges(db, claim, sealed, {
    position: positionOf(lastSeq),
    bytes: 100 + lastSeq,
    lastSeq,
    lastNumber: claim.lastNumber + files.length,
  });
}

/** Moves the lane as its loader does. */
export const applyTo = (db: Db, lane: StreamClaim, to: number): Promise<void> =>
  db.transaction(async (tx) => advanceLane(tx, lane, (await lockLane(tx, lane)).mark, to));

/** `<source> <mark>`, and `done` for finished ones: the rows of files, in order. */
export async function files(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ file: string }>(
    `SELECT concat(source, ' ', coalesce(mark, '-'), CASE WHEN finish_time IS NOT NULL THEN ' done' ELSE '' END) AS file
     FROM wirekite_progress WHERE target = 'C' ORDER BY chunk_number`,
  );
  return rows.map((row) => row.file);
}
