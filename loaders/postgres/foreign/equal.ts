import type { Column, Table } from '../../../src/model/schema.js';
import { slack } from './types.js';

/** What a unique key of the source refuses, and that of the target will not. */
export function uniqueLoss(table: Table, { name, value }: Column): string | undefined {
  if (value.kind !== 'text' || !uniqueColumns(table).has(name)) return undefined;
  const only = slack(value.compares, value.fixed);
  const example = value.compares.exact ? '' : ` ('A' and 'a')`;
  return only && `its unique key will take texts beside each other that differ only in ${only}${example}`;
}

function uniqueColumns({ constraints, indexes }: Table): Set<string> {
  const keys = constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique');
  return new Set([...keys, ...indexes.filter(({ unique }) => unique)].flatMap(({ columns }) => columns));
}
