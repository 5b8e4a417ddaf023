import { Fault } from '../../../src/base/fault.js';
import type { Tx } from '../../../src/db/db.js';
import { quoteIdentifier } from '../../../src/db/postgres/quote.js';
import type { ChangedTable } from '../../../src/model/change.js';
import { tableName } from '../../../src/model/schema.js';
import { qualified } from '../create-table.js';
import { Expressions } from '../expressions.js';
import { sqlFile } from '../sql-file.js';
import { ForeignKeys, type ForeignKey } from './foreign-keys.js';

/** A changed table as the target has it. */
export interface Target {
  readonly changed: ChangedTable;
  /** As a statement writes it. */
  readonly name: string;
  /** The server's number of the partitioned table above it, or its own: by that foreign keys name it. */
  readonly root: string;
  /** In the order of a row's values. */
  readonly columns: readonly TargetColumn[];
  /** Those by which rows are found; none: by all. */
  readonly keys: readonly TargetColumn[];
}

export interface TargetColumn {
  /** As a statement writes it. */
  readonly name: string;
  /** For values on their way: no modifiers, no domains. Those speak up when the value goes into the table. */
  readonly type: string;
  /** With modifiers: as values are once they are there. */
  readonly stored: string;
  /** What the operator wants done to a value, which then comes as text. */
  readonly expression: string | undefined;
  /** The operator that its unique index understands. */
  readonly equals: string;
  readonly key: boolean;
}

interface Found extends Record<string, unknown> {
  readonly name: string | null;
  readonly type: string;
  readonly stored: string;
  readonly equals: string;
  readonly root: string;
}

const COLUMNS = sqlFile('changed-table');
const FOREIGN_KEYS = sqlFile('foreign-keys');

/** What a session has read of the target's catalog. */
export class Targets {
  expressions = new Expressions();
  readonly #found = new Map<string, readonly Found[]>();
  #foreignKeys: ForeignKeys | undefined;

  /** After any failure: perhaps it came from what was known being out of date. */
  forget(): void {
    this.#found.clear();
    this.#foreignKeys = undefined;
  }

  /** Fault `permanent`, code 42P01 or 42703: the target has no such table or column. */
  async get(tx: Tx, changed: ChangedTable): Promise<Target> {
    const name = tableName(changed);
    const known = this.#found.get(name);
    const found = known !== undefined && missing(changed, known) === undefined ? known : await this.#read(tx, changed);
    const lost = missing(changed, found);
    if (lost !== undefined) throw refusal(name, found.length === 0 ? undefined : lost);
    return target(changed, found, this.expressions);
  }

  async foreignKeys(tx: Tx): Promise<ForeignKeys> {
    this.#foreignKeys ??= new ForeignKeys((await tx.query<ForeignKey>(FOREIGN_KEYS)).rows);
    return this.#foreignKeys;
  }

  async #read(tx: Tx, { schema, name }: ChangedTable): Promise<readonly Found[]> {
    const { rows } = await tx.query<Found>(COLUMNS, { schema, name });
    this.#found.set(tableName({ schema, name }), rows);
    this.#foreignKeys = undefined;
    return rows;
  }
}

/** The first of its columns that is not there. */
const missing = ({ columns }: ChangedTable, found: readonly Found[]): string | undefined =>
  found.length === 0 ? '' : columns.find(({ name }) => !found.some((column) => column.name === name))?.name;

function refusal(table: string, column: string | undefined): Fault {
  const what = column === undefined ? `table ${table}` : `column ${column} of table ${table}`;
  return new Fault('permanent', `the target has no ${what}, and there is a change to apply to it`, {
    code: column === undefined ? '42P01' : '42703',
    hint: 'Make it there as the source has it, or reload the table.',
    place: { table, ...(column === undefined ? {} : { column }) },
  });
}

function target(changed: ChangedTable, found: readonly Found[], expressions: Expressions): Target {
  const byName = new Map(found.map((column) => [column.name, column]));
  const columns = changed.columns.map(({ name, key }) => {
    const { type, stored, equals } = byName.get(name)!;
    const expression = expressions.get(changed, name);
    return { name: quoteIdentifier(name), type, stored, expression, equals, key };
  });
  const keys = columns.filter(({ key }) => key);
  return { changed, name: qualified(changed), root: found[0]!.root, columns, keys };
}
