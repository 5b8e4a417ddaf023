import { Fault } from '../../../src/base/fault.js';
import type { TableMap } from '../../../src/db/mysql/binlog/table-map.js';
import type { ChangedTable } from '../../../src/model/change.js';
import { storedColumns, tableName, type Column, type Table, type TableName } from '../../../src/model/schema.js';
import { readColumn, type Charsets, type KnownColumn, type ReadColumn } from './columns.js';
import type { NamedTable } from './statements.js';

/** A table as the log describes its rows. */
export interface Followed {
  readonly table: ChangedTable;
  /** In the log's order, generated ones among them: of those no value is handed over. */
  readonly columns: readonly FollowedColumn[];
  readonly keyed: boolean;
  /** What a row's texts may take besides `GROWTH` times what it takes in the log. */
  readonly slack: number;
  /** The log's own description, by which it is seen to have changed. */
  readonly map: string;
}

export interface FollowedColumn extends ReadColumn {
  readonly key: boolean;
  /** It has a value of its own. */
  readonly stored: boolean;
  /** In a new row whose image lacks it: NULL, or the canonical text of its default. Undefined: it cannot be told. */
  readonly missing: Uint8Array | null | undefined;
}

export interface KnownTable extends Table {
  readonly columns: readonly KnownColumn[];
}

/** The tables that are followed, by their names, and what the log has said of them. */
export class FollowedTables {
  readonly #known = new Map<string, { readonly table: KnownTable; readonly id: string }>();
  readonly #described = new Map<string, Followed>();

  constructor(
    tables: readonly KnownTable[],
    private readonly charsets: Charsets,
    /** Names are the same in large and small letters. */
    private readonly folded: boolean,
  ) {
    for (const [i, table] of tables.entries()) this.#known.set(this.#key(table), { table, id: String(i + 1) });
  }

  #key({ schema, name }: NamedTable): string {
    const key = tableName({ schema, name });
    return this.folded ? key.toLowerCase() : key;
  }

  has(table: NamedTable): boolean {
    return this.#known.has(this.#key(table));
  }

  /** Of a statement with these names in it. */
  among(names: ReadonlySet<string>): TableName | undefined {
    const fold = (name: string) => (this.folded ? name.toLowerCase() : name);
    const all = new Set([...names].map(fold));
    const found = [...this.#known.values()].find(({ table }) => all.has(fold(table.name)));
    return found && tableName(found.table);
  }

  /** All of a schema, or the one of that name. */
  named({ schema, name }: NamedTable): TableName[] {
    if (name !== '') return this.#known.has(this.#key({ schema, name })) ? [this.#nameOf({ schema, name })] : [];
    const all = [...this.#known.values()].map(({ table }) => table);
    return all.filter((table) => table.schema === schema).map(tableName);
  }

  #nameOf(table: NamedTable): TableName {
    return tableName(this.#known.get(this.#key(table))!.table);
  }

  /** As the log describes it; where it has not done so yet, as the catalog did. */
  describe(table: NamedTable): ChangedTable | undefined {
    const known = this.#known.get(this.#key(table));
    if (known === undefined) return undefined;
    return this.#described.get(known.id)?.table ?? changedTable(known.id, known.table, storedColumns(known.table));
  }

  /** Undefined: it is none of ours. */
  read(map: TableMap, said: string): Followed | undefined {
    const known = this.#known.get(this.#key(map));
    if (known === undefined) return undefined;
    const before = this.#described.get(known.id);
    if (before?.map === said) return before;
    const followed = this.#follow(map, known.table, known.id, said);
    this.#described.set(known.id, followed);
    return followed;
  }

  #follow(map: TableMap, known: KnownTable, id: string, said: string): Followed {
    const named = map.columns[0]?.name !== undefined;
    if (!named && map.columns.length !== known.columns.length) throw unnamed(known, map.columns.length);
    const byName = new Map(known.columns.map((column) => [column.name, column]));
    const of = (i: number) => (named ? byName.get(map.columns[i]!.name!) : known.columns[i]);
    const read = map.columns.map((column, i) => readColumn(column, of(i), this.charsets));
    const stored = read.map((_, i) => of(i)?.generated === undefined);
    const table = changedTable(
      id,
      known,
      read.filter((_, i) => stored[i]),
    );
    const keys = new Set(table.columns.filter(({ key }) => key).map(({ name }) => name));
    const columns = read.map((column, i) => {
      const there = { key: keys.has(column.name), stored: stored[i]!, missing: missingValue(of(i)) };
      return { ...column, ...there };
    });
    return { table, columns, keyed: keys.size > 0, slack: slackOf(table, columns), map: said };
  }
}

/** No text is longer for each byte in the log: a control character in JSON, written as six. */
export const GROWTH = 6;

/** Numbers and times, all decimal digits there can be; labels, all of them; defaults that are not in the log. */
const slackOf = (table: ChangedTable, columns: readonly FollowedColumn[]): number =>
  table.columns.reduce((sum, { type }) => sum + 80 + 4 * type.length, 0) +
  columns.reduce((sum, { missing }) => sum + (missing?.length ?? 0), 0);

/** A default that depends on the moment is always logged. */
function missingValue(column: Column | undefined): Uint8Array | null | undefined {
  if (column === undefined) return undefined;
  const { default: given, nullable } = column;
  if (given === undefined) return nullable ? null : undefined;
  return given.plain && 'value' in given.plain ? Buffer.from(given.plain.value) : undefined;
}

function changedTable(id: string, known: Table, columns: readonly Pick<Column, 'name' | 'type'>[]): ChangedTable {
  const key = keyOf(known, new Set(columns.map(({ name }) => name)));
  const names = new Set(key.columns);
  return {
    id,
    schema: known.schema,
    name: known.name,
    identity: key.identity,
    columns: columns.map(({ name, type }) => ({ name, type, key: names.has(name) })),
  };
}

/** The primary key; else the first unique one in which nothing can be NULL, which is then the server's primary key too. */
export function keyOf(
  { constraints, columns }: Table,
  there: ReadonlySet<string>,
): { readonly identity: 'd' | 'i' | 'f'; readonly columns: readonly string[] } {
  const isWhole = (names: readonly string[]) => names.length > 0 && names.every((name) => there.has(name));
  const primary = constraints.find(({ kind }) => kind === 'primary key');
  if (primary && isWhole(primary.columns)) return { identity: 'd', columns: primary.columns };
  const never = new Set(columns.filter(({ nullable }) => !nullable).map(({ name }) => name));
  const unique = constraints.find(
    ({ kind, columns: names }) => kind === 'unique' && isWhole(names) && names.every((name) => never.has(name)),
  );
  return unique ? { identity: 'i', columns: unique.columns } : { identity: 'f', columns: [] };
}

function unnamed(table: Table, count: number): Fault {
  const known = table.columns.length;
  return new Fault('permanent', `the log has rows of ${count} columns, the table has ${known}, and no names of them`, {
    code: 'COLUMNS_CHANGED',
    place: { table: tableName(table) },
    hint: 'SET GLOBAL binlog_row_metadata = FULL on the source, then load the table anew',
  });
}
