import { Fault } from '../../../src/base/fault.js';
import { tableName } from '../../../src/model/schema.js';
import type { Target } from './targets.js';

/** A failure on the way through a temporary table, told of the table and the column that the value was for. */
export function blame(error: unknown, { changed }: Target): unknown {
  if (!(error instanceof Fault)) return error;
  const { kind, message, code, hint, safe, cause, place } = error;
  const at = /^c(\d+)$/.exec(place.column ?? '')?.[1];
  const column = at === undefined ? undefined : changed.columns[Number(at)]?.name;
  const known = Object.fromEntries(Object.entries({ code, hint, safe, cause }).filter(([, v]) => v !== undefined));
  const where = { ...place, table: tableName(changed), ...(column === undefined ? {} : { column }) };
  return new Fault(kind, message, { ...known, place: where });
}
