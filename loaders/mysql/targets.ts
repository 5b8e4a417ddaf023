import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import {
  storedColumns,
  tableName,
  type Column,
  type Schema,
  type Table,
  type TableName,
} from '../../src/model/schema.js';
import { roomsOf, type Rooms } from './foreign/room.js';
import { translate, type Translation } from './foreign/types.js';
import { formOf, printed } from './forms.js';
import { overridden } from './override.js';
import type { Server } from './server.js';

/** A moved table as the target has it. */
export interface TargetTable {
  readonly table: Table;
  readonly database: string;
  /** As a statement writes it: `db`.`table`. */
  readonly name: string;
  /** Those that rows have values for, in the order of a row's values. */
  readonly columns: readonly TargetColumn[];
}

export interface TargetColumn {
  readonly column: Column;
  /** As a statement writes it. */
  readonly name: string;
  /** As declared, with character set and collation; neither NULL nor DEFAULT. */
  readonly type: string;
  /** Type of a temporary table's column that holds the value which `from` gives, and compares as the column itself does. */
  readonly staged: string;
  /** `from` gives the text itself: it can be loaded straight into the column. */
  readonly plain: boolean;
  /** The value, of SQL that gives its canonical text (utf8mb4, or NULL). */
  from(text: string): string;
  /** The canonical text, of SQL that gives the value. */
  back(column: string): string;
  /** What the column is declared with, besides: a condition on its quoted name. */
  readonly check?: (column: string) => string;
  readonly refuses?: string;
  readonly loses?: string;
}

/** The dialect whose definitions are used as they are. */
const FAMILY = 'mysql';

/** What is moved, and where it goes. Pure. */
export class Moved {
  readonly #tables: ReadonlyMap<TableName, Table>;
  readonly #targets = new Map<TableName, TargetTable>();
  readonly #rooms: Rooms;

  /** `home`: the URL's database, where the source's home schema goes. */
  constructor(
    readonly schema: Schema,
    readonly home: string,
    readonly server: Server,
  ) {
    this.#tables = new Map(schema.tables.map((table) => [tableName(table), table]));
    this.#rooms = roomsOf(schema);
  }

  /** Definitions are in this family's own words. */
  get ofFamily(): boolean {
    return this.schema.dialect === FAMILY;
  }

  database(schema: string): string {
    return schema === this.schema.home ? this.home : schema;
  }

  /** As a statement writes it. */
  nameOf({ schema, name }: Pick<Table, 'schema' | 'name'>): string {
    return `${quoteIdentifier(this.database(schema))}.${quoteIdentifier(name)}`;
  }

  /** Undefined: it is not moved. By the source's names. */
  target(schema: string, table: string): TargetTable | undefined {
    const name = tableName({ schema, name: table });
    const found = this.#tables.get(name);
    if (found === undefined) return undefined;
    const known = this.#targets.get(name) ?? this.#targetOf(found);
    this.#targets.set(name, known);
    return known;
  }

  /** The same of a table in hand, which is one of those moved. */
  of(table: Table): TargetTable {
    return this.target(table.schema, table.name) ?? this.#targetOf(table);
  }

  #targetOf(table: Table): TargetTable {
    const columns = storedColumns(table).map((column) => this.#columnOf(table, column));
    return { table, database: this.database(table.schema), name: this.nameOf(table), columns };
  }

  #columnOf(table: Table, column: Column): TargetColumn {
    const meant = this.ofFamily
      ? sameType(column)
      : translate(column.value, { server: this.server, room: this.#rooms(table, column) });
    const { type, from, back, ...rest } = overridden(meant, column.override);
    return {
      column,
      name: quoteIdentifier(column.name),
      type,
      staged: `${type} NULL`,
      plain: from === undefined,
      from: from ?? same,
      back: back ?? printed,
      ...rest,
    };
  }
}

const same = (text: string): string => text;

const sameType = (column: Column): Translation => ({
  type: column.type + (column.collation === undefined ? '' : ` COLLATE ${column.collation}`),
  ...formOf(column.value, true),
});
