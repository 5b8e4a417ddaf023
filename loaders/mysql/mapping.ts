import type { Mapping } from '../../src/connector/loader.js';
import { tableName } from '../../src/model/schema.js';
import { misfit } from './foreign/fit.js';
import { lostOf } from './foreign/lost.js';
import { lostOfFamily } from './same/lost.js';
import { refusedNames } from './names.js';
import type { Moved, TargetColumn, TargetTable } from './targets.js';

/** What becomes of everything that is moved. */
export function mappingOf(moved: Moved): Mapping {
  const targets = moved.schema.tables.map((table) => moved.of(table));
  return {
    tables: targets.map(({ table, name, columns }) => ({
      table: tableName(table),
      target: name,
      columns: columns.map(columnMapping),
    })),
    notMade: [...moved.schema.notMoved, ...(moved.ofFamily ? lostOfFamily(moved) : lostOf(moved))],
    refused: [...refusedNames(moved), ...(moved.ofFamily ? [] : targets.flatMap(refusedTable))],
  };
}

const columnMapping = ({ column, type, refuses, loses }: TargetColumn) => ({
  column: column.name,
  type: column.type,
  targetType: type,
  ...(refuses === undefined ? {} : { refuses }),
  ...(loses === undefined ? {} : { loses }),
});

function refusedTable({ table, columns }: TargetTable): string[] {
  const why = table.hasRows ? misfit(columns.map(({ type }) => type)) : undefined;
  return why === undefined ? [] : [`table ${tableName(table)} ${why}`];
}
