import type { Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import type { RowOp } from '../model/change.js';
import { ask } from './ask.js';

/** A change that did not go through. Rows are COPY text. */
export interface RowError {
  readonly table: TableName;
  /** File. */
  readonly chunk: string;
  readonly seq: number;
  readonly op: RowOp;
  readonly key: string;
  /** As the source has it; undefined for a delete. */
  readonly row: string | undefined;
  /** What the target has instead, if anything. */
  readonly found: string | undefined;
  /** In words. */
  readonly cause: string;
  /** The server's code, where it refused. */
  readonly code: string | undefined;
}

/** By SQLSTATE, which is the same everywhere, or its class. */
const CAUSES: Readonly<Record<string, string>> = {
  '23503': 'fk',
  '23505': 'unique',
  '23502': 'null',
  '23514': 'check',
  '23': 'constraint',
  '22': 'value',
};

const causeWord = (code: string | undefined): string =>
  code === undefined ? 'diverged' : (CAUSES[code] ?? CAUSES[code.slice(0, 2)] ?? 'refused');

const DONE: Readonly<Record<RowOp, string>> = {
  I: 'insert',
  U: 'update',
  K: 'update of the key',
  F: 'update',
  R: 'delete',
  X: 'delete',
};

/** Puts changes that were left out into the error queue, in the transaction that left them out. */
export async function insertErrors(tx: Tx, errors: readonly RowError[]): Promise<void> {
  const rows = errors.map((error) => ({
    queue: `error_queue_${error.table.slice(error.table.indexOf('.') + 1)}_${causeWord(error.code)}`,
    table_name: error.table,
    chunk: error.chunk,
    seq: error.seq,
    row_key: storable(error.key),
    raw_row: storable(inWords(error)),
    cause: storable(error.cause),
    fault: error.code ?? 'data',
  }));
  await ask(tx, 'insert_errors', { errors: JSON.stringify(rows) });
}

const inWords = ({ op, row, found }: RowError): string =>
  [
    DONE[op],
    ...(row === undefined ? [] : [`the source has: ${row}`]),
    found === undefined ? 'the target has no such row' : `the target has: ${found}`,
  ].join('\n');

/** Not every database keeps a NUL in a text. */
const storable = (text: string): string => text.replaceAll('\0', '\\0');

/** Rows in the error queue that nobody has settled. */
export async function countErrors(tx: Tx): Promise<number> {
  const { rows } = await ask<{ open_errors: string }>(tx, 'count_errors');
  return Number(rows[0]?.open_errors);
}
