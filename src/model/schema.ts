/**
 * What a source holds, as its extractor describes it and `.skt` / `.okt` carry it. Definitions are in the
 * source's own words (`dialect`); a loader of the same dialect uses them as they are, any other translates
 * from the neutral fields. Every thing that can be created has an `id`, and `needs` names the ids that must
 * exist before it, so that any order which respects `needs` restores.
 *
 * Ids: `<kind> <name>`, in the source's own words, qualified, quoted where they must be: `table public.film`,
 * `table constraint film_pkey on public.film`, `function public.f(integer)`; what is made apart from its object:
 * `owner of table public.film`.
 */

import type { ValueType } from './type.js';

/** A table's name in the control tables and in configuration: `schema.table`, unescaped. */
export type TableName = string;

export interface Schema {
  /** The folder name of the connector family whose words the definitions are in. */
  readonly dialect: string;
  readonly serverVersion: string;
  /** The schema in which the source finds a table that is named without one. */
  readonly home: string;
  readonly tables: readonly Table[];
  readonly objects: readonly SchemaObject[];
  /** What the source has and this schema leaves out, one sentence each: never silently. */
  readonly notMoved: readonly string[];
}

export interface Table {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly Column[];
  /** False for a partitioned root, a foreign table: there is nothing to copy from the table itself. */
  readonly hasRows: boolean;
  readonly partition?: Partition;
  /** Parents by plain inheritance, qualified, in order. */
  readonly inherits: readonly string[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  /** Anything else of CREATE TABLE: storage parameters, access method, UNLOGGED, OF type. */
  readonly options: TableOptions;
  readonly needs: readonly string[];
  /** From the catalog's statistics; 0 where it has none. Bytes include out-of-line values. */
  readonly rowsEstimated: number;
  readonly bytesEstimated: number;
  /** Chunk encodings that this source can write for it, the best first. */
  readonly encodings: readonly Encoding[];
  readonly comment?: string;
}

export type Encoding = 'pgcopy' | 'text';

export interface Column {
  readonly name: string;
  /** With modifiers, qualified where not built in: `numeric(10,2)`, `public.mpaa_rating`. */
  readonly type: string;
  /** What its values are, for engines that do not know the type. */
  readonly value: ValueType;
  /** Its binary form carries numbers that the source gave to types: not every target takes those. */
  readonly numbered: boolean;
  readonly nullable: boolean;
  /** NOT NULL in the dialect's words, with its name where it has one; absent where a parent says it. */
  readonly notNull?: string;
  readonly collation?: string;
  readonly default?: Default;
  readonly generated?: { readonly expression: string; readonly stored: boolean };
  readonly identity?: Identity;
  /** Where no value is given it counts up: an identity, a sequence, AUTO_INCREMENT. */
  readonly counts?: boolean;
  /** Set to the time of every update that does not set it. */
  readonly onUpdateNow?: boolean;
  readonly comment?: string;
  /** What the operator wants instead of what a loader of another dialect, or the same, would do. */
  readonly override?: Override;
  /** Further column options in the dialect's words: STORAGE, COMPRESSION, SET STATISTICS. */
  readonly options: readonly string[];
  /** False where the column comes from a parent and must not be declared again. */
  readonly local: boolean;
}

export interface Definition {
  readonly id: string;
  readonly definition: string;
  readonly needs: readonly string[];
}

export interface Default extends Definition {
  /** The same in neutral words, where it is that simple. */
  readonly plain?: PlainDefault;
}

/** `value`: its canonical text. `now`: the time, with so many digits of a second. */
export type PlainDefault = { readonly value: string } | { readonly now: number };

/** In the target's words. */
export interface Override {
  readonly type?: string;
  /** SQL in which `:value` stands for the canonical text; may change it. */
  readonly expression?: string;
}

export interface Identity {
  readonly always: boolean;
  /** Qualified name of the sequence behind it, and its options in the dialect's words. */
  readonly sequence: string;
  readonly options: string;
}

export interface Partition {
  /** `RANGE (day)` for a root, absent for a leaf. */
  readonly by?: string;
  /** Qualified parent and bound (`FOR VALUES …`, `DEFAULT`), absent for the topmost root. */
  readonly of?: { readonly parent: string; readonly bound: string };
}

export interface TableOptions {
  readonly unlogged: boolean;
  readonly parameters: readonly string[];
  readonly accessMethod?: string;
  readonly ofType?: string;
}

export interface Constraint extends Definition {
  readonly name: string;
  readonly kind: 'primary key' | 'unique' | 'check' | 'exclusion' | 'foreign key' | 'not null';
  readonly columns: readonly string[];
  /** Inherited from a parent, and so created with it. */
  readonly inherited: boolean;
  readonly deferrable: boolean;
  /** False for a constraint that the source itself holds NOT VALID. */
  readonly validated: boolean;
  /** Of a key: the statement that makes its index alone, where one that exists can be made a key. */
  readonly build?: string;
  /** Of a key: its index, and the partitioned index to which that is attached. */
  readonly index?: IndexPlace;
  readonly references?: References;
  /** Of a check: its condition in the dialect's words. */
  readonly condition?: string;
}

export interface References {
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly onDelete: Referential;
  readonly onUpdate: Referential;
  /** What these do to rows of the referring table is not in the source's log: whoever applies changes has to do it. */
  readonly unlogged?: boolean;
}

export type Referential = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface Index extends Definition {
  readonly name: string;
  readonly unique: boolean;
  readonly columns: readonly string[];
  readonly index: IndexPlace;
  /** In neutral words; absent where only its dialect can say it. */
  readonly plain?: PlainIndex;
}

export interface PlainIndex {
  readonly method: 'ordered' | 'hash' | 'fulltext' | 'spatial';
  readonly parts: readonly { readonly column: string; readonly length?: number; readonly descending: boolean }[];
}

/** Qualified names, quoted where they must be. */
export interface IndexPlace {
  readonly name: string;
  readonly parent?: string;
}

/** Anything that is no table: type, function, view, trigger, rule, policy, grant, comment … */
export interface SchemaObject {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** The table it hangs on, if any: that table's exclusion leaves it out too. */
  readonly table?: TableName;
  readonly statements: readonly string[];
  readonly needs: readonly string[];
  /** Ids that come first where they are made at all. */
  readonly after?: readonly string[];
  /** When it may be made: before rows, once rows are in, or only at the end (cutover). */
  readonly when: 'before rows' | 'after rows' | 'at cutover';
  /** A failure is reported with the statement and does not stop the run (owner or role missing there). */
  readonly optional?: boolean;
  /** Takes it back before its table's rows are loaded anew. */
  readonly undo?: readonly string[];
  /** The role that it names: without it on the target it fails. */
  readonly role?: string;
  /** A statement that makes it without what it needs in a circle; `statements` then replace it. */
  readonly shell?: string;
}

/** Where a sequence stands, read when the last row is in. */
export interface SequenceValue {
  readonly sequence: string;
  readonly last: string;
  readonly called: boolean;
  /** What is added each time; may be negative. Absent: 1. */
  readonly increment?: string;
  /** The last value that it can take. Absent: unknown, and then it is set without a margin. */
  readonly limit?: string;
  /** The column that counts by it. */
  readonly column?: { readonly table: TableName; readonly name: string };
}

/** Columns that have values of their own: what a `.dkt` carries, in order. Generated ones are computed there. */
export const storedColumns = (table: Table): Column[] => table.columns.filter((c) => c.generated === undefined);

export const tableName = (table: Pick<Table, 'schema' | 'name'>): TableName => `${table.schema}.${table.name}`;
