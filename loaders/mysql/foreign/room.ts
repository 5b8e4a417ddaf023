import { tableName, type Column, type Schema, type Table } from '../../../src/model/schema.js';
import type { ValueType } from '../../../src/model/type.js';
import type { Room } from './types.js';

/** Bytes of a key. */
export const KEY = 3_072;

/** How many bytes a column may have, where a key needs it whole: of its table, or of one that refers to it. */
export type RoomOf = (column: Column) => Room;

export function roomOf(schema: Schema): RoomOf {
  const found = new Map<Column, number>();
  for (const table of schema.tables)
    for (const key of keysOf(table, schema)) share(key).forEach((room, column) => keepLeast(found, column, room));
  return (column) => found.get(column);
}

function keepLeast(found: Map<Column, number>, column: Column, room: number): void {
  found.set(column, Math.min(room, found.get(column) ?? room));
}

function keysOf(table: Table, schema: Schema): Column[][] {
  const own = table.constraints.filter(
    ({ kind }) => kind === 'primary key' || kind === 'unique' || kind === 'foreign key',
  );
  const unique = table.indexes.filter((index) => index.unique && index.plain !== undefined);
  const referring = schema.tables.flatMap((other) =>
    other.constraints.flatMap(({ references }) => (references?.table === tableName(table) ? [references.columns] : [])),
  );
  const lists = [...own.map(({ columns }) => columns), ...unique.map((index) => partsOf(index.plain)), ...referring];
  return lists.map((names) => table.columns.filter(({ name }) => names.includes(name)));
}

const partsOf = (plain: { parts: readonly { column: string }[] } | undefined): string[] =>
  plain?.parts.map(({ column }) => column) ?? [];

/** What columns of a known size leave is shared by the others. */
function share(key: readonly Column[]): Map<Column, number> {
  const sizes = new Map(key.map((column) => [column, bytesOf(column.value)]));
  const known = [...sizes.values()].reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const fits = known <= KEY;
  const open = key.filter((column) => !fits || sizes.get(column) === undefined);
  const each = Math.floor((KEY - (fits ? known : 0)) / Math.max(open.length, 1));
  return new Map(key.map((column) => [column, open.includes(column) ? each : (sizes.get(column) ?? each)]));
}

/** At most; undefined: as many as it likes. */
function bytesOf(value: ValueType): number | undefined {
  if (value.kind === 'text') return value.length === undefined ? undefined : 4 * value.length;
  if (value.kind === 'bytes') return value.length;
  if (value.kind === 'bits') return value.length ?? (value.varying ? undefined : 1);
  if (value.kind === 'decimal') return value.precision === undefined ? undefined : 30;
  if (['timetz', 'network', 'uuid'].includes(value.kind)) return 48;
  return ['interval', 'json', 'array', 'set', 'other'].includes(value.kind) ? undefined : 8;
}
