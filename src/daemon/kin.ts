import type { RowChange, RowOp } from '../model/change.js';
import { tableName, type References, type Table, type TableName } from '../model/schema.js';

/**
 * Tables whose rows follow those of others by foreign keys, without a word in the source's log. What is done to a parent
 * has to be done to its children at the same point of their history, so they are read under one snapshot, and come in
 * step, stop and are loaded anew together. Where a source logs everything, every table is its only kin.
 */
export class Kin {
  private readonly children = new Map<TableName, Set<TableName>>();
  private readonly families = new Map<TableName, Set<TableName>>();
  /** Parents that are referred to by what an update may change although the row's key stays. */
  private readonly loose = new Set<TableName>();

  constructor(tables: readonly Table[]) {
    const byName = new Map(tables.map((table) => [tableName(table), table]));
    for (const table of tables)
      for (const { references } of table.constraints) {
        const parent = references?.unlogged ? byName.get(references.table) : undefined;
        if (references && parent) this.bind(tableName(table), parent, references);
      }
  }

  private bind(child: TableName, parentTable: Table, { columns }: References): void {
    const parent = tableName(parentTable);
    const key = parentTable.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
    if (!columns.every((column) => key.includes(column))) this.loose.add(parent);
    this.children.set(parent, (this.children.get(parent) ?? new Set()).add(child));
    const family = new Set([...this.of(parent), ...this.of(child)]);
    for (const member of family) this.families.set(member, family);
  }

  /** The table itself among them. */
  of(table: TableName): ReadonlySet<TableName> {
    return this.families.get(table) ?? new Set([table]);
  }

  /** These tables, and the kin of each. */
  ofAll(tables: Iterable<TableName>): Set<TableName> {
    return new Set([...tables].flatMap((table) => [...this.of(table)]));
  }

  /** May this change do something to rows of other tables? */
  acts(table: TableName, op: RowOp): boolean {
    return this.children.has(table) && (MOVES.has(op) || (op === 'U' && this.loose.has(table)));
  }

  /** Children, their children and so on; the table itself only where it refers to itself. */
  descendants(table: TableName): Set<TableName> {
    const found = new Set<TableName>();
    const visit = (parent: TableName): void => {
      for (const child of this.children.get(parent) ?? [])
        if (!found.has(child)) {
          found.add(child);
          visit(child);
        }
    };
    visit(table);
    return found;
  }
}

/** A row goes, or gets another key. */
const MOVES: ReadonlySet<RowOp> = new Set(['R', 'X', 'K', 'F']);

/**
 * Says where a window must end, so that in each what is done to parents and changes of their descendants do not meet:
 * they would be applied in another order than they happened. Nor may a parent's row go and come again in one window.
 */
export class Cuts {
  /** Parents to which something was done since the last cut, and what: always the same. */
  private readonly acts = new Map<TableName, RowOp>();
  private readonly changed = new Set<TableName>();

  constructor(private readonly kin: Kin) {}

  /** Whether the window has to end before this change. Tell it every change, in order. */
  before({ table, op }: Pick<RowChange, 'table' | 'op'>): boolean {
    const name = tableName(table);
    const cut = this.meets(name, op);
    if (cut) this.clear();
    if (this.kin.acts(name, op)) this.acts.set(name, op);
    this.changed.add(name);
    return cut;
  }

  private meets(name: TableName, op: RowOp): boolean {
    const done = this.acts.get(name);
    if (done !== undefined && done !== op) return true;
    for (const parent of this.acts.keys()) if (parent !== name && this.kin.descendants(parent).has(name)) return true;
    if (!this.kin.acts(name, op)) return false;
    const below = this.kin.descendants(name);
    return [...this.changed].some((other) => below.has(other) && (other !== name || done === undefined));
  }

  clear(): void {
    this.acts.clear();
    this.changed.clear();
  }
}
