import { Fault } from '../../../src/base/fault.js';
import type { Miscount } from '../../../src/connector/loader.js';
import type { Tx } from '../../../src/db/db.js';

/** Why something was not done: the target's rows are other than expected, or the server refuses a value. */
export type Objection = Miscount | Fault;

/**
 * Does `work` within a savepoint. If it objects or a value is refused, nothing of it stays, and the objection is
 * returned. Throws what is no fault of a row; the caller's transaction is lost then.
 */
export async function attempt(tx: Tx, work: () => Promise<Objection | undefined>): Promise<Objection | undefined> {
  await tx.query('SAVEPOINT openkite_attempt');
  const objection = await work().catch(ofRow);
  if (objection !== undefined) await tx.query('ROLLBACK TO SAVEPOINT openkite_attempt');
  await tx.query('RELEASE SAVEPOINT openkite_attempt');
  return objection;
}

function ofRow(error: unknown): Fault {
  if (error instanceof Fault && error.kind === 'data') return error;
  throw error;
}
