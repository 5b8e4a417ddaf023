/** A control schema in an empty database, and small makers of what stands in it. */
import { afterEach } from 'vitest';
import { openSnapshot } from '../../src/control/snapshot.js';
import { planChunks } from '../../src/control/progress.js';
import { setUp } from '../../src/control/set-up.js';
import { insertTables, takeChunkNumbers } from '../../src/control/table.js';
import { insertTasks, makeReady } from '../../src/control/task.js';
import { newWorkerId, registerWorkers } from '../../src/control/worker.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { rowsOf } from '../../src/model/step.js';
import { freshDatabase, type Major } from '../servers/index.js';

const SHOP = { schema: 'wirekite', migration: 'shop', source: 'source-1', target: 'target-1' };

export interface Control {
  readonly url: URL;
  readonly db: PgDb;
  /** Another session with the same search path, closed after the test. */
  open(): Promise<PgDb>;
  /** Another session without one: an operator's psql. */
  operator(settings?: Record<string, string>): Promise<PgDb>;
}

const opened: PgDb[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.close().catch(() => undefined)));
});

/** A database whose control schema is not made yet. */
export async function bareDatabase(major: Major): Promise<Control> {
  const url = await freshDatabase(major);
  const session = async (searchPath: string, settings: Record<string, string> = {}) => {
    const db = await connect(url, { name: 'openkite:test:control', searchPath, settings });
    opened.push(db);
    return db;
  };
  const open = () => session('wirekite, pg_temp');
  return { url, db: await open(), open, operator: (settings) => session('public', settings) };
}

export const setUpShop = (db: PgDb, other: Partial<typeof SHOP> = {}): Promise<void> =>
  setUp(db, { ...SHOP, ...other });

export async function freshControl(major: Major): Promise<Control> {
  const control = await bareDatabase(major);
  await setUpShop(control.db);
  return control;
}

/** A living worker. */
export async function worker(db: PgDb, role = 'load'): Promise<string> {
  const id = newWorkerId(role, 1);
  await registerWorkers(db, [{ worker: id, role, version: 'test', targetSession: db.session }]);
  return id;
}

export const endLease = (db: PgDb, id: string) =>
  db.query(`UPDATE wirekite_worker SET lease_until = clock_timestamp() - interval '1 second' WHERE worker = :id`, {
    id,
  });

export interface Planned {
  readonly table: string;
  readonly snapshotId: string;
  readonly names: string[];
}

/** A table with so many chunks planned under a held snapshot, whose rows may be loaded. */
export async function planned(db: PgDb, chunks: number, table = 'public.items', priority = 0): Promise<Planned> {
  await insertTables(db, [{ table, target: table, priority, rowsEstimated: 100, bytesEstimated: 1000 }]);
  await insertTasks(db, [{ id: rowsOf(table), kind: 'event', table, statements: [], needs: [], bytes: 0 }]);
  await makeReady(db);
  const keeper = await worker(db, 'keep');
  const snapshotId = await openSnapshot(db, { position: '0/1', ticket: 'ticket', worker: keeper });
  const names = await plan(db, table, 1, snapshotId, chunks);
  return { table, snapshotId, names };
}

export function plan(
  db: PgDb,
  table: string,
  generation: number,
  snapshotId: string,
  chunks: number,
): Promise<string[]> {
  return db.transaction(async (tx) => {
    const first = await takeChunkNumbers(tx, table, chunks);
    const slices = Array.from({ length: chunks }, (_, i) => ({
      name: `${table}.${first + i}.dkt`,
      number: first + i,
      bounds: `${i}`,
    }));
    const copy = { table, generation, snapshotId, position: '0/1', encoding: 'text' } as const;
    await planChunks(tx, copy, slices);
    return slices.map((slice) => slice.name);
  });
}
