import { z } from 'zod';
import type { ChangedTable, RowOp } from '../model/change.js';
import { fingerprint } from './dkt.js';

/** The header of a `.ckt`. */
export const cktHeader = z.object({
  /** The file's own name: `cktName` of its number. */
  name: z.string(),
  migration: z.string(),
  /** A new uuid for every file that is written. */
  chunk: z.string(),
  /** The seq of the first transaction that has a line in it. */
  first: z.number().int(),
  /** Where everything ends that comes before that transaction. */
  after: z.string(),
  /** Its first lines belong to a transaction that the file before it began. */
  continues: z.boolean(),
  compression: z.enum(['none', 'brotli']),
});

export type CktHeader = Readonly<z.infer<typeof cktHeader>>;
export type CktContents = Omit<CktHeader, 'name'>;

/** How many values a line has: of the old row or its key, and of the new row. */
export interface Values {
  readonly old: number;
  readonly row: number;
}

/** By op, of the lines that change a row of the table. */
export function valuesOf({ columns }: ChangedTable): Readonly<Record<RowOp, Values>> {
  const all = columns.length;
  const key = columns.filter((column) => column.key).length;
  return {
    I: { old: 0, row: all },
    U: { old: 0, row: all },
    K: { old: key, row: all },
    F: { old: all, row: all },
    R: { old: key, row: 0 },
    X: { old: all, row: 0 },
  };
}

/** Ops with new values of a row that exists: only these may leave some of them unchanged. */
export const mayLack = (op: RowOp): boolean => op === 'U' || op === 'K' || op === 'F';

/** The fields of a table's line D. */
export const describe = (table: ChangedTable): string[] => [
  table.id,
  table.schema,
  table.name,
  table.identity,
  fingerprint([...table.columns]),
  ...table.columns.flatMap(({ name, type, key }) => [name, type, key ? 'k' : '']),
];
