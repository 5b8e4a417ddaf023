import { Fault } from '../../../src/base/fault.js';
import type { Tx } from '../../../src/db/db.js';
import type { ChangedTable } from '../../../src/model/change.js';
import type { Targets } from './targets.js';

/**
 * All in one statement, as the source did it. A foreign key of a table that is not among them forbids that on the target:
 * then rows are deleted, those first that refer to others, and sequences keep their values, which cutover sets anyway.
 */
export async function truncate(
  tx: Tx,
  targets: Targets,
  tables: readonly ChangedTable[],
  { restart }: { readonly restart: boolean },
): Promise<void> {
  const works = [];
  for (const table of tables) works.push({ target: await targets.get(tx, table) });
  const only = works.map(({ target }) => `ONLY ${target.name}`);
  await tx.query('SAVEPOINT openkite_truncate');
  const refused = await tx
    .query(`TRUNCATE ${only.join(', ')}${restart ? ' RESTART IDENTITY' : ''}`)
    .then(() => false, isReference);
  if (refused) {
    await tx.query('ROLLBACK TO SAVEPOINT openkite_truncate');
    const parentsFirst = (await targets.foreignKeys(tx)).parentsFirst(works);
    for (const { target } of parentsFirst.reverse()) await tx.query(`DELETE FROM ONLY ${target.name}`);
  }
  await tx.query('RELEASE SAVEPOINT openkite_truncate');
}

function isReference(error: unknown): true {
  if (error instanceof Fault && error.code === '0A000') return true;
  throw error;
}
