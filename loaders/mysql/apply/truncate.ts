import type { Tx } from '../../../src/db/db.js';
import type { ChangedTable } from '../../../src/model/change.js';
import type { Targets } from './targets.js';

/**
 * Rows are deleted, those first that refer to others: TRUNCATE would commit. Counters keep their values, also where the
 * source began them anew, since setting them commits too; cutover sets them.
 */
export async function truncate(tx: Tx, targets: Targets, tables: readonly ChangedTable[]): Promise<void> {
  const works = [];
  for (const table of tables) works.push({ target: await targets.get(tx, table) });
  for (const { target } of targets.foreignKeys.parentsFirst(works).reverse())
    await tx.query(`DELETE FROM ${target.name}`);
}
