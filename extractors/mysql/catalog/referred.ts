import { tableName, type Constraint, type Table } from '../../../src/model/schema.js';

/** A foreign key wants an index on either side, beginning with its columns: those are made before it. */
export function withReferredKeys(tables: readonly Table[]): Table[] {
  const byName = new Map(tables.map((table) => [tableName(table), table]));
  const complete = (table: Table, constraint: Constraint): Constraint => {
    const { references, columns, needs } = constraint;
    if (!references) return constraint;
    const other = byName.get(references.table);
    const keys = [keyBeginningWith(table, columns), other && keyBeginningWith(other, references.columns)];
    return { ...constraint, needs: [...new Set([...needs, ...keys.filter((key) => key !== undefined)])] };
  };
  return tables.map((table) => ({ ...table, constraints: table.constraints.map((one) => complete(table, one)) }));
}

/** In any order of its columns; without one the server makes an index by itself. */
function keyBeginningWith(table: Table, columns: readonly string[]): string | undefined {
  const keys = [...table.constraints.filter(({ index }) => index), ...table.indexes];
  return keys.find((key) => columns.every((column) => key.columns.slice(0, columns.length).includes(column)))?.id;
}
