import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import { tableName, type Table } from '../../src/model/schema.js';
import type { Step } from '../../src/model/step.js';
import type { Moved } from './targets.js';

interface Wanted {
  readonly id: string;
  readonly kind: string;
  /** One statement: what is done twice must fail by it. */
  readonly sql: string;
  readonly needs?: readonly string[];
}

export function step(moved: Moved, table: Table, { id, kind, sql, needs = [] }: Wanted): Step {
  const own = id === table.id ? databaseNeeds(moved, table) : [table.id];
  const all = [...new Set([...own, ...needs])];
  return { id, kind, table: tableName(table), statements: [sql], needs: all, bytes: 0 };
}

/** The home schema's is that of the URL, which somebody made for us; others are made where they are missing. */
export function databaseSteps(moved: Moved): Step[] {
  const names = new Set(moved.schema.tables.map(({ schema }) => moved.database(schema)));
  names.delete(moved.home);
  return [...names].map((name) => ({
    id: databaseId(name),
    kind: 'database',
    statements: [`CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(name)} CHARACTER SET utf8mb4`],
    needs: [],
    bytes: 0,
  }));
}

const databaseId = (name: string): string => `database ${quoteIdentifier(name)}`;

const databaseNeeds = (moved: Moved, { schema }: Table): string[] => {
  const name = moved.database(schema);
  return name === moved.home ? [] : [databaseId(name)];
};

/** Each needs the one before it. */
export const inTurn = (steps: readonly Step[]): Step[] =>
  steps.map((one, i) => ({ ...one, needs: [...one.needs, ...steps.slice(Math.max(i - 1, 0), i).map(({ id }) => id)] }));

/** `name`: quoted. */
export const dropKey = (moved: Moved, table: Table, name: string): string =>
  `ALTER TABLE ${moved.nameOf(table)} DROP INDEX ${ifThere(moved)}${name}`;

export const dropForeignKey = (moved: Moved, table: Table, name: string): string =>
  `ALTER TABLE ${moved.nameOf(table)} DROP FOREIGN KEY ${ifThere(moved)}${name}`;

const ifThere = ({ server }: Moved): string => (server.mariadb ? 'IF EXISTS ' : '');
