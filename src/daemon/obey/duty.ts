import type { Command } from '../../control/command.js';
import type { Db } from '../../db/db.js';
import type { DaemonContext } from '../daemon.js';

/** What the coordinator has at hand while it obeys a command. */
export interface Duty {
  readonly context: DaemonContext;
  readonly control: Db;
}

/** SEEN: it is begun, and will be looked at again. `result`: how far it is, why not, or what was done; in words. */
export interface Outcome {
  readonly state: 'SEEN' | 'DONE' | 'REFUSED';
  readonly result: string;
}

/**
 * Obeys a command as far as it can be obeyed now. Called again and again until it is settled, also by a coordinator that came
 * after the one that began it: what was done must be known from the tables. Undefined: there is nothing new to say.
 */
export type Obey = (command: Command, duty: Duty) => Promise<Outcome | undefined>;

export const seen = (result: string): Outcome => ({ state: 'SEEN', result });
export const done = (result: string): Outcome => ({ state: 'DONE', result });
export const refused = (result: string): Outcome => ({ state: 'REFUSED', result });
