import { tableName, type Table, type TableName } from '../model/schema.js';
import { compare, grouped, sortOut, without, type Edge, type Node } from './graph.js';

/** A foreign key between two tables that are moved. */
export interface ForeignKey {
  readonly name: string;
  readonly table: TableName;
  readonly references: TableName;
}

/** A table with its partitions: where rows lie is no relation between tables. */
export interface Family {
  /** The topmost table's. */
  readonly name: TableName;
  readonly members: readonly Table[];
}

export interface Relations {
  /** What is referred to comes first, deferred keys aside. */
  readonly families: readonly Family[];
  /** The families that a family refers to, by name, without itself and without deferred keys. */
  readonly parents: ReadonlyMap<TableName, readonly TableName[]>;
  /** Families that another one refers to, be it by a deferred key. */
  readonly referred: ReadonlySet<TableName>;
  /** Keys that close a circle between tables: no order of the tables has all of them after what they refer to. */
  readonly deferred: readonly ForeignKey[];
}

/** The graph of tables and their foreign keys, its circles opened. A key to its own table closes none. */
export function relations(tables: readonly Table[]): Relations {
  const families = familiesOf(tables);
  const keys = keysBetween(tables, families);
  const needs = grouped(keys, ({ from }) => from);
  const nodes = families.map((family) => ({
    ...{ id: family.name, family },
    needs: (needs.get(family.name) ?? []).map(({ to }) => to),
  }));
  const { order, deferred } = sortOut(nodes);
  const closing = new Set(deferred.map(wordsOf));
  return {
    families: order.map(({ family }) => family),
    parents: new Map(without<Node>(order, deferred).map((node) => [node.id, node.needs])),
    referred: new Set(keys.map(({ to }) => to)),
    deferred: keys.filter((edge) => closing.has(wordsOf(edge))).map(({ key }) => key),
  };
}

/** In the order of tables and names, between families. */
function keysBetween(tables: readonly Table[], families: readonly Family[]): (Edge & { readonly key: ForeignKey })[] {
  const home = new Map(families.flatMap(({ name, members }) => members.map((member) => [tableName(member), name])));
  return tables
    .flatMap(keysOf)
    .sort((a, b) => compare(a.table, b.table) || compare(a.name, b.name))
    .map((key) => ({ key, from: home.get(key.table) ?? '', to: home.get(key.references) ?? '' }))
    .filter(({ from, to }) => from !== to && to !== '');
}

const wordsOf = ({ from, to }: Edge): string => JSON.stringify([from, to]);

const keysOf = (table: Table): ForeignKey[] =>
  table.constraints.flatMap(({ name, references, inherited }) =>
    references === undefined || inherited ? [] : [{ name, table: tableName(table), references: references.table }],
  );

function familiesOf(tables: readonly Table[]): Family[] {
  const byId = new Map(tables.map((table) => [table.id, table]));
  const rootOf = (table: Table): Table => {
    const parent = byId.get(`table ${table.partition?.of?.parent ?? ''}`);
    return parent === undefined ? table : rootOf(parent);
  };
  return [...grouped(tables, (table) => tableName(rootOf(table)))].map(([name, members]) => ({ name, members }));
}
