import type { MyDb } from '../../src/db/mysql/my-db.js';
import { quoteIdentifier } from '../../src/db/mysql/quote.js';
import type { Column, Table } from '../../src/model/schema.js';
import { beyond, condition, hintFor, keyOf, literalOf, qualified, sliceable, type SliceKey } from './slices.js';

export interface Edges {
  readonly key: readonly string[];
  /** In the key's order; each has a literal for the first columns of the key, or for all that can be cut by. */
  readonly edges: readonly (readonly string[])[];
}

const UNCUT: Edges = { key: [], edges: [] };

/** Where to cut a table into slices of about `bytes`. Any choice reads every row once; they only differ in balance. */
export async function edgesOf(db: MyDb, table: Table, bytes: number): Promise<Edges> {
  const key = keyOf(table);
  const columns = key ? sliceable(key) : [];
  const [first] = columns;
  const size = await sizeOf(db, table);
  if (!key || !first || size.bytes <= bytes || size.rows < 2) return UNCUT;
  const wanted = Math.max(1, Math.ceil((size.rows * bytes) / size.bytes));
  if (first.value.kind === 'integer') {
    const edges = await new Ranges(db, table, key, first, wanted).edges();
    if (edges) return { key: [first.name], edges: edges.map((edge) => [String(edge)]) };
  }
  return { key: columns.map((column) => column.name), edges: await steps(db, table, key, columns, wanted) };
}

async function sizeOf(db: MyDb, { schema, name }: Table): Promise<{ rows: number; bytes: number }> {
  const sql = `SELECT TABLE_ROWS AS n, DATA_LENGTH AS bytes FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = :schema AND TABLE_NAME = :name`;
  const { rows } = await db.query<{ n: string | null; bytes: string | null }>(sql, { schema, name });
  return { rows: Number(rows[0]?.n ?? 0), bytes: Number(rows[0]?.bytes ?? 0) };
}

/** Reads the key once, in its order, and takes every so manieth. For keys that cannot be reckoned with. */
async function steps(db: MyDb, table: Table, key: SliceKey, columns: readonly Column[], rows: number) {
  const names = columns.map((column) => column.name);
  const literals = columns.map((column, i) => `${literalOf(column)} AS k${i}`).join(', ');
  const order = names.map(quoteIdentifier).join(', ');
  const edges: string[][] = [];
  for (;;) {
    const from = edges.at(-1) ?? null;
    const where = from ? ` WHERE ${beyond(names, from)}` : '';
    const source = `${qualified(table)} ${hintFor(key)}${where}`;
    const found = await db.query(`SELECT ${literals} FROM ${source} ORDER BY ${order} LIMIT 1 OFFSET ${rows - 1}`);
    const [row] = found.rows;
    if (!row) return edges;
    edges.push(names.map((_, i) => String(row[`k${i}`])));
  }
}

interface Range {
  readonly from: bigint;
  /** The first value beyond it. */
  readonly to: bigint;
  readonly rows: number;
}

/** In one round trip. */
const BATCH = 200;
/** Each divides a range of values at least by two. */
const ROUNDS = 64;

/**
 * Halves the values of a number, again and again, wherever the server says that there are too many rows: it estimates
 * from its index, without reading. So gaps cost nothing.
 */
class Ranges {
  private readonly name: string;

  constructor(
    private readonly db: MyDb,
    private readonly table: Table,
    private readonly key: SliceKey,
    column: Column,
    private readonly wanted: number,
  ) {
    this.name = column.name;
  }

  /** Undefined: too many rows have one value, so that other columns are needed. */
  async edges(): Promise<bigint[] | undefined> {
    const column = quoteIdentifier(this.name);
    const sql = `SELECT CAST(MIN(${column}) AS CHAR) AS low, CAST(MAX(${column}) AS CHAR) AS high FROM ${qualified(this.table)}`;
    const { low, high } = (await this.db.query<{ low: string | null; high: string | null }>(sql)).rows[0] ?? {};
    if (low == null || high == null) return [];
    let ranges = await this.estimated([[BigInt(low), BigInt(high) + 1n]]);
    for (let round = 0; round < ROUNDS && ranges.some((range) => this.divides(range)); round += 1)
      ranges = await this.divided(ranges);
    const lumps = ranges.filter(({ rows }) => rows > 2 * this.wanted);
    if (lumps.length > 0 && this.key.columns.length > 1) return undefined;
    return this.merged(ranges);
  }

  private divides({ from, to, rows }: Range): boolean {
    return rows > 1.5 * this.wanted && to - from > 1n;
  }

  private async divided(ranges: readonly Range[]): Promise<Range[]> {
    const parts = ranges.flatMap((range) => (this.divides(range) ? this.partsOf(range) : []));
    const fresh = await this.estimated(parts);
    return [...ranges.filter((range) => !this.divides(range)), ...fresh].sort((a, b) => (a.from < b.from ? -1 : 1));
  }

  private partsOf({ from, to, rows }: Range): [bigint, bigint][] {
    const width = to - from;
    const least = BigInt(Math.min(Math.ceil(rows / this.wanted), 1000));
    const count = least < 2n ? 2n : least > width ? width : least;
    const edge = (i: bigint) => from + (width * i) / count;
    return Array.from({ length: Number(count) }, (_, i) => [edge(BigInt(i)), edge(BigInt(i) + 1n)]);
  }

  private async estimated(parts: readonly [bigint, bigint][]): Promise<Range[]> {
    const ranges: Range[] = [];
    for (let i = 0; i < parts.length; i += BATCH) {
      const batch = parts.slice(i, i + BATCH);
      const plans = await this.db.each(batch.map((part) => this.explain(part)).join(';\n'));
      for (const [j, [from, to]] of batch.entries())
        ranges.push({ from, to, rows: Number(plans[j]?.[0]?.['rows'] ?? 0) });
    }
    return ranges;
  }

  private explain([from, to]: readonly [bigint, bigint]): string {
    const where = condition({ key: [this.name], from: [String(from)], to: [String(to)] });
    return `EXPLAIN FORMAT = TRADITIONAL SELECT 1 FROM ${qualified(this.table)} ${hintFor(this.key)} WHERE ${where}`;
  }

  /** Neighbours that are small together are one slice. */
  private merged(ranges: readonly Range[]): bigint[] {
    const edges: bigint[] = [];
    let rows = 0;
    for (const range of ranges) {
      if (rows > 0 && rows + range.rows > 1.5 * this.wanted) {
        edges.push(range.from);
        rows = 0;
      }
      rows += range.rows;
    }
    return edges;
  }
}
