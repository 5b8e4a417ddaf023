import type { Tx } from '../../../src/db/db.js';
import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import type { FarValues } from '../../../src/model/change.js';
import { put } from './put.js';
import type { Staged } from './targets.js';

/** Rows to find others by, or to take values from. */
export interface StagedRows {
  /** In which the temporary table is made: the account may make tables there. */
  readonly database: string;
  readonly columns: readonly Staged[];
  readonly rows: readonly Uint8Array[];
  /** Further definitions of the table. */
  readonly more?: readonly string[];
}

/** A table that so many rows were in is emptied after use as well. */
const MANY = 1000;

/**
 * Rows on their way into a table: in a temporary one, which is made once for each list of columns, lives as long as the
 * session, and is emptied before use and, of many rows, after it. Neither making it nor emptying it by DELETE commits;
 * TRUNCATE would (MariaDB). A rollback empties it and leaves it.
 */
export class Staging {
  readonly #tables = new Map<string, string>();

  /** Runs a statement over the rows. Returns how many rows of its table it changed. */
  async run(
    tx: Tx,
    staged: StagedRows,
    far: FarValues | undefined,
    statement: (from: string) => string,
  ): Promise<number> {
    const table = await this.#table(tx, staged);
    const count = await this.#put(tx, table, staged, far, statement(table));
    await this.clear(tx, table, staged);
    return count;
  }

  /** Puts rows into their temporary table. Returns its name. */
  async fill(tx: Tx, staged: StagedRows, far: FarValues | undefined): Promise<string> {
    const table = await this.#table(tx, staged);
    await this.#put(tx, table, staged, far);
    return table;
  }

  /** An empty temporary table of these columns. Returns its name. */
  async empty(tx: Tx, database: string, columns: readonly Staged[]): Promise<string> {
    const table = await this.#table(tx, { database, columns, rows: [] });
    await tx.query(`DELETE FROM ${table}`);
    return table;
  }

  /** After the use of what `fill` has filled. */
  async clear(tx: Tx, table: string, { rows }: StagedRows): Promise<void> {
    if (rows.length > MANY) await tx.query(`DELETE FROM ${table}`);
  }

  async #put(
    tx: Tx,
    table: string,
    { columns, rows }: StagedRows,
    far: FarValues | undefined,
    after?: string,
  ): Promise<number> {
    const around = { before: `DELETE FROM ${table}`, ...(after === undefined ? {} : { after }) };
    return put(tx, { table, columns, rows, count: rows.length }, far, around);
  }

  /** Its first column only numbers the rows: there are servers that refuse tables without a key. */
  async #table(tx: Tx, { database, columns, more = [] }: StagedRows): Promise<string> {
    const key = `${quoteIdentifier('openkite row')} bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY`;
    const definitions = [key, ...columns.map(({ name, type }) => `${name} ${type} NULL`), ...more].join(', ');
    const known = this.#tables.get(definitions);
    if (known !== undefined) return known;
    const table = `${quoteIdentifier(database)}.openkite_${this.#tables.size + 1}`;
    await tx.query(`CREATE TEMPORARY TABLE ${table} (${definitions}) ENGINE = InnoDB`);
    this.#tables.set(definitions, table);
    return table;
  }
}
