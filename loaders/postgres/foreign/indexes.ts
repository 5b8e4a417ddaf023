import { quoteIdentifier } from '../../../src/db/postgres/quote.js';
import { tableName, type Column, type Index, type PlainIndex, type Table } from '../../../src/model/schema.js';
import { qualified } from '../create-table.js';
import type { Ground } from './ground.js';

type Part = PlainIndex['parts'][number];

/** Names of indexes are unique in a schema there, so each has its table's in front. */
export function translateIndexes(table: Table, ground: Ground): Index[] {
  return table.indexes.flatMap((index) => {
    const name = ground.names.take(table.schema, table.name, index.name);
    const { statement, why } = said(table, index, name, ground);
    if (why === undefined) return [translated(table, index, name, statement)];
    const instead = statement && `; instead: ${statement}`;
    ground.notMade(`index ${index.name} of table ${tableName(table)}: ${why}${instead}`);
    return [];
  });
}

function translated(table: Table, index: Index, name: string, definition: string): Index {
  const place = { name: `${quoteIdentifier(table.schema)}.${quoteIdentifier(name)}` };
  return {
    id: index.id,
    name,
    unique: index.unique,
    columns: index.columns,
    definition,
    index: place,
    needs: [table.id],
  };
}

/** The statement, and why it is not run: then it is what a person may want. */
function said(table: Table, index: Index, name: string, { facts }: Ground): { statement: string; why?: string } {
  const { plain, unique } = index;
  if (plain === undefined) return { statement: '', why: `only the source can say it: ${index.definition}` };
  const columns = plain.parts.map((part) => table.columns.find((column) => column.name === part.column));
  if (!columns.every((column) => column !== undefined && column.generated === undefined))
    return { statement: '', why: 'a column of it is not made' };
  const build = (using: string) =>
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(name)} ON ${qualified(table)} USING ${using}`;
  const list = plain.parts.map((part, i) => partOf(part, columns[i]!)).join(', ');
  switch (plain.method) {
    case 'fulltext':
      return {
        statement: build(`gin (to_tsvector('simple', ${joined(plain.parts)}))`),
        why: 'words are found otherwise there',
      };
    case 'spatial': {
      const missing = facts.geometry === undefined ? { why: 'PostGIS is not installed' } : {};
      return { statement: build(`gist (${list})`), ...missing };
    }
    case 'ordered':
    case 'hash':
      return { statement: build(`${methodOf(index, plain)} (${list})`), ...objection(index, plain, columns) };
  }
}

/** Hash indexes have one column, without an order, and are never unique. */
function methodOf({ unique }: Index, { method, parts }: PlainIndex): string {
  const hash = method === 'hash' && parts.length === 1 && !unique && parts.every(({ descending }) => !descending);
  return hash ? 'hash' : 'btree';
}

function objection(
  { unique }: Index,
  { parts }: PlainIndex,
  columns: readonly (Column | undefined)[],
): { why?: string } {
  if (columns.some((column) => column?.value.kind === 'json')) return { why: 'json has no order' };
  if (unique && parts.some((part, i) => isPrefix(part, columns[i]!)))
    return { why: 'it is unique by the beginning of a value only' };
  return {};
}

function partOf(part: Part, column: Column): string {
  const name = quoteIdentifier(part.column);
  const order = part.descending ? ' DESC' : '';
  if (!isPrefix(part, column)) return name + order;
  const begin =
    column.value.kind === 'bytes'
      ? `pg_catalog.substr(${name}, 1, ${part.length})`
      : `pg_catalog."left"(${name}, ${part.length})`;
  return `${begin}${order}`;
}

const isPrefix = ({ length }: Part, { value }: Column): boolean =>
  length !== undefined && !('length' in value && value.length !== undefined && value.length <= length);

const joined = (parts: readonly Part[]): string =>
  parts.map(({ column }) => `coalesce(${quoteIdentifier(column)}, '')`).join(` || ' ' || `);
