import type { MyDb } from '../../../src/db/mysql/my-db.js';
import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import { isRefused } from '../server.js';

/** Rows of information_schema with whatever columns this version has. */
export interface TableRow extends Record<string, unknown> {
  readonly TABLE_SCHEMA: string;
  readonly TABLE_NAME: string;
  readonly TABLE_TYPE: string;
  readonly ENGINE: string | null;
  readonly TABLE_ROWS: string | null;
  readonly DATA_LENGTH: string | null;
  readonly AUTO_INCREMENT: string | null;
  readonly TABLE_COLLATION: string | null;
  readonly TABLE_COMMENT: string;
}

export interface ColumnRow extends Record<string, unknown> {
  readonly TABLE_SCHEMA: string;
  readonly TABLE_NAME: string;
  readonly COLUMN_NAME: string;
  readonly DATA_TYPE: string;
  readonly COLUMN_TYPE: string;
  readonly IS_NULLABLE: 'YES' | 'NO';
  readonly CHARACTER_MAXIMUM_LENGTH: string | null;
  readonly NUMERIC_PRECISION: string | null;
  readonly NUMERIC_SCALE: string | null;
  readonly DATETIME_PRECISION: string | null;
  readonly CHARACTER_SET_NAME: string | null;
  readonly COLLATION_NAME: string | null;
  readonly EXTRA: string;
  readonly COLUMN_COMMENT: string;
  /** Of MySQL 8. */
  readonly SRS_ID?: number | null;
}

/** `SELECT * FROM information_schema.<view>` for one database; the server compares its name without regard to case. */
export async function inDatabase<R extends Record<string, unknown>>(
  db: MyDb,
  view: string,
  column: string,
  database: string,
): Promise<R[]> {
  const { rows } = await db.query<R>(`SELECT * FROM information_schema.${view} WHERE ${column} = :database`, {
    database,
  });
  return rows.filter((row) => row[column] === database);
}

const BATCH = 100;

type Shown = Record<string, unknown>;

/** SHOW CREATE of many, a hundred in a round trip: each one's row, which is empty where we may not see it. */
export async function showCreate(db: MyDb, kind: string, names: readonly string[]): Promise<Shown[]> {
  const show = async (some: readonly string[]): Promise<Shown[]> => {
    const statements = some.map((name) => `SHOW CREATE ${kind} ${quoteIdentifier(name)}`);
    return (await db.each(statements.join(';\n'))).map(([row = {}]) => row);
  };
  const shown: Shown[] = [];
  for (let i = 0; i < names.length; i += BATCH) {
    const batch = names.slice(i, i + BATCH);
    shown.push(...(await show(batch).catch((error: unknown) => oneByOne(batch, show, error))));
  }
  return shown;
}

async function oneByOne(
  names: readonly string[],
  show: (some: readonly string[]) => Promise<Shown[]>,
  error: unknown,
): Promise<Shown[]> {
  if (!isRefused(error)) throw error;
  if (names.length === 1) return [{}];
  const shown: Shown[] = [];
  for (const name of names) shown.push(...(await show([name]).catch((one: unknown) => oneByOne([name], show, one))));
  return shown;
}

/** The statement in a row of SHOW CREATE; undefined when we may not see it. */
export function statementIn(row: Shown): string | undefined {
  const key = Object.keys(row).find((name) => /^(Create |SQL Original)/.test(name));
  return key === undefined ? undefined : ((row[key] as string | null) ?? undefined);
}

/** In their order, by what `key` says of each. */
export function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
