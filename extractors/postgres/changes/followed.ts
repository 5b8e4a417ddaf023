import { Fault } from '../../../src/base/fault.js';
import type { Db } from '../../../src/db/db.js';
import type { ChangedTable } from '../../../src/model/change.js';
import { tableName, type Table } from '../../../src/model/schema.js';
import { sqlFile } from '../sql-file.js';
import { Fields } from './fields.js';

/** A table as its last Relation message described it. */
export interface Followed {
  readonly table: ChangedTable;
  /** Column by column; all false: there is no key, and rows are found by all values. */
  readonly key: readonly boolean[];
  readonly keyed: boolean;
  readonly lastKey: number;
}

interface RelationColumn {
  readonly name: string;
  readonly inIdentity: boolean;
  readonly type: number;
  readonly modifier: number;
}

export interface Relation {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly identity: string;
  readonly columns: readonly RelationColumn[];
}

/** `at`: behind the message's type. */
export function parseRelation(bytes: Uint8Array, at: number): Relation {
  const fields = new Fields(bytes, at);
  const id = fields.uint32();
  const schema = fields.text() || 'pg_catalog';
  const name = fields.text();
  const identity = String.fromCharCode(fields.byte());
  const columns = Array.from({ length: fields.uint16() }, () => ({
    inIdentity: (fields.byte() & 1) !== 0,
    name: fields.text(),
    type: fields.uint32(),
    modifier: fields.uint32() | 0,
  }));
  return { id, schema, name, identity, columns };
}

const FIRST_OWN_TYPE = 16384;

/** Names of types are asked for, since the log has their numbers only. */
export class Describer {
  readonly #tables: ReadonlyMap<string, Table>;
  /** By number and modifier. Only what is built in keeps its name. */
  readonly #types = new Map<string, string>();

  constructor(
    private readonly db: Db,
    tables: readonly Table[],
  ) {
    this.#tables = new Map(tables.map((table) => [tableName(table), table]));
  }

  async describe(relation: Relation): Promise<Followed> {
    const types = await this.#typesOf(relation);
    const key = this.#keyOf(relation);
    const keyed = key.includes(true);
    const columns = relation.columns.map(({ name }, i) => ({ name, type: types[i] ?? '', key: key[i] ?? false }));
    const { schema, name } = relation;
    const identity = relation.identity === 'f' ? 'f' : !keyed ? 'n' : relation.identity === 'i' ? 'i' : 'd';
    const table: ChangedTable = { id: String(relation.id), schema, name, identity, columns };
    return { table, key, keyed, lastKey: key.lastIndexOf(true) };
  }

  /** Of REPLICA IDENTITY FULL every column is in the identity: rows are then found by the primary key, if there is one. */
  #keyOf({ identity, schema, name, columns }: Relation): boolean[] {
    if (identity !== 'f') return columns.map((column) => column.inIdentity);
    const table = this.#tables.get(tableName({ schema, name }));
    const primary = table?.constraints.find(({ kind, deferrable }) => kind === 'primary key' && !deferrable);
    const names = new Set(primary?.columns);
    const complete = [...names].every((wanted) => columns.some((column) => column.name === wanted));
    return columns.map((column) => complete && names.has(column.name));
  }

  async #typesOf({ columns }: Relation): Promise<string[]> {
    const keys = columns.map(({ type, modifier }) => `${type}/${modifier}`);
    const known = new Map(this.#types);
    const missing = [...new Set(keys)].filter((key) => !known.has(key));
    for (const [i, name] of (await this.#ask(missing)).entries()) {
      const key = missing[i]!;
      known.set(key, name);
      if (Number.parseInt(key, 10) < FIRST_OWN_TYPE) this.#types.set(key, name);
    }
    return keys.map((key) => known.get(key) ?? '');
  }

  async #ask(keys: readonly string[]): Promise<string[]> {
    if (keys.length === 0) return [];
    const [types, modifiers] = [0, 1].map((half) => keys.map((key) => Number(key.split('/')[half])));
    const { rows } = await this.db.query<{ name: string }>(sqlFile('changes/type-names'), { types, modifiers });
    return rows.map(({ name }) => name);
  }
}

/** Of a message that this version of the protocol does not have. */
export const strange = (what: string): Fault =>
  new Fault('permanent', `the server's log holds what openkite does not understand: ${what}`, {
    code: 'BAD_MESSAGE',
    safe: 'nothing of it was taken',
  });
