import type { MyDb } from '../../../src/db/mysql/my-db.js';
import { quoteIdentifier, quoteLiteral } from '../../../src/db/mysql/quote.js';
import type { SchemaObject } from '../../../src/model/schema.js';
import type { Server } from '../server.js';
import { objectId, partId, tableId } from './names.js';
import { grouped, inDatabase, showCreate, statementIn, type TableRow } from './raw.js';

export interface ReadObjects {
  readonly objects: SchemaObject[];
  readonly notMoved: string[];
}

type Row = Record<string, unknown>;
/** An object without its statements, and what it is called in SHOW CREATE. */
type Outline = Omit<SchemaObject, 'statements'> & { readonly show: string };

/** Views, routines, triggers, events and sequences, in the order of ids. */
export async function readObjects(db: MyDb, server: Server, tables: readonly TableRow[]): Promise<ReadObjects> {
  const schema = server.database;
  const routines = await outlineRoutines(db, schema);
  const outlines = [
    ...ofType(tables, 'SEQUENCE').map((name) => outline('SEQUENCE', schema, name)),
    ...routines,
    ...(await outlineViews(db, schema, tables, routines)),
    ...(await outlineTriggers(db, schema)),
    ...(await named(db, 'EVENTS', 'EVENT_SCHEMA', 'EVENT_NAME', schema)).map((name) =>
      late(outline('EVENT', schema, name)),
    ),
  ];
  const rows = await shown(db, outlines);
  const read = outlines.map((one) => ({ ...one, row: rows.get(one.id) ?? {} }));
  return {
    objects: read.flatMap(objectOf).sort((a, b) => (a.id < b.id ? -1 : 1)),
    notMoved: read.filter(({ row }) => statementIn(row) === undefined).map(({ id }) => `${id}: it may not be read`),
  };
}

const ofType = (tables: readonly TableRow[], type: string): string[] =>
  tables.filter((row) => row.TABLE_TYPE === type).map((row) => row.TABLE_NAME);

async function named(db: MyDb, view: string, of: string, column: string, schema: string): Promise<string[]> {
  return (await inDatabase<Row>(db, view, of, schema)).map((row) => String(row[column]));
}

function outline(show: string, schema: string, name: string, needs: readonly string[] = []): Outline {
  const kind = show.toLowerCase();
  return { id: objectId(kind, schema, name), kind, name, needs, when: 'before rows', show };
}

const late = (one: Outline): Outline => ({ ...one, when: 'at cutover' });

async function outlineRoutines(db: MyDb, schema: string): Promise<Outline[]> {
  const rows = await inDatabase<Row>(db, 'ROUTINES', 'ROUTINE_SCHEMA', schema);
  return rows.map((row) => {
    const show = String(row['ROUTINE_TYPE']);
    const name = String(row['ROUTINE_NAME']);
    const needs = show === 'PACKAGE BODY' ? [objectId('package', schema, name)] : [];
    return outline(show, schema, name, needs);
  });
}

/** A view must find what it reads. In its definition names are whole: `shop`.`item`, `shop`.`price`(…). */
async function outlineViews(db: MyDb, schema: string, tables: readonly TableRow[], routines: readonly Outline[]) {
  const rows = await inDatabase<Row>(db, 'VIEWS', 'TABLE_SCHEMA', schema);
  const kinds = new Map(tables.map((row) => [row.TABLE_NAME, row.TABLE_TYPE]));
  const relation = (name: string) => idOfRelation(kinds.get(name), schema, name);
  const functions = new Map(routines.filter(({ show }) => show === 'FUNCTION').map(({ name, id }) => [name, id]));
  return rows.map((row) => {
    const text = String(row['VIEW_DEFINITION']);
    const own = `${quoteIdentifier(schema)}.`;
    const names = [...text.matchAll(/((?:`(?:[^`]|``)*`\.)?)`((?:[^`]|``)*)`(\()?/g)].flatMap(
      ([, of, name = '', call]) => {
        const plain = name.replaceAll('``', '`');
        if (call) return functions.get(plain) ?? [];
        return of === own ? (relation(plain) ?? []) : [];
      },
    );
    const name = String(row['TABLE_NAME']);
    const needs = [...new Set(names)].filter((need) => need !== objectId('view', schema, name));
    return outline('VIEW', schema, name, needs);
  });
}

function idOfRelation(type: string | undefined, schema: string, name: string): string | undefined {
  if (type === undefined) return undefined;
  if (type === 'VIEW' || type === 'SEQUENCE') return objectId(type.toLowerCase(), schema, name);
  return tableId(schema, name);
}

/** Those of one table and moment fire in the order in which they were made. */
async function outlineTriggers(db: MyDb, schema: string): Promise<Outline[]> {
  const rows = await inDatabase<Row>(db, 'TRIGGERS', 'TRIGGER_SCHEMA', schema);
  rows.sort((a, b) => Number(a['ACTION_ORDER']) - Number(b['ACTION_ORDER']));
  const last = new Map<string, string>();
  return rows.map((row) => {
    const [name, table] = [String(row['TRIGGER_NAME']), String(row['EVENT_OBJECT_TABLE'])];
    const moment = [row['ACTION_TIMING'], row['EVENT_MANIPULATION'], table].join(' ');
    const before = last.get(moment);
    const id = partId('trigger', name, schema, table);
    last.set(moment, id);
    const needs = [tableId(schema, table), ...(before === undefined ? [] : [before])];
    return late({ ...outline('TRIGGER', schema, name, needs), id, table: `${schema}.${table}` });
  });
}

async function shown(db: MyDb, outlines: readonly Outline[]): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  for (const [show, same] of grouped(outlines, (one) => one.show)) {
    const found = await showCreate(
      db,
      show,
      same.map(({ name }) => name),
    );
    same.forEach(({ id }, i) => rows.set(id, found[i] ?? {}));
  }
  return rows;
}

function objectOf({ row, show: _, ...one }: Outline & { readonly row: Row }): SchemaObject[] {
  const statement = statementIn(row);
  if (statement === undefined) return [];
  const [, user, host] = /^CREATE [^']*?DEFINER=(`(?:[^`]|``)*`)@(`(?:[^`]|``)*`)/.exec(statement) ?? [];
  return [
    {
      ...one,
      statements: inItsSetting(statement, row),
      ...(user && host ? { role: `${user}@${host}` } : {}),
    },
  ];
}

const SETTINGS = ['sql_mode', 'character_set_client', 'collation_connection', 'time_zone'];

/** A body means what it meant only under the settings that it was made with; the session gets its own back. */
function inItsSetting(statement: string, row: Row): string[] {
  const settings = SETTINGS.filter((name) => typeof row[name] === 'string');
  if (!settings.includes('sql_mode')) return [statement];
  const kept = settings.map((name) => `@openkite_${name} = @@SESSION.${name}`);
  const set = settings.map((name) => `SESSION ${name} = ${quoteLiteral(String(row[name]))}`);
  const back = settings.map((name) => `SESSION ${name} = @openkite_${name}`);
  return [`SET ${[...kept, ...set].join(', ')}`, statement, `SET ${back.join(', ')}`];
}
