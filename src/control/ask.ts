import type { Params, Result, Row, Tx } from '../db/db.js';
import { statement } from '../db/statements.js';

/** Runs a named statement of the session's dialect. */
export const ask = <R extends Row = Row>(tx: Tx, name: string, params: Params = {}): Promise<Result<R>> =>
  tx.query<R>(statement(tx.dialect, name), params);
