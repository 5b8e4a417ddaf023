import { Fault } from '../../src/base/fault.js';
import type { Encoding, Table } from '../../src/model/schema.js';
import { storedColumns } from '../../src/model/schema.js';
import type { Slice } from '../../src/connector/extractor.js';
import { quoteIdentifier, quoteLiteral } from '../../src/db/postgres/quote.js';

/**
 * What a slice's bounds say, kept as JSON in its `DE` row. Pages and keys are half-open; `null` is open-ended,
 * as the first and the last slice always are, so that rows beyond the edges seen at planning are not missed.
 */
export type Bounds =
  | { readonly all: true }
  | { readonly pages: readonly [number | null, number | null] }
  | { readonly key: string; readonly from: string | null; readonly to: string | null };

/** What the catalog says of a table's size and its key, read under the snapshot's session. */
export interface Extent {
  readonly pages: number;
  /** Of the table and its out-of-line values. */
  readonly bytes: number;
  /** The first column of the primary key, and its values at even distances: bounds for servers without TID ranges. */
  readonly key?: { readonly column: string; readonly bounds: readonly string[] };
  /** From PostgreSQL 14 a ctid range is read without scanning the rest of the table. */
  readonly tidRanges: boolean;
}

/** Cuts a table into slices of about `bytes`. Any choice of bounds reads every row once; they only differ in balance. */
export function planSlices(table: Table, encoding: Encoding, extent: Extent, bytes: number): Slice[] {
  const wanted = Math.min(Math.ceil(extent.bytes / bytes), Math.max(1, extent.pages));
  return boundsFor(extent, wanted).map((bounds) => ({ table, encoding, bounds: JSON.stringify(bounds) }));
}

function boundsFor(extent: Extent, wanted: number): Bounds[] {
  if (wanted <= 1) return [{ all: true }];
  if (extent.tidRanges) {
    const step = Math.ceil(extent.pages / wanted);
    const edges = Array.from({ length: Math.ceil(extent.pages / step) - 1 }, (_, i) => (i + 1) * step);
    return between(edges).map((pages) => ({ pages }));
  }
  const { key } = extent;
  if (!key || key.bounds.length === 0) return [{ all: true }];
  const edges = evenly(key.bounds, wanted - 1);
  return between(edges).map(([from, to]) => ({ key: key.column, from, to }));
}

const between = <T>(edges: readonly T[]): [T | null, T | null][] =>
  Array.from({ length: edges.length + 1 }, (_, i) => [edges[i - 1] ?? null, edges[i] ?? null]);

/** At most `count` of the values, spread evenly, none twice. */
function evenly(values: readonly string[], count: number): string[] {
  if (values.length <= count) return [...new Set(values)];
  const picked = Array.from(
    { length: count },
    (_, i) => values[Math.floor(((i + 1) * values.length) / (count + 1))] ?? '',
  );
  return [...new Set(picked)];
}

/** The COPY that reads a slice. A whole table is read without a query around it, which is a little faster. */
export function copyStatement(slice: Slice): string {
  const { table, encoding } = slice;
  const columns = storedColumns(table)
    .map((c) => quoteIdentifier(c.name))
    .join(', ');
  const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
  const bounds = parseBounds(slice);
  const where = condition(bounds);
  const what =
    where === undefined
      ? `${name}${columns && ` (${columns})`}`
      : `(SELECT ${columns} FROM ONLY ${name} WHERE ${where}${inOrder(table, bounds)})`;
  return `COPY ${what} TO STDOUT${encoding === 'pgcopy' ? ' (FORMAT binary)' : ''}`;
}

/**
 * A chunk that is made again must have its rows in the same order, for its mark says how many of them are in. Pages are
 * read in their order; by key, whatever plan the server takes, the key gives it.
 */
function inOrder(table: Table, bounds: Bounds): string {
  const key = table.constraints.find((constraint) => constraint.kind === 'primary key');
  return 'key' in bounds && key ? ` ORDER BY ${key.columns.map(quoteIdentifier).join(', ')}` : '';
}

function parseBounds({ bounds, table }: Slice): Bounds {
  try {
    return JSON.parse(bounds) as Bounds;
  } catch {
    throw new Fault(
      'permanent',
      `the slice bounds ${JSON.stringify(bounds)} in wirekite_progress.position are not openkite's`,
      {
        place: { table: `${table.schema}.${table.name}` },
        hint: 'do not edit DE rows; reload the table',
      },
    );
  }
}

function condition(bounds: Bounds): string | undefined {
  if ('all' in bounds) return undefined;
  const [what, from, to] =
    'pages' in bounds
      ? ['ctid', ...bounds.pages.map((page) => (page === null ? null : `'(${Number(page)},0)'::pg_catalog.tid`))]
      : [quoteIdentifier(bounds.key), ...[bounds.from, bounds.to].map((v) => (v === null ? null : quoteLiteral(v)))];
  return [from && `${what} >= ${from}`, to && `${what} < ${to}`].filter(Boolean).join(' AND ');
}
