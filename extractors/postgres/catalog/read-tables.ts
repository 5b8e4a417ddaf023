import type { Tx } from '../../../src/db/db.js';
import type { Partition, Table, TableOptions } from '../../../src/model/schema.js';
import type { Key, Names } from './names.js';
import { readColumns } from './read-columns.js';
import { readConstraints, readIndexes } from './read-keys.js';
import { readRows } from './rows.js';

interface TableRow {
  readonly key: Key;
  readonly schema: string;
  readonly name: string;
  readonly has_rows: boolean;
  readonly unlogged: boolean;
  readonly partition_by: string | null;
  readonly partition_of: string | null;
  readonly partition_bound: string | null;
  readonly inherits: readonly string[];
  readonly parameters: readonly string[];
  readonly access_method: string | null;
  readonly of_type: string | null;
  readonly comment: string | null;
  readonly rows_estimated: string;
  readonly bytes_estimated: string;
}

/** All tables with their columns, constraints and indexes, in the order of names. */
export async function readTables(tx: Tx, names: Names): Promise<Table[]> {
  const rows = await readRows<TableRow>(tx, 'tables');
  const columns = await readColumns(tx, names);
  const constraints = await readConstraints(tx, names);
  const indexes = await readIndexes(tx, names);
  return rows.flatMap((row) => {
    const named = names.get(row.key);
    if (named === undefined || named.isPart) return [];
    const { columns: own = [], binary = true } = columns.get(row.key) ?? {};
    return {
      id: named.id,
      schema: row.schema,
      name: row.name,
      columns: own,
      hasRows: row.has_rows,
      ...partitionOf(row),
      inherits: row.inherits,
      constraints: constraints.get(row.key) ?? [],
      indexes: indexes.get(row.key) ?? [],
      options: optionsOf(row),
      needs: names.needs(named.id),
      rowsEstimated: Number(row.rows_estimated),
      bytesEstimated: Number(row.bytes_estimated),
      encodings: binary ? (['pgcopy', 'text'] as const) : (['text'] as const),
      ...(row.comment === null ? {} : { comment: row.comment }),
    };
  });
}

function partitionOf(row: TableRow): { partition?: Partition } {
  const { partition_by: by, partition_of: parent, partition_bound: bound } = row;
  if (by === null && parent === null) return {};
  return {
    partition: {
      ...(by === null ? {} : { by }),
      ...(parent === null || bound === null ? {} : { of: { parent, bound } }),
    },
  };
}

function optionsOf(row: TableRow): TableOptions {
  return {
    unlogged: row.unlogged,
    parameters: row.parameters,
    ...(row.access_method === null ? {} : { accessMethod: row.access_method }),
    ...(row.of_type === null ? {} : { ofType: row.of_type }),
  };
}
