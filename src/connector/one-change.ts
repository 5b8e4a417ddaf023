/** What a single change says of its row. */
import { fieldsOf, isUnchanged, rowOf } from '../format/fields.js';
import type { ChangedTable, NetChanges, NetUpdates, RowChange } from '../model/change.js';

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

/** The change as the net changes of a window that holds nothing else. */
export function netOf(change: RowChange): NetChanges {
  const { op, table } = change;
  const net: NetChanges = { table, deletes: [], moves: [], updates: [], inserts: [], images: [] };
  if (op === 'I') return { ...net, inserts: [change.row!] };
  if (!isKeyed(table)) return { ...net, images: images(change) };
  if (op === 'U') return { ...net, updates: [sent(change, [])] };
  if (op === 'K' || op === 'F') return { ...net, moves: [sent(change, oldKey(change))] };
  return { ...net, deletes: [rowOf(oldKey(change))] };
}

function sent({ table, row }: RowChange, key: readonly Buffer[]): NetUpdates {
  const after = fieldsOf(row!, table.columns.length);
  const columns = after.flatMap((field, i) => (isUnchanged(field) ? [] : [i]));
  return { columns, rows: [rowOf([...key, ...columns.map((i) => after[i]!)])] };
}

/** An update takes one copy away and adds another, which has the old one's values where none were sent. */
function images(change: RowChange): NetChanges['images'] {
  const gone = { row: rowOf(oldKey(change)), count: -1 };
  return change.row === undefined ? [gone] : [gone, { row: rowOf(newKey(change)), count: 1 }];
}
