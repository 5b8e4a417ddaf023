import type { Tx } from '../../../src/db/db.js';
import type { Column, Default } from '../../../src/model/schema.js';
import type { ValueType } from '../../../src/model/type.js';
import type { Key, Names } from './names.js';
import { plainDefault } from './plain-default.js';
import { readRows } from './rows.js';
import { valueType, type TypeOfValues } from './value-type.js';

interface ColumnRow {
  readonly table: Key;
  readonly name: string;
  readonly type: string;
  readonly type_oid: string;
  readonly modifier: number;
  readonly exact: boolean;
  readonly comment: string | null;
  readonly nullable: boolean;
  readonly not_null: string | null;
  readonly collation: string | null;
  readonly expression: string | null;
  readonly expression_key: Key;
  readonly generated: '' | 's' | 'v';
  readonly identity: '' | 'a' | 'd';
  readonly sequence: string | null;
  readonly sequence_options: string | null;
  readonly options: readonly string[];
  readonly local: boolean;
}

interface TypeRow {
  readonly type: string;
  readonly binary: boolean;
  readonly numbered: boolean;
}

export interface Columns {
  readonly columns: Column[];
  /** All that are stored may travel in binary. */
  readonly binary: boolean;
}

/** The columns of every table, in order. */
export async function readColumns(tx: Tx, names: Names): Promise<Map<Key, Columns>> {
  const types = new Map((await readRows<TypeRow>(tx, 'types')).map((type) => [type.type, type]));
  const kinds = new Map((await readRows<TypeOfValues>(tx, 'value-types')).map((type) => [type.type, type]));
  const found = new Map<Key, { columns: Column[]; binary: boolean }>();
  for (const row of await readRows<ColumnRow>(tx, 'columns')) {
    const table = found.get(row.table) ?? { columns: [], binary: true };
    const type = types.get(row.type_oid);
    const value = valueType(row.type_oid, row, kinds);
    table.columns.push(columnOf(row, value, type?.numbered ?? true, names));
    table.binary &&= row.generated !== '' || (type?.binary ?? false);
    found.set(row.table, table);
  }
  return found;
}

function columnOf(row: ColumnRow, value: ValueType, numbered: boolean, names: Names): Column {
  return {
    name: row.name,
    type: row.type,
    value,
    numbered,
    nullable: row.nullable,
    ...(row.not_null === null ? {} : { notNull: row.not_null }),
    ...(row.collation === null ? {} : { collation: row.collation }),
    ...defaultOf(row, value, names),
    ...identityOf(row),
    ...(row.comment === null ? {} : { comment: row.comment }),
    options: row.options,
    local: row.local,
  };
}

type WithoutValue = Pick<Column, 'default' | 'generated' | 'counts'>;

function defaultOf(row: ColumnRow, value: ValueType, names: Names): WithoutValue {
  const { expression, generated } = row;
  if (expression === null) return {};
  if (generated !== '') return { generated: { expression, stored: generated === 's' } };
  const id = names.id(row.expression_key) ?? '';
  const plain = plainDefault(expression, row.type, value);
  const found: Default = { id, definition: expression, needs: names.needs(id), ...(plain ? { plain } : {}) };
  return { default: found, ...(/^nextval\('[^']+'::regclass\)$/.test(expression) ? { counts: true } : {}) };
}

/** A partition shares its root's sequence from version 17: it has none of its own. */
function identityOf(row: ColumnRow): Pick<Column, 'identity' | 'counts'> {
  const { identity, sequence, sequence_options: options } = row;
  if (identity === '') return {};
  if (sequence === null || options === null) return { counts: true };
  return { identity: { always: identity === 'a', sequence, options }, counts: true };
}
