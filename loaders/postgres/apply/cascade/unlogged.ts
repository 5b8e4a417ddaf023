import type { ChangedTable } from '../../../../src/model/change.js';
import { storedColumns, tableName, type Referential, type Schema, type Table } from '../../../../src/model/schema.js';
import type { Target } from '../targets.js';

/** A foreign key whose actions on rows of `child` are not in the source's log. */
export interface UnloggedKey {
  readonly child: ChangedTable;
  readonly columns: readonly string[];
  readonly parent: string;
  /** Columns of the parent, in the order of `columns`. */
  readonly referred: readonly string[];
  readonly onDelete: Referential;
  readonly onUpdate: Referential;
}

/** Whether a key of the target's own does the same to rows of `child`. */
export type IsDone = (child: Target, parent: Target) => boolean;

const acts = (action: Referential): boolean => action === 'cascade' || action === 'set null';

/** Such keys of the source, by the table that they refer to. */
export class UnloggedKeys {
  readonly #keys: readonly UnloggedKey[];

  constructor(schema?: Schema) {
    this.#keys = (schema?.tables ?? []).flatMap(keysOf);
  }

  referTo(table: Pick<Table, 'schema' | 'name'>): boolean {
    return this.#keys.some(({ parent }) => parent === tableName(table));
  }

  /** Those that do something to rows whose row of this table is deleted. */
  onDelete(table: Pick<Table, 'schema' | 'name'>): UnloggedKey[] {
    return this.#keys.filter(({ parent, onDelete }) => parent === tableName(table) && acts(onDelete));
  }

  /** Those that do something when one of these columns of the table is changed. */
  onUpdate(table: Pick<Table, 'schema' | 'name'>, changed: readonly string[]): UnloggedKey[] {
    return this.#keys.filter(
      ({ parent, onUpdate, referred }) =>
        parent === tableName(table) && acts(onUpdate) && referred.some((name) => changed.includes(name)),
    );
  }
}

function keysOf(table: Table): UnloggedKey[] {
  const columns = storedColumns(table).map(({ name, type }) => ({ name, type, key: false }));
  const child: ChangedTable = { id: table.id, schema: table.schema, name: table.name, identity: 'n', columns };
  return table.constraints.flatMap(({ columns: own, references }) => {
    if (!references?.unlogged) return [];
    const { table: parent, columns: referred, onDelete, onUpdate } = references;
    return [{ child, columns: own, parent, referred, onDelete, onUpdate }];
  });
}
