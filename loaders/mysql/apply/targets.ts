import { Fault } from '../../../src/base/fault.js';
import type { Tx } from '../../../src/db/db.js';
import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import type { ChangedTable } from '../../../src/model/change.js';
import { tableName, type Table, type TableName } from '../../../src/model/schema.js';
import { sqlFile } from '../sql-file.js';
import type { Moved, TargetColumn as MovedColumn, TargetTable } from '../targets.js';
import { ForeignKeys } from './foreign-keys.js';

/** A changed table as the target has it. */
export interface Target {
  readonly changed: ChangedTable;
  /** By the source's name. */
  readonly table: TableName;
  readonly database: string;
  /** As a statement writes it. */
  readonly name: string;
  /** In the order of a row's values. */
  readonly columns: readonly TargetColumn[];
  /** Those by which rows are found; none: by all. */
  readonly keys: readonly TargetColumn[];
  /** Whatever of a row is not computed, also what the source has not got. */
  readonly stored: readonly Staged[];
}

/** A column of a temporary table, which takes what a column of the target takes. */
export interface Staged {
  /** As a statement writes it. */
  readonly name: string;
  /** Of the target's catalog, with character set and collation: so an index of the target serves to find rows by it. */
  readonly type: string;
  /** The value, of SQL that gives its canonical text. Absent: the text itself. */
  readonly from?: (text: string) => string;
}

export interface TargetColumn extends Staged {
  /** Its name at the source. */
  readonly source: string;
  readonly key: boolean;
  /** The canonical text, of SQL that gives the value. */
  readonly back: (value: string) => string;
}

/** A row of the catalog. */
interface Found extends Record<string, unknown> {
  readonly name: string;
  readonly type: string;
  readonly collation: string | null;
  readonly extra: string;
}

const COLUMNS = sqlFile('changed-table');

/** What is moved, and what a session has read of the target's catalog. */
export class Targets {
  readonly foreignKeys: ForeignKeys;
  readonly #found = new Map<string, readonly Found[]>();

  constructor(readonly moved: Moved) {
    this.foreignKeys = new ForeignKeys(moved.schema.tables);
  }

  /** After any failure: perhaps it came from what was known being out of date. */
  forget(): void {
    this.#found.clear();
  }

  /** Fault `permanent`, code 1146 or 1054: the target has no such table or column. */
  async get(tx: Tx, changed: ChangedTable): Promise<Target> {
    const table = this.of(changed);
    const known = this.#found.get(table.name);
    const found = known !== undefined && lacks(changed, known) === undefined ? known : await this.#read(tx, table);
    const column = lacks(changed, found);
    if (found.length === 0 || column !== undefined) throw refusal(tableName(changed), found.length > 0 && column);
    return target(changed, table, found);
  }

  of({ schema, name }: Pick<Table, 'schema' | 'name'>): TargetTable {
    const table = this.moved.target(schema, name);
    if (table === undefined) throw refusal(tableName({ schema, name }), false);
    return table;
  }

  /**
   * Assignments that keep those columns of `alias` as they are which the server would set to the time of an update,
   * because none of `sent` says otherwise.
   */
  async untouched(tx: Tx, table: TargetTable, alias: string, sent: ReadonlySet<string>): Promise<string[]> {
    const found = this.#found.get(table.name) ?? (await this.#read(tx, table));
    const timed = found.filter(({ extra }) => /\bon update\b/i.test(extra)).map(({ name }) => quoteIdentifier(name));
    return timed.filter((name) => !sent.has(name)).map((name) => `${alias}.${name} = ${alias}.${name}`);
  }

  async #read(tx: Tx, { database, name, table }: TargetTable): Promise<readonly Found[]> {
    const { rows } = await tx.query<Found>(COLUMNS, { database, table: table.name });
    this.#found.set(name, rows);
    return rows;
  }
}

/** Names of columns are not told apart by case. */
const lacks = ({ columns }: ChangedTable, found: readonly Found[]): string | undefined =>
  columns.find(({ name }) => foundOf(found, name) === undefined)?.name;

const foundOf = (found: readonly Found[], name: string): Found | undefined =>
  found.find((column) => column.name.toLowerCase() === name.toLowerCase());

function refusal(table: string, column: string | undefined | false): Fault {
  const what = column ? `column ${column} of table ${table}` : `table ${table}`;
  return new Fault('permanent', `the target has no ${what}, and there is a change to apply to it`, {
    code: column ? '1054' : '1146',
    hint: 'Make it there as the source has it, or reload the table.',
    place: { table, ...(column ? { column } : {}) },
  });
}

function target(
  changed: ChangedTable,
  { database, name, columns: moved }: TargetTable,
  found: readonly Found[],
): Target {
  const columns = changed.columns.map((column) => {
    const meant = moved.find((one) => one.column.name === column.name);
    return { ...staged(foundOf(found, column.name)!), ...forms(meant), source: column.name, key: column.key };
  });
  const keys = columns.filter(({ key }) => key);
  const stored = found.filter(({ extra }) => !/\b(?:generated|virtual)\b/i.test(extra));
  return { changed, table: tableName(changed), database, name, columns, keys, stored: stored.map(staged) };
}

/** A column that came later than what was learned is taken as its text. */
const forms = (meant: MovedColumn | undefined): Pick<TargetColumn, 'from' | 'back'> => ({
  ...(meant === undefined || meant.plain ? {} : { from: (text: string) => meant.from(text) }),
  back: (value) => meant?.back(value) ?? value,
});

const staged = ({ name, type, collation }: Found): Staged => ({
  name: quoteIdentifier(name),
  type: type + (collation === null ? '' : ` COLLATE ${collation}`),
});
