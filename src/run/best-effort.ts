import { explain } from '../base/fault.js';
import type { Log } from '../base/log.js';
import type { Db } from '../db/db.js';

export type BestEffort = (what: string, work: (db: Db) => Promise<void>) => Promise<void>;

/**
 * Runs what must fail nobody: what cannot be written is warned of once, and the run goes on. Neither a lost privilege nor a
 * table that is gone fails it; a lost session is opened again by whoever needs it next.
 */
export function bestEffort(log: Log, open: () => Promise<Db>): BestEffort {
  const told = new Set<string>();
  return async (what, work) => {
    try {
      await work(await open());
    } catch (error) {
      if (!told.has(what)) log.warn(`${what} is not written, and the run goes on: ${explain(error)}`);
      told.add(what);
    }
  };
}
