import type { Tx } from '../db/db.js';
import type { TableName } from '../model/schema.js';
import { ask } from './ask.js';

/** In what the source's catalog differs from the plan, and is known to: `<table>\n<what was found>`. */
export async function knownDifferences(tx: Tx): Promise<Set<string>> {
  const { rows } = await ask<{ row_key: string; found: string }>(tx, 'known_differences');
  return new Set(rows.map((row) => `${row.row_key}\n${row.found}`));
}

export async function recordDifference(
  tx: Tx,
  { table, found }: { readonly table: TableName | undefined; readonly found: string },
): Promise<void> {
  await ask(tx, 'record_difference', { table: table ?? '', found });
}
