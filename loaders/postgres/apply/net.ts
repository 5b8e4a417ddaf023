import type { NetChanges, NetUpdates, RowChange } from '../../../src/model/change.js';
import { fieldsOf, isUnchanged, rowOf } from './fields.js';
import { isKeyed, newKey, oldKey } from './key.js';

/** A single change as the net changes of a window that holds nothing else. */
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
