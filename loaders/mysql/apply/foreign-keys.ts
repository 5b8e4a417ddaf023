import { tableName, type References, type Table, type TableName } from '../../../src/model/schema.js';

/** By the source's names. */
export interface ForeignKey {
  readonly child: Table;
  readonly columns: readonly string[];
  readonly references: References;
}

interface Named {
  readonly target: { readonly changed: Pick<Table, 'schema' | 'name'> };
}

/** The foreign keys of what is moved: in which order tables are written, and whose actions the source's log leaves out. */
export class ForeignKeys {
  readonly #keys: readonly ForeignKey[];

  constructor(tables: readonly Table[]) {
    this.#keys = tables.flatMap((table) =>
      table.constraints.flatMap(({ columns, references }) =>
        references === undefined ? [] : [{ child: table, columns, references }],
      ),
    );
  }

  /** Those that others refer to come first. Within a circle, any order. */
  parentsFirst<T extends Named>(works: readonly T[]): T[] {
    const sorted: T[] = [];
    const seen = new Set<TableName>();
    const visit = (name: TableName): void => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const { child, references } of this.#keys) if (tableName(child) === name) visit(references.table);
      sorted.push(...works.filter(({ target }) => tableName(target.changed) === name));
    };
    for (const { target } of works) visit(tableName(target.changed));
    return sorted;
  }

  /** Those by which something happens to other rows when one of this table goes, without a word in the log. */
  onDelete(parent: TableName): ForeignKey[] {
    return this.#unlogged(parent).filter(({ references }) => ACTS.has(references.onDelete));
  }

  /** The same when these columns of it change. */
  onUpdate(parent: TableName, columns: { has(column: string): boolean }): ForeignKey[] {
    const touched = ({ references }: ForeignKey) => references.columns.some((column) => columns.has(column));
    return this.#unlogged(parent).filter((key) => ACTS.has(key.references.onUpdate) && touched(key));
  }

  #unlogged(parent: TableName): ForeignKey[] {
    return this.#keys.filter(({ references }) => references.table === parent && references.unlogged === true);
  }
}

const ACTS: ReadonlySet<string> = new Set(['cascade', 'set null']);
