import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import {
  storedColumns,
  tableName,
  type Column,
  type Schema,
  type Table,
  type TableName,
} from '../../src/model/schema.js';
import { misfit } from './foreign/fit.js';
import { roomOf, type RoomOf } from './foreign/room.js';
import { translate, type Translation } from './foreign/types.js';
import { printed } from './forms.js';
import { overridden } from './override.js';
import { typeFor } from './same/words.js';
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
  /** `from` gives the text itself: it can be loaded straight into the column. */
  readonly plain: boolean;
  /** The value, of SQL that gives its canonical text (utf8mb4, or NULL). */
  readonly from: (text: string) => string;
  /** The canonical text, of SQL that gives the value. */
  readonly back: (column: string) => string;
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
  readonly #room: RoomOf;

  /** `home`: the URL's database, where the source's home schema goes. */
  constructor(
    readonly schema: Schema,
    readonly home: string,
    readonly server: Server,
  ) {
    this.#tables = new Map(schema.tables.map((table) => [tableName(table), table]));
    this.#room = roomOf(schema);
  }

  /** Definitions are in this family's own words. */
  get ofFamily(): boolean {
    return this.schema.dialect === FAMILY;
  }

  /** Source and target are of the same branch of the family. */
  get isAlike(): boolean {
    return /mariadb/i.test(this.schema.serverVersion) === this.server.mariadb;
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
    const columns = this.#columns(table, false);
    const fits = this.ofFamily || misfit(columns.map(({ type }) => type)) === undefined;
    return {
      table,
      database: this.database(table.schema),
      name: this.nameOf(table),
      columns: fits ? columns : this.#columns(table, true),
    };
  }

  /** `tight`: texts that no key needs are declared without a bound, which takes the least of a row. */
  #columns(table: Table, tight: boolean): TargetColumn[] {
    return storedColumns(table).map((column) => {
      const use = { server: this.server, room: this.#room(column), tight };
      return targetColumn(column, this.ofFamily ? typeFor(this, column) : translate(column.value, use));
    });
  }
}

function targetColumn(column: Column, meant: Translation): TargetColumn {
  const { type, from, back, ...rest } = overridden(meant, column.override);
  return {
    column,
    name: quoteIdentifier(column.name),
    type,
    plain: from === undefined && !column.counts, // beside a SET, LOAD DATA takes a 0 in it for "the next number"
    from: from ?? ((text) => text),
    back: back ?? printed,
    ...rest,
  };
}
