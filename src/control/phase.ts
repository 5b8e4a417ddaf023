import type { Tx } from '../db/db.js';
import { ask } from './ask.js';

/** Writes the phases of a plan down by their names; phase n is the nth. What is there already stays, but for its name. */
export async function insertPhases(tx: Tx, names: readonly string[]): Promise<void> {
  const phases = names.map((name, i) => ({ phase: i + 1, name }));
  await ask(tx, 'insert_phases', { phases: JSON.stringify(phases) });
}
