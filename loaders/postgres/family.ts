import { tableName, type Schema, type Table } from '../../src/model/schema.js';
import { rowsOf } from '../../src/model/step.js';

/** Tables and their descendants, by partition or by inheritance. */
export class Family {
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #byId: ReadonlyMap<string, Table>;
  readonly #children = new Map<string, Table[]>();

  constructor(schema: Schema) {
    this.#tables = new Map(schema.tables.map((table) => [tableName(table), table]));
    this.#byId = new Map(schema.tables.map((table) => [table.id, table]));
    for (const table of schema.tables) {
      const { of } = table.partition ?? {};
      for (const parent of of ? [of.parent] : table.inherits) push(this.#children, `table ${parent}`, table);
    }
  }

  get(name: string): Table | undefined {
    return this.#tables.get(name);
  }

  /** The partitioned table above all others; the table itself if it is no partition. */
  root(table: Table): Table {
    const parent = this.#byId.get(`table ${table.partition?.of?.parent ?? ''}`);
    return parent ? this.root(parent) : table;
  }

  withDescendants(table: Table): Table[] {
    const children = this.#children.get(table.id) ?? [];
    return [...new Set([table, ...children.flatMap((child) => this.withDescendants(child))])];
  }

  /** Nothing may lock a table, or scan it, before the rows of all below it are in. */
  rows(table: Table): string[] {
    return this.withDescendants(table)
      .filter((member) => member.hasRows)
      .map((member) => rowsOf(tableName(member)));
  }

  /** Bytes of the table and of all below it. */
  bytes(table: Table): number {
    return this.withDescendants(table).reduce((sum, member) => sum + member.bytesEstimated, 0);
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
