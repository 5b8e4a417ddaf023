import type { Tx } from '../db/db.js';
import { ask } from './ask.js';

/** How long what has ended of a migration took. Of slices, all their readers' time. */
export interface Spent {
  /** Seconds of each step that is done. */
  readonly steps: ReadonlyMap<string, number>;
  readonly slices: Copied;
  readonly chunks: Copied;
  /** Of all loaders at work: what is in no step and no chunk is claims, commits and words. */
  readonly loaderSeconds: number;
}

export interface Copied {
  readonly tasks: number;
  /** As the source's catalog counts them. */
  readonly bytes: number;
  readonly rows: number;
  readonly seconds: number;
}

export async function readSpent(tx: Tx): Promise<Spent> {
  const steps = await ask<{ task_id: string; seconds: string }>(tx, 'step_seconds');
  const copied = await ask<Record<string, string | null>>(tx, 'copy_seconds');
  const of = (what: string): Copied => {
    const row = copied.rows.find((found) => found['what'] === what) ?? {};
    const number = (name: string) => Number(row[name] ?? 0);
    return { tasks: number('tasks'), bytes: number('bytes'), rows: number('found'), seconds: number('seconds') };
  };
  const seconds = steps.rows.map(({ task_id: id, seconds: text }) => [id, Number(text)] as const);
  return { steps: new Map(seconds), slices: of('slices'), chunks: of('chunks'), loaderSeconds: of('loaders').seconds };
}
