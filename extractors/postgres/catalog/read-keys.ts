import type { Tx } from '../../../src/db/db.js';
import type { Constraint, Index, IndexPlace, PlainIndex, References, Referential } from '../../../src/model/schema.js';
import type { Key, Names } from './names.js';
import { readRows } from './rows.js';

interface ConstraintRow {
  readonly key: Key;
  readonly table: Key;
  readonly name: string;
  readonly kind: Constraint['kind'];
  readonly columns: readonly string[];
  readonly inherited: boolean;
  readonly deferrable: boolean;
  readonly validated: boolean;
  readonly definition: string;
  readonly references_table: string | null;
  readonly references_columns: readonly string[];
  readonly on_delete: string;
  readonly on_update: string;
  readonly condition: string | null;
  readonly index_name: string | null;
  readonly build: string | null;
  readonly parent: string | null;
}

interface IndexRow {
  readonly key: Key;
  readonly table: Key;
  readonly name: string;
  readonly unique: boolean;
  readonly columns: readonly string[];
  readonly definition: string;
  readonly method: string;
  readonly parts: PlainIndex['parts'] | null;
  readonly index_name: string;
  readonly parent: string | null;
}

export async function readConstraints(tx: Tx, names: Names): Promise<Map<Key, Constraint[]>> {
  const rows = await readRows<ConstraintRow>(tx, 'constraints');
  return byTable(rows, (row) => ({
    ...identified(row, names),
    kind: row.kind,
    inherited: row.inherited,
    deferrable: row.deferrable,
    validated: row.validated,
    ...(row.index_name === null ? {} : { index: placeOf(row.index_name, row.parent) }),
    ...(row.build === null ? {} : { build: row.build }),
    ...referencesOf(row),
    ...(row.condition === null ? {} : { condition: row.condition }),
  }));
}

export async function readIndexes(tx: Tx, names: Names): Promise<Map<Key, Index[]>> {
  const rows = await readRows<IndexRow>(tx, 'indexes');
  return byTable(rows, (row) => ({
    ...identified(row, names),
    unique: row.unique,
    index: placeOf(row.index_name, row.parent),
    ...plainOf(row),
  }));
}

const ACTIONS: Readonly<Record<string, Referential>> = { r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' };

function referencesOf(row: ConstraintRow): { references?: References } {
  const { references_table: table, references_columns: columns } = row;
  if (table === null) return {};
  const action = (letter: string): Referential => ACTIONS[letter] ?? 'no action';
  return { references: { table, columns, onDelete: action(row.on_delete), onUpdate: action(row.on_update) } };
}

/** Access methods that other engines have too. */
const METHODS: Readonly<Record<string, PlainIndex['method']>> = { btree: 'ordered', hash: 'hash' };

function plainOf({ method, parts }: IndexRow): { plain?: PlainIndex } {
  const known = METHODS[method];
  return known === undefined || parts === null ? {} : { plain: { method: known, parts } };
}

function identified({ key, name, columns, definition }: ConstraintRow | IndexRow, names: Names) {
  const id = names.id(key) ?? '';
  return { id, name, columns, definition, needs: names.needs(id) };
}

const placeOf = (name: string, parent: string | null): IndexPlace => ({ name, ...(parent === null ? {} : { parent }) });

function byTable<R extends { table: Key }, T>(rows: readonly R[], make: (row: R) => T): Map<Key, T[]> {
  const found = new Map<Key, T[]>();
  for (const row of rows) {
    const list = found.get(row.table);
    if (list) list.push(make(row));
    else found.set(row.table, [make(row)]);
  }
  return found;
}
