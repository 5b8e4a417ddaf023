import { Fault } from '../../../src/base/fault.js';
import type { Tx } from '../../../src/db/db.js';
import { quoteLiteral } from '../../../src/db/mysql/quote.js';
import { fieldsOf, nextFar, parameterOf } from '../../../src/format/fields.js';
import { pieces } from '../../../src/format/pieces.js';
import type { FarValues } from '../../../src/model/change.js';
import { loadInto } from '../load-data.js';
import { asLoaded } from './as-loaded.js';
import type { Staged } from './targets.js';

/** Up to so many values, and bytes, go along with their statement. */
const FEW = 200;
const SMALL = 1 << 16;

/** Rows, and the table and columns into which they go. */
export interface Load {
  readonly table: string;
  readonly columns: readonly Staged[];
  readonly rows: Iterable<Uint8Array>;
  /** How many rows these are. */
  readonly count: number;
}

/** Statements that go along. */
export interface Around {
  readonly before?: string;
  readonly after?: string;
}

/**
 * Puts rows into a table. Few are part of the statement, in one round trip with those around it; more are sent as a file.
 * Any warning is a failure: either way a value that does not fit whole is only warned of. Returns the count of the last
 * statement. Fault `data` for what the table does not take.
 */
export async function put(
  tx: Tx,
  load: Load,
  far: FarValues | undefined,
  { before, after }: Around = {},
): Promise<number> {
  const rows = fewOf(load, far);
  if (rows !== undefined) {
    const parts = [before, insertInto(load, rows), 'SHOW WARNINGS LIMIT 1', after];
    const { rows: warnings, count } = await tx.query<Warning>(parts.filter((part) => part !== undefined).join('; '));
    if (warnings[0] !== undefined) throw refused(warnings[0]);
    return count;
  }
  if (before !== undefined) await tx.query(before);
  const count = await tx.load(loadInto(load.table, load.columns), asLoaded(pieces(load.rows, far)));
  return after === undefined ? count : (await tx.query(after)).count;
}

function fewOf({ rows, count, columns }: Load, far: FarValues | undefined): Uint8Array[] | undefined {
  if (count * columns.length > FEW) return undefined;
  const few = [...rows];
  if (few.reduce((sum, row) => sum + row.length, 0) > SMALL) return undefined;
  return far === undefined || few.every((row) => nextFar(row, 0) === undefined) ? few : undefined;
}

function insertInto({ table, columns }: Load, rows: readonly Uint8Array[]): string {
  const tuples = rows.map((row) => {
    const texts = fieldsOf(row, columns.length).map(parameterOf);
    return `(${columns.map(({ from }, i) => value(texts[i] ?? null, from)).join(', ')})`;
  });
  return `INSERT INTO ${table} (${columns.map(({ name }) => name).join(', ')}) VALUES ${tuples.join(', ')}`;
}

const value = (text: string | null, from: Staged['from']): string =>
  text === null ? 'NULL' : (from?.(quoteLiteral(text)) ?? quoteLiteral(text));

interface Warning extends Record<string, unknown> {
  readonly Code: number;
  readonly Message: string;
}

const refused = ({ Code: code, Message: message }: Warning): Fault =>
  new Fault('data', message, { code: String(code), safe: 'nothing of it is kept' });
