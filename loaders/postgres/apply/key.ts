import type { ChangedTable, RowChange } from '../../../src/model/change.js';
import { fieldsOf, isUnchanged } from './fields.js';

export const isKeyed = ({ columns }: ChangedTable): boolean => columns.some(({ key }) => key);

/** What a change finds its row by: the values of the key or, without one, of all columns. */
export function oldKey({ op, table, old, row }: RowChange): Buffer[] {
  const at = placesOf(table);
  if (old !== undefined && (op === 'K' || op === 'R')) return fieldsOf(old, at.length);
  const fields = fieldsOf(old ?? row!, table.columns.length);
  return at.map((i) => fields[i]!);
}

/** The same of the row that the change makes; of a delete, of the row that it takes away. */
export function newKey(change: RowChange): Buffer[] {
  const before = oldKey(change);
  if (change.row === undefined) return before;
  const fields = fieldsOf(change.row, change.table.columns.length);
  return placesOf(change.table).map((i, k) => (isUnchanged(fields[i]!) ? before[k]! : fields[i]!));
}

function placesOf(table: ChangedTable): number[] {
  return table.columns.flatMap(({ key }, i) => (key || !isKeyed(table) ? [i] : []));
}
