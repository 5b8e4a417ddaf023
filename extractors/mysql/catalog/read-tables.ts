import type { MyDb } from '../../../src/db/mysql/my-db.js';
import { quoteIdentifier } from '../../../src/db/mysql/quote.js';
import { tableName, type Table } from '../../../src/model/schema.js';
import type { Server } from '../server.js';
import { isCopied, isTransactional } from './engines.js';
import { tableId } from './names.js';
import { parseTable, type TableText } from './parse-table.js';
import { grouped, inDatabase, showCreate, statementIn, type ColumnRow, type TableRow } from './raw.js';
import { readColumn, type ReadColumn } from './read-columns.js';
import { readConstraints, readIndexes, type KeyContext } from './read-keys.js';
import { withReferredKeys } from './referred.js';

export interface ReadTables {
  readonly tables: Table[];
  readonly notMoved: string[];
}

/** What is asked once for all tables. */
interface Whole {
  readonly server: Server;
  readonly logsActions: boolean;
  readonly columns: ReadonlyMap<string, readonly ColumnRow[]>;
  /** By table and column. */
  readonly srids: ReadonlyMap<string, number>;
}

/** All tables of a database with their columns, keys and indexes, in the order of names. */
export async function readTables(db: MyDb, server: Server, rows: readonly TableRow[]): Promise<ReadTables> {
  const all = rows.filter(({ TABLE_TYPE: type }) => type === 'BASE TABLE' || type === 'SYSTEM VERSIONED');
  const copied = all.filter(({ ENGINE: engine }) => isCopied(engine));
  const whole = await readWhole(db, server);
  const shown = await showCreate(
    db,
    'TABLE',
    copied.map((row) => row.TABLE_NAME),
  );
  const texts = new Map(copied.map((row, i) => [row, statementIn(shown[i] ?? {})]));
  const read = copied.flatMap((row) => {
    const text = texts.get(row);
    return text === undefined ? [] : [readTable(row, parseTable(text), whole)];
  });
  return {
    tables: withReferredKeys(read.map(({ table }) => table)).sort((a, b) => (tableName(a) < tableName(b) ? -1 : 1)),
    notMoved: [
      ...all.flatMap((row) => {
        if (!texts.has(row)) return `table ${row.TABLE_NAME}: its rows are kept elsewhere (engine ${row.ENGINE})`;
        return texts.get(row) === undefined ? `table ${row.TABLE_NAME}: it may not be read` : [];
      }),
      ...read.flatMap((one) => one.notMoved),
    ],
  };
}

async function readWhole(db: MyDb, server: Server): Promise<Whole> {
  const rows = await inDatabase<ColumnRow>(db, 'COLUMNS', 'TABLE_SCHEMA', server.database);
  const columns = grouped(rows, (row) => row.TABLE_NAME);
  const native = `SHOW GLOBAL VARIABLES LIKE 'innodb_native_foreign_keys'`;
  const { rows: found } = await db.query<{ Value: string }>(native);
  return { server, logsActions: found[0]?.Value === 'OFF', columns, srids: await readSrids(db, server, rows) };
}

interface GeometryRow extends Record<string, unknown> {
  readonly G_TABLE_NAME: string;
  readonly G_GEOMETRY_COLUMN: string;
  readonly SRID: number;
}

/** MySQL tells it with the column, and only where it binds; MariaDB has 0 for none. */
async function readSrids(db: MyDb, server: Server, columns: readonly ColumnRow[]): Promise<Map<string, number>> {
  if (!server.mariadb)
    return new Map(
      columns.flatMap((row) =>
        row.SRS_ID == null ? [] : [[place(row.TABLE_NAME, row.COLUMN_NAME), Number(row.SRS_ID)]],
      ),
    );
  const rows = await inDatabase<GeometryRow>(db, 'GEOMETRY_COLUMNS', 'G_TABLE_SCHEMA', server.database);
  const bound = rows.filter((row) => Number(row.SRID) !== 0);
  return new Map(bound.map((row) => [place(row.G_TABLE_NAME, row.G_GEOMETRY_COLUMN), Number(row.SRID)]));
}

const place = (table: string, column: string): string => `${quoteIdentifier(table)}.${quoteIdentifier(column)}`;

function readTable(row: TableRow, text: TableText, whole: Whole): { table: Table; notMoved: readonly string[] } {
  const { TABLE_SCHEMA: schema, TABLE_NAME: name, ENGINE: engine, TABLE_COMMENT: comment } = row;
  const columns = readColumns(row, text, whole);
  const context: KeyContext = { schema, table: name, logsActions: whole.logsActions };
  const checks = columns.flatMap(({ column, check }) => (check === undefined ? [] : [columnCheck(column.name, check)]));
  const table: Table = {
    id: tableId(schema, name),
    schema,
    name,
    columns: columns.map(({ column }) => column),
    hasRows: true,
    inherits: [],
    constraints: readConstraints(text, checks, context),
    indexes: readIndexes(text, context),
    options: { unlogged: false, parameters: parametersOf(row, text) },
    needs: [],
    rowsEstimated: Number(row.TABLE_ROWS ?? 0),
    bytesEstimated: Number(row.DATA_LENGTH ?? 0),
    encodings: ['text'],
    ...(comment === '' ? {} : { comment }),
  };
  const told = [...leftOut(row, text), ...(isTransactional(engine) ? [] : [inconsistent(name, engine)])];
  return { table, notMoved: [...columns.flatMap((column) => column.notMoved), ...told] };
}

function readColumns(row: TableRow, text: TableText, { server, columns, srids }: Whole): ReadColumn[] {
  const rows = [...(columns.get(row.TABLE_NAME) ?? [])].filter((column) => text.columns.has(column.COLUMN_NAME));
  const order = [...text.columns.keys()];
  rows.sort((a, b) => order.indexOf(a.COLUMN_NAME) - order.indexOf(b.COLUMN_NAME));
  return rows.map((column) =>
    readColumn(column, {
      text: text.columns.get(column.COLUMN_NAME) ?? '',
      collation: row.TABLE_COLLATION,
      srid: srids.get(place(row.TABLE_NAME, column.COLUMN_NAME)),
      mariadb: server.mariadb,
    }),
  );
}

function columnCheck(name: string, condition: string) {
  return { name, condition, definition: `CONSTRAINT ${quoteIdentifier(name)} CHECK (${condition})`, enforced: true };
}

/** What the table says elsewhere, what only this server's disk knows, and history, which is not moved. */
const ELSEWHERE = /^(AUTO_INCREMENT|COMMENT)=/;
const HERE_ONLY = /^((DATA|INDEX) DIRECTORY=|TABLESPACE |WITH SYSTEM VERSIONING)/;

function parametersOf({ TABLE_COLLATION: collation }: TableRow, { options, partitions }: TableText): string[] {
  const kept = options.filter((option) => !ELSEWHERE.test(option) && !HERE_ONLY.test(option));
  const said = kept.some((option) => option.startsWith('COLLATE='));
  return [
    ...kept,
    ...(said || collation === null ? [] : [`COLLATE=${collation}`]),
    ...(partitions ? [partitions] : []),
  ];
}

const leftOut = ({ TABLE_SCHEMA: schema, TABLE_NAME: name }: TableRow, { options }: TableText): string[] =>
  options.filter((option) => HERE_ONLY.test(option)).map((option) => `of table ${schema}.${name}: ${option}`);

const inconsistent = (name: string, engine: string | null): string =>
  `a consistent view of table ${name}: ${engine} keeps none, so its rows are copied as they are when they are read`;
