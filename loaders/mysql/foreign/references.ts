import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import { tableName, type Constraint, type References, type Schema, type Table } from '../../../src/model/schema.js';
import { keyNames } from '../names.js';
import type { ForeignKey } from '../parts.js';
import type { Moved, TargetColumn } from '../targets.js';

/** All foreign keys of the schema. */
export function referencesOf(moved: Moved): {
  made: ForeignKey[];
  lost: { table: Table; key: Constraint; why: string }[];
} {
  const made: ForeignKey[] = [];
  const lost: { table: Table; key: Constraint; why: string }[] = [];
  for (const table of moved.schema.tables.filter(({ hasRows }) => hasRows))
    for (const key of table.constraints.filter(({ kind }) => kind === 'foreign key')) {
      const found = referenceOf(moved, table, key);
      if (typeof found === 'string') lost.push({ table, key, why: found });
      else made.push(found);
    }
  return { made, lost };
}

function referenceOf(moved: Moved, table: Table, key: Constraint): ForeignKey | string {
  const { references } = key;
  const referred = moved.schema.tables.find((one) => tableName(one) === references?.table);
  if (references === undefined || referred === undefined) return 'the table that it refers to is not moved';
  if (!referred.hasRows) return `${tableName(referred)} is no table there`;
  const pairs = paired(key, references, referred);
  const why = obstacle(moved, table, referred, pairs) ?? actionless(table, key, references);
  if (why !== undefined) return why;
  const name = nameOf(moved.schema, table, key);
  return {
    id: key.id,
    kind: key.kind,
    table,
    referred,
    name,
    definition: definitionOf(moved, referred, pairs, references, name),
  };
}

type Pair = readonly [own: string, other: string];

/** In the order of the key that they refer to, as these servers want it. */
function paired({ columns }: Constraint, references: References, referred: Table): Pair[] {
  const pairs = columns.map((column, i): Pair => [column, references.columns[i] ?? '']);
  const key = referred.constraints.find(
    ({ kind, columns: of }) =>
      (kind === 'primary key' || kind === 'unique') &&
      of.length === pairs.length &&
      of.every((name) => references.columns.includes(name)),
  );
  return key === undefined ? pairs : key.columns.flatMap((name) => pairs.filter(([, other]) => other === name));
}

function obstacle(moved: Moved, table: Table, referred: Table, pairs: readonly Pair[]): string | undefined {
  const [own, other] = [moved.of(table).columns, moved.of(referred).columns];
  const typeOf = (columns: readonly TargetColumn[], name: string) =>
    columns.find((one) => one.column.name === name)?.type;
  const unlike = pairs.find(([a, b]) => shapeOf(typeOf(own, a)) !== shapeOf(typeOf(other, b)));
  if (unlike === undefined) return undefined;
  return `${unlike[0]} is ${typeOf(own, unlike[0]) ?? 'computed'}, what it refers to ${typeOf(other, unlike[1]) ?? 'computed'}`;
}

/** Texts and bytes may differ in length. */
const shapeOf = (type: string | undefined): string => (type ?? '').replace(/^((?:var)?(?:char|binary))\(\d+\)/, '$1');

/** Those actions that these servers do not know, or not for such columns. */
function actionless(table: Table, { columns }: Constraint, { onDelete, onUpdate }: References): string | undefined {
  if ([onDelete, onUpdate].includes('set default')) return 'SET DEFAULT is not known there';
  const strict = table.columns.find(({ name, nullable }) => columns.includes(name) && !nullable);
  if (strict && [onDelete, onUpdate].includes('set null')) return `SET NULL, and ${strict.name} is NOT NULL`;
  return undefined;
}

/** Names of foreign keys are those of a whole database there. */
function nameOf({ tables }: Schema, table: Table, key: Constraint): string {
  const isTaken = tables.some((other) => other !== table && other.constraints.some(({ name }) => name === key.name));
  const renamed = { ...key, name: `${table.name}_${key.name}` };
  const constraints = isTaken ? table.constraints.map((one) => (one === key ? renamed : one)) : table.constraints;
  return keyNames({ constraints, indexes: table.indexes }).get(isTaken ? renamed : key) ?? '';
}

function definitionOf(
  moved: Moved,
  referred: Table,
  pairs: readonly Pair[],
  references: References,
  name: string,
): string {
  const list = (at: 0 | 1) => pairs.map((pair) => quoteIdentifier(pair[at])).join(', ');
  const again = moved.server.mariadb ? 'IF NOT EXISTS ' : '';
  return (
    `CONSTRAINT ${name} FOREIGN KEY ${again}(${list(0)}) REFERENCES ${moved.nameOf(referred)} (${list(1)})` +
    ` ON DELETE ${references.onDelete.toUpperCase()} ON UPDATE ${references.onUpdate.toUpperCase()}`
  );
}
