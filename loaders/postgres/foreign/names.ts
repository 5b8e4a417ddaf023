import { createHash } from 'node:crypto';
import { tableName, type Schema, type Table } from '../../../src/model/schema.js';

/** Bytes of a name. What is longer would be cut by the server, with a notice that nobody reads. */
const LONGEST = 63;
const MOST_COLUMNS = 1600;

const SYSTEM_COLUMNS = ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'];

const fits = (name: string): boolean => Buffer.byteLength(name) <= LONGEST;

/** Names for what is made of tables: indexes, sequences and types share one space with the tables of their schema. */
export class Names {
  readonly #taken: Set<string>;

  constructor(tables: readonly Table[]) {
    this.#taken = new Set(tables.map(tableName));
  }

  /** The parts with `_` between. Too long, or taken: cut, with a hash of the whole. The same for the same schema. */
  take(schema: string, ...parts: readonly string[]): string {
    const wanted = parts.join('_');
    let name = fits(wanted) ? wanted : cut(wanted);
    for (let turn = 1; this.#taken.has(`${schema}.${name}`); turn += 1) name = cut(wanted, turn);
    this.#taken.add(`${schema}.${name}`);
    return name;
  }
}

/** At the end of a character, and a hash after it. */
export function cut(name: string, turn = 0): string {
  const hash = createHash('sha256').update(`${turn} ${name}`).digest('hex').slice(0, 8);
  const bytes = Buffer.from(name).subarray(0, LONGEST - 1 - hash.length);
  return `${new TextDecoder().decode(bytes, { stream: true })}_${hash}`;
}

/** Why tables and columns cannot be there as they are called, a sentence each. */
export function refusedNames(schema: Schema): string[] {
  const schemas = [...new Set(schema.tables.map((table) => table.schema))];
  return [
    ...schemas.flatMap((name) => tooLong(`schema ${name}`, name)),
    ...schemas
      .filter((name) => name.startsWith('pg_') || name === 'information_schema')
      .map((name) => `schema ${name}: such names are the server's own`),
    ...schema.tables.flatMap(refusedInTable),
  ];
}

function refusedInTable(table: Table): string[] {
  const name = tableName(table);
  const count = table.columns.length;
  return [
    ...tooLong(`table ${name}`, table.name),
    ...table.columns.flatMap((column) => tooLong(`column ${column.name} of table ${name}`, column.name)),
    ...table.columns
      .filter((column) => SYSTEM_COLUMNS.includes(column.name))
      .map((column) => `column ${column.name} of table ${name}: every table has one of that name already`),
    ...(count > MOST_COLUMNS ? [`table ${name}: it has ${count} columns, and ${MOST_COLUMNS} is the most`] : []),
  ];
}

const tooLong = (what: string, name: string): string[] =>
  fits(name) ? [] : [`${what}: its name has ${Buffer.byteLength(name)} bytes, and ${LONGEST} is the most`];
