import { quoteIdentifier } from '../../../src/db/postgres/quote.js';
import { tableName, type Constraint, type References, type Table } from '../../../src/model/schema.js';
import { qualified } from '../create-table.js';
import type { Ground } from './ground.js';
import { cut } from './names.js';

const list = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ');

/** Keys and foreign keys. Conditions of another dialect are not translated. */
export function translateConstraints(table: Table, ground: Ground): Constraint[] {
  return table.constraints.flatMap((constraint) => {
    const made = translate(table, constraint, ground);
    if (typeof made !== 'string') return [made];
    if (made !== '') ground.notMade(`${constraint.kind} ${constraint.name} of table ${tableName(table)}: ${made}`);
    return [];
  });
}

/** Or why it is not made; empty: the column's type and NOT NULL say it already. */
function translate(table: Table, constraint: Constraint, ground: Ground): Constraint | string {
  if (constraint.kind === 'check')
    return coveredCheck(table, constraint) ? '' : (constraint.condition ?? constraint.definition);
  if (constraint.kind === 'not null') return '';
  if (constraint.kind === 'exclusion') return constraint.definition;
  const isMade = (name: string) => table.columns.some((c) => c.name === name && c.generated === undefined);
  if (!constraint.columns.every(isMade)) return 'a column of it is not made';
  if (constraint.kind === 'foreign key') return foreignKey(table, constraint, ground);
  return key(table, constraint, ground);
}

function key(table: Table, constraint: Constraint, { names }: Ground): Constraint {
  const primary = constraint.kind === 'primary key';
  const name = names.take(table.schema, table.name, primary ? 'pkey' : constraint.name);
  const columns = list(constraint.columns);
  return {
    ...plain(table, constraint, name),
    definition: `${primary ? 'PRIMARY KEY' : 'UNIQUE'} (${columns})`,
    build: `CREATE UNIQUE INDEX ${quoteIdentifier(name)} ON ${qualified(table)} (${columns})`,
    index: { name: `${quoteIdentifier(table.schema)}.${quoteIdentifier(name)}` },
  };
}

function foreignKey(table: Table, constraint: Constraint, ground: Ground): Constraint | string {
  const { references, columns } = constraint;
  const parent = ground.tables.get(references?.table ?? '');
  if (references === undefined || parent === undefined) return `table ${references?.table} is not moved`;
  const referred = uniqueIn(parent, references);
  if (referred === undefined)
    return `${list(references.columns)} of table ${references.table} is not a unique key by itself`;
  if (columns.some((name) => table.columns.find((c) => c.name === name)?.value.kind === 'enum'))
    return 'two types with labels are never the same';
  const name = Buffer.byteLength(constraint.name) > 63 ? cut(constraint.name) : constraint.name;
  return {
    ...plain(table, constraint, name),
    definition:
      `FOREIGN KEY (${list(columns)}) REFERENCES ${qualified(parent)} (${list(references.columns)})` +
      ` ON UPDATE ${references.onUpdate.toUpperCase()} ON DELETE ${references.onDelete.toUpperCase()}`,
    references,
    needs: [...new Set([table.id, parent.id, referred])],
  };
}

/** The id of the key, all of it, that the columns are. */
function uniqueIn({ constraints, indexes }: Table, { columns }: References): string | undefined {
  const wanted = [...columns].sort().join('\0');
  const keys = constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique');
  const unique = indexes.filter(
    (index) => index.unique && index.plain?.parts.every((part) => part.length === undefined),
  );
  return [...keys, ...unique].find((one) => [...one.columns].sort().join('\0') === wanted)?.id;
}

function plain(table: Table, { id, kind, columns }: Constraint, name: string): Constraint {
  const common = { inherited: false, deferrable: false, validated: true };
  return { id, name, kind, columns, ...common, definition: '', needs: [table.id] };
}

/** That a text is JSON is what the type says. */
function coveredCheck(table: Table, { condition = '' }: Constraint): boolean {
  const column = /^\(*json_valid\([`"]?(.+?)[`"]?\)\)*$/i.exec(condition.trim())?.[1];
  return table.columns.some(({ name, value, override }) => name === column && value.kind === 'json' && !override?.type);
}
