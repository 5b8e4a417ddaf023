import { Fault } from '../base/fault.js';
import { readExpressions } from '../control/column.js';
import { planVersion } from '../control/set-up.js';
import { readSchema } from '../format/skt.js';
import { tableName, type Column, type Schema, type SchemaObject, type Table } from '../model/schema.js';
import type { Context } from './context.js';
import { Kin } from './kin.js';

/** What the schema files say of the migration. Loaders know it from their opening on. */
export interface Known {
  readonly tables: readonly Table[];
  readonly objects: readonly SchemaObject[];
  readonly kin: Kin;
  /** Rises when tables join: who has opened loaders before opens others. */
  readonly plan: number;
  /** From the schema file that the plan was made with. Fault when a control row names a table that is not in it. */
  table(name: string): Table;
  has(name: string): boolean;
  /** Reads the files again where the plan has become another one. Returns whether it has. */
  renew(): Promise<boolean>;
}

/** With what the schema files say. */
export async function informed<T extends Context>(context: T): Promise<T & Known> {
  let held = await read(context);
  const openLoader: Context['openLoader'] = async (what, tuning) => {
    const loader = await context.openLoader(what, tuning);
    loader.learn(held.schema);
    return loader;
  };
  return {
    ...context,
    openLoader,
    get tables() {
      return held.schema.tables;
    },
    get objects() {
      return held.schema.objects;
    },
    get kin() {
      return held.kin;
    },
    get plan() {
      return held.plan;
    },
    has: (name) => held.byName.has(name),
    table: (name) => held.byName.get(name) ?? unknown(name),
    renew: async () => {
      if ((await planVersion(await context.control.get())) === held.plan) return false;
      held = await read(context);
      return true;
    },
  };
}

interface Held {
  readonly plan: number;
  readonly schema: Schema;
  readonly kin: Kin;
  readonly byName: ReadonlyMap<string, Table>;
}

/** The version first: files that are newer than that are read once more. */
async function read(context: Context): Promise<Held> {
  const control = await context.control.get();
  const plan = await planVersion(control);
  const planned = await readSchema(context.store, context.config.migration, plan);
  const expressions = await readExpressions(control);
  const schema = { ...planned, tables: planned.tables.map((table) => withExpressions(table, expressions)) };
  const byName = new Map(schema.tables.map((table) => [tableName(table), table]));
  return { plan, schema, kin: new Kin(schema.tables), byName };
}

/** What the control tables say of columns: there the operator has the last word. */
function withExpressions(table: Table, all: Awaited<ReturnType<typeof readExpressions>>): Table {
  const wanted = all.get(tableName(table));
  const columns = table.columns.map(({ override: { type } = {}, ...column }): Column => {
    const expression = wanted?.get(column.name);
    const override = { ...(type === undefined ? {} : { type }), ...(expression === undefined ? {} : { expression }) };
    return Object.keys(override).length === 0 ? column : { ...column, override };
  });
  return { ...table, columns };
}

function unknown(name: string): never {
  throw new Fault('permanent', `the control tables name ${name}, which the schema file does not hold`, {
    hint: 'reset the migration: its plan and its control tables do not belong together',
    place: { table: name },
  });
}
