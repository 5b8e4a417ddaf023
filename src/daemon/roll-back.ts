import type { Loader } from '../connector/loader.js';
import { tableName } from '../model/schema.js';
import { planRollback, rollbackTo, type Rollback, type RollbackTarget, type Wanted } from '../run/rollback.js';
import type { Context } from './context.js';
import { buryOwnDead } from './bury.js';
import { informed, type Known } from './known.js';

/** What a return to a checkpoint would empty. */
export const explainRollback = (context: Context, wanted: Wanted): Promise<Rollback> =>
  onTarget(context, ({ db }, target) => planRollback(db, target, wanted));

/** Returns to a checkpoint; to the one whose return was interrupted, where one was. `self`: the worker that does it, where it is one; nobody else may be alive. */
export async function rollBack(context: Context, wanted: Wanted, self?: string): Promise<Rollback> {
  await buryOwnDead(context);
  return onTarget(context, ({ db }, target) => rollbackTo(db, target, wanted, self));
}

async function onTarget<T>(context: Context, work: (loader: Loader, target: RollbackTarget) => Promise<T>): Promise<T> {
  const known = await informed(context);
  const loader = await known.openLoader('rollback');
  try {
    return await work(loader, await targetOf(known, loader));
  } finally {
    await loader.close();
  }
}

async function targetOf({ kin, tables, config }: Known & Context, loader: Loader): Promise<RollbackTarget> {
  const withRows = tables.filter((table) => table.hasRows);
  const there = new Set(await loader.existing(withRows));
  const layouts = new Map(withRows.map((table) => [tableName(table), loader.layout(table, 'text')]));
  return {
    empty: async (tx, names) => {
      const found = names.filter((name) => there.has(name)).flatMap((name) => layouts.get(name) ?? []);
      if (found.length > 0) await loader.empty(tx, found);
    },
    kin: (names) => (config.changes ? kin.ofAll(names) : new Set(names)),
    isDone: loader.isDone,
  };
}
