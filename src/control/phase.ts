import type { Db, Tx } from '../db/db.js';
import { ask } from './ask.js';

export interface PhaseRow {
  /** From 1. */
  readonly phase: number;
  readonly name: string;
  readonly isOpen: boolean;
  readonly hasEnded: boolean;
  /**
   * Tasks that are neither DONE nor SKIPPED, and have not failed, been blocked or aborted. One that is HELD is among them: it
   * waits for a person, and so does whoever waits for the end of the phase.
   */
  readonly unsettled: number;
}

/** In their order. None: the plan was written by a version that did not name them; then nothing waits for a phase. */
export async function phases(tx: Tx): Promise<PhaseRow[]> {
  const { rows } = await ask<Record<string, string | number>>(tx, 'list_phases');
  return rows.map((row) => ({
    phase: Number(row['phase']),
    name: String(row['name']),
    isOpen: row['is_open'] === 'YES',
    hasEnded: row['has_ended'] === 'YES',
    unsettled: Number(row['unsettled']),
  }));
}

/** How far a phase is, by its tables' rows. */
export interface PhaseProgress {
  readonly phase: number;
  readonly name: string;
  readonly tables: number;
  /** 0 to 100. */
  readonly percent: number;
  /** Since it was opened, until it ended; undefined: it is not open. */
  readonly seconds: number | undefined;
}

export async function phaseProgress(tx: Tx): Promise<PhaseProgress[]> {
  const { rows } = await ask<Record<string, string | number | null>>(tx, 'phase_progress');
  return rows.map((row) => ({
    phase: Number(row['phase']),
    name: String(row['name']),
    tables: Number(row['tables']),
    percent: Number(row['percent']),
    seconds: row['seconds'] === null ? undefined : Number(row['seconds']),
  }));
}

/** Writes the phases of a plan down by their names; phase n is the nth. What is there already stays, but for its name. */
export async function insertPhases(tx: Tx, names: readonly string[]): Promise<void> {
  const phases = names.map((name, i) => ({ phase: i + 1, name }));
  await ask(tx, 'insert_phases', { phases: JSON.stringify(phases) });
}

/** Makes `names`, which has all that are there, the phases of the plan: tasks and tables keep theirs by name, not by number. */
export async function renumberPhases(tx: Tx, names: readonly string[]): Promise<void> {
  const moves = (await phases(tx)).map(({ phase, name }) => ({ old_phase: phase, new_phase: names.indexOf(name) + 1 }));
  if (moves.some((move) => move.old_phase !== move.new_phase)) {
    await ask(tx, 'move_phases', { moves: JSON.stringify(moves) });
    await ask(tx, 'settle_phases');
  }
  await insertPhases(tx, names);
}

/** From now on tasks of these may be begun. */
export const openPhases = (db: Db, numbers: readonly number[]): Promise<void> => turn(db, 'open_phases', numbers);

export const endPhases = (tx: Tx, numbers: readonly number[]): Promise<void> => turn(tx, 'end_phases', numbers);

/** There is more to do in them: something is read anew, tried again, or has joined. */
export const reopenPhases = (tx: Tx, numbers: readonly number[]): Promise<void> => turn(tx, 'reopen_phases', numbers);

async function turn(tx: Tx, name: string, numbers: readonly number[]): Promise<void> {
  if (numbers.length > 0) await ask(tx, name, { phases: JSON.stringify(numbers) });
}

/** Those after that one have not been opened, and nothing of them is ready any more. Nobody may be at work. */
export async function closePhases(tx: Tx, after = 0): Promise<void> {
  await ask(tx, 'unready_tasks', { after });
  await ask(tx, 'close_phases', { after });
}
