import { fits } from '../model/pattern.js';
import { tableName, type Table, type TableName } from '../model/schema.js';
import { relations, type Family, type ForeignKey, type Relations } from './foreign-keys.js';

/** The derived phases, in their order. */
const DERIVED = ['reference', 'master', 'transaction', 'detail', 'archive'] as const;

type Derived = (typeof DERIVED)[number];

/** Puts tables into a phase, whatever would be derived for them. Patterns as in `tables.include`. */
export interface PhaseRule {
  readonly name: string;
  readonly tables: readonly string[];
}

export interface Phasing {
  /** All names in their order, also of phases that no table is in. */
  readonly names: readonly string[];
  /** Index in `names` by table. */
  readonly of: ReadonlyMap<TableName, number>;
  readonly deferred: readonly ForeignKey[];
}

/** Up to here a table is small. */
const SMALL = { rows: 10_000, bytes: 16 << 20 };

/** What is kept of old times, by its name: `orders_archive`, `history_2019`, `audit_log`. */
const OLD = /(^|[._])(archived?|history|hist|audit|logs?|backup|bak|old)([._]|\d|$)/i;

/**
 * Which phase each table is in. The first rule that fits holds; `rules` of the configuration come before all of these:
 *
 * - archive: nothing refers to it, and its name says that it is old; or it has no relation at all and is not small, in a
 *   database where most tables have relations.
 * - reference: it refers to nothing, and is small.
 * - master: it refers to nothing but reference tables.
 * - detail: it refers to a transaction table, and nothing refers to it.
 * - transaction: all others. They refer to master tables, or to each other.
 *
 * So no table is before one that it refers to, but by a deferred key or a rule. Small: up to 10,000 rows and 16 MiB, by the
 * source's statistics. A partition is where its topmost table is.
 */
export function phasesOf(tables: readonly Table[], rules: readonly PhaseRule[] = []): Phasing {
  const found = relations(tables);
  const derived = derive(found);
  const names = namesOf(rules);
  const of = new Map(
    found.families.flatMap(({ name, members }) =>
      members.map((member) => {
        const wanted = ruleFor(tableName(member), rules)?.name ?? derived.get(name) ?? 'transaction';
        return [tableName(member), names.indexOf(wanted)];
      }),
    ),
  );
  return { names, of, deferred: found.deferred };
}

/** The first rule that names the table. */
const ruleFor = (name: TableName, rules: readonly PhaseRule[]): PhaseRule | undefined =>
  rules.find(({ tables }) => tables.some((pattern) => fits(pattern, name)));

/** A name that is not derived comes after the one before it in the file, or first of all. */
function namesOf(rules: readonly PhaseRule[]): string[] {
  const names: string[] = [...DERIVED];
  let last = -1;
  for (const { name } of rules) {
    if (!names.includes(name)) names.splice(last + 1, 0, name);
    last = names.indexOf(name);
  }
  return names;
}

function derive({ families, parents, referred }: Relations): Map<TableName, Derived> {
  const of = new Map<TableName, Derived>();
  const related = families.filter(({ name }) => referred.has(name) || parents.get(name)?.length).length;
  for (const family of families) {
    const above = (parents.get(family.name) ?? []).flatMap((name) => of.get(name) ?? []);
    const isReferred = referred.has(family.name);
    of.set(family.name, derivedOf(family, { above, isReferred, inCompany: related * 2 > families.length }));
  }
  return of;
}

interface Place {
  /** The phases of what it refers to. */
  readonly above: readonly Derived[];
  readonly isReferred: boolean;
  /** Most tables have relations. */
  readonly inCompany: boolean;
}

function derivedOf(family: Family, { above, isReferred, inCompany }: Place): Derived {
  const small = isSmall(family);
  const lonely = above.length === 0 && !isReferred;
  if (!isReferred && OLD.test(family.name)) return 'archive';
  if (lonely && !small) return inCompany ? 'archive' : 'transaction';
  if (above.length === 0 && small) return 'reference';
  if (above.every((phase) => phase === 'reference')) return 'master';
  return !isReferred && above.includes('transaction') ? 'detail' : 'transaction';
}

function isSmall({ members }: Family): boolean {
  const sum = (of: (table: Table) => number) => members.reduce((all, member) => all + of(member), 0);
  return sum((table) => table.rowsEstimated) <= SMALL.rows && sum((table) => table.bytesEstimated) <= SMALL.bytes;
}
