import { probe } from '../base/probe.js';
import type { Db, Tx } from '../db/db.js';
import type { Position } from '../model/position.js';
import { ask } from './ask.js';

/** A view of the source that a keeper holds. */
export interface HeldSnapshot {
  readonly id: string;
  readonly position: Position;
  readonly ticket: string;
  readonly worker: string;
  readonly openedAt: string;
}

/** Writes down what the keeper has just opened. Slices are read only of snapshots that stand here as OPEN. */
export async function openSnapshot(
  db: Db,
  held: { position: Position; ticket: string; worker: string },
): Promise<string> {
  probe('S5');
  const { rows } = await ask<{ snapshot_id: string }>(db, 'open_snapshot', held);
  probe('S6');
  return String(rows[0]?.snapshot_id);
}

export async function closeSnapshot(db: Db, id: string): Promise<void> {
  await ask(db, 'close_snapshot', { snapshot: id });
}

/** OPEN snapshots whose keeper's lease has ended become LOST. Returns their ids. */
export async function lostSnapshots(db: Db): Promise<string[]> {
  const { rows } = await ask<{ snapshot_id: string }>(db, 'lose_snapshots');
  return rows.map((row) => row.snapshot_id);
}

/** A snapshot whose session its own keeper found gone. */
export async function loseSnapshot(db: Db, id: string): Promise<void> {
  await ask(db, 'lose_snapshot', { snapshot: id });
}

/** Whether some slice of it is still to be read. */
export async function snapshotInUse(tx: Tx, id: string): Promise<boolean> {
  return (await ask<{ in_use: string }>(tx, 'snapshot_in_use', { snapshot: id })).rows[0]?.in_use === 'YES';
}

/** The snapshot, or undefined when it is not held any more. */
export async function heldSnapshot(tx: Tx, id: string): Promise<HeldSnapshot | undefined> {
  const { rows } = await ask<Record<string, string>>(tx, 'find_snapshot', { snapshot: id });
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    id: String(row['snapshot_id']),
    position: String(row['position']),
    ticket: String(row['ticket']),
    worker: String(row['worker']),
    openedAt: String(row['opened_at']),
  };
}
