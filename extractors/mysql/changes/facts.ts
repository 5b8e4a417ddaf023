import type { Tx } from '../../../src/db/db.js';
import type { LogDialect } from '../../../src/db/mysql/binlog/table-map.js';
import { quoteLiteral } from '../../../src/db/mysql/quote.js';
import type { Table } from '../../../src/model/schema.js';
import type { Charsets } from './columns.js';
import type { KnownTable } from './followed.js';

export interface LogFacts extends LogDialect {
  readonly checksums: boolean;
  /** The log has the names of columns, and all their values. */
  readonly described: boolean;
  /** Names of tables are the same in large and small letters. */
  readonly folded: boolean;
}

/** A variable that this server does not know is ''. */
export async function variables(tx: Tx, ...names: string[]): Promise<(name: string) => string> {
  const list = names.map((name) => `'${name}'`).join(', ');
  const sql = `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${list})`;
  const { rows } = await tx.query<{ Variable_name: string; Value: string }>(sql);
  const found = new Map(rows.map((row) => [row.Variable_name, row.Value]));
  return (name) => found.get(name) ?? '';
}

export async function logFacts(tx: Tx): Promise<LogFacts> {
  const value = await variables(
    tx,
    'binlog_checksum',
    'binlog_row_metadata',
    'binlog_row_image',
    'lower_case_table_names',
    'version',
  );
  return {
    signedYears: value('version').includes('MariaDB'),
    checksums: value('binlog_checksum') === 'CRC32',
    described: value('binlog_row_metadata') === 'FULL' && value('binlog_row_image') === 'FULL',
    folded: value('lower_case_table_names') !== '0',
  };
}

const APPLICABILITY = 'information_schema.COLLATION_CHARACTER_SET_APPLICABILITY';

/** What the numbers of collations mean; of newer ones on MariaDB another view knows. */
export async function readCharsets(tx: Tx): Promise<Charsets> {
  const columns = await tx.query<{ name: string }>(
    `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = 'COLLATION_CHARACTER_SET_APPLICABILITY'`,
  );
  const from = columns.rows.some(({ name }) => name === 'ID') ? APPLICABILITY : 'information_schema.COLLATIONS';
  const { rows } = await tx.query<{ id: string; charset: string; bytes: string }>(
    `SELECT c.ID AS id, s.CHARACTER_SET_NAME AS charset, s.MAXLEN AS bytes
       FROM ${from} c JOIN information_schema.CHARACTER_SETS s USING (CHARACTER_SET_NAME) WHERE c.ID IS NOT NULL`,
  );
  return new Map(rows.map(({ id, charset, bytes }) => [Number(id), { charset, bytes: Number(bytes) }]));
}

/** As a list of literals, never an empty one. */
export const schemasOf = (tables: readonly Table[]): string =>
  [...new Set(['', ...tables.map(({ schema }) => schema)])].map(quoteLiteral).join(', ');

/** How the texts of these tables are stored, for logs that do not say it. */
export async function withCharsets(tx: Tx, tables: readonly Table[]): Promise<KnownTable[]> {
  const { rows } = await tx.query<Record<'s' | 't' | 'c' | 'charset', string>>(
    `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, COLUMN_NAME AS c, CHARACTER_SET_NAME AS charset
       FROM information_schema.COLUMNS WHERE CHARACTER_SET_NAME IS NOT NULL AND TABLE_SCHEMA IN (${schemasOf(tables)})`,
  );
  const charsets = new Map(rows.map(({ s, t, c, charset }) => [JSON.stringify([s, t, c]), charset]));
  return tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => {
      const charset = charsets.get(JSON.stringify([table.schema, table.name, column.name]));
      return charset === undefined ? column : { ...column, charset };
    }),
  }));
}
