import { Fault } from '../../src/base/fault.js';
import { probe } from '../../src/base/probe.js';
import type { Slice, Snapshot } from '../../src/connector/extractor.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { quoteIdentifier, quoteLiteral } from '../../src/db/postgres/quote.js';
import type { ByteSink } from '../../src/model/bytes.js';
import type { Position } from '../../src/model/position.js';
import { tableName, type Encoding, type Table } from '../../src/model/schema.js';
import { copyStatement, planSlices, type Extent } from './slices.js';
import { sqlFile } from './sql-file.js';

const LOCK_SECONDS = 10;
const qualified = (t: Table) => `${quoteIdentifier(t.schema)}.${quoteIdentifier(t.name)}`;

/**
 * Opens a snapshot, exports it, and locks the tables against rewriting; they stay locked (ACCESS SHARE: only DDL
 * waits) until the snapshot is closed. A table that was rewritten between export and lock looks empty or
 * scrambled under it and is returned in `rewritten`.
 */
export async function openSnapshot(db: PgDb, tables: readonly Table[]): Promise<Snapshot> {
  await db.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  return hold(db, tables, '');
}

/** The same with the snapshot that a new slot has exported, whose position is exact. The slot may go afterwards. */
export async function openExactSnapshot(
  db: PgDb,
  tables: readonly Table[],
  slot: { readonly ticket: string; readonly position: Position },
): Promise<Snapshot> {
  await join(db, slot.ticket);
  return hold(db, tables, slot.position);
}

async function hold(db: PgDb, tables: readonly Table[], position: Position): Promise<Snapshot> {
  const exported = await db.query<{ ticket: string }>('SELECT pg_export_snapshot() AS ticket');
  probe('S5');
  await lock(db, tables);
  const names = tables.map(qualified);
  const gone = await db.query<{ name: string }>(sqlFile('rewritten-tables'), { names });
  const rewritten = new Set(gone.rows.map((row) => row.name));
  const ticket = exported.rows[0]?.ticket ?? '';
  return new PgSnapshot(db, { position, ticket, rewritten: tables.filter((t) => rewritten.has(qualified(t))) });
}

/** Joins a snapshot that another session holds. Fault `SNAPSHOT_LOST` when that session is gone. */
export async function joinSnapshot(db: PgDb, ticket: string): Promise<Snapshot> {
  await join(db, ticket);
  return new PgSnapshot(db, { position: '', ticket, rewritten: [] });
}

async function join(db: PgDb, ticket: string): Promise<void> {
  await db.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await db.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(ticket)}`);
  } catch (cause) {
    await db.query('ROLLBACK');
    throw lost(ticket, cause);
  }
}

/** 22023, in newer versions 42704: no such snapshot; 55000: its transaction ended while we joined. Anything else is what it is. */
function lost(ticket: string, cause: unknown): unknown {
  if (!(cause instanceof Fault) || !['22023', '42704', '55000'].includes(cause.code ?? '')) return cause;
  return new Fault('transient', `the snapshot ${ticket} is gone: the session that held it has ended`, {
    code: 'SNAPSHOT_LOST',
    safe: 'sealed chunks stay valid; tables caught in the middle are emptied and read again',
    cause,
  });
}

async function lock(db: PgDb, tables: readonly Table[]): Promise<void> {
  if (tables.length === 0) return;
  await db.query(`SET LOCAL lock_timeout = '${LOCK_SECONDS}s'`);
  await db.query(`LOCK TABLE ONLY ${tables.map(qualified).join(', ONLY ')} IN ACCESS SHARE MODE`);
}

interface ExtentRow extends Record<string, unknown> {
  readonly pages: string;
  readonly bytes: string;
  readonly tid_ranges: boolean;
  readonly key_column: string | null;
  /** A JSON array of texts. */
  readonly key_bounds: string | null;
}

class PgSnapshot implements Snapshot {
  /** Only that of a slot is exact: no place in the log belongs to an exported snapshot alone. */
  readonly position: Position;
  readonly ticket: string;
  readonly rewritten: readonly Table[];

  constructor(
    private readonly db: PgDb,
    { position, ticket, rewritten }: Pick<Snapshot, 'position' | 'ticket' | 'rewritten'>,
  ) {
    this.position = position;
    this.ticket = ticket;
    this.rewritten = rewritten;
  }

  async slices(table: Table, encoding: Encoding, bytes: number): Promise<Slice[]> {
    const { rows } = await this.db.query<ExtentRow>(sqlFile('table-extent'), { name: qualified(table) });
    const row = rows[0];
    if (!row) throw new Fault('permanent', 'the table is not there any more', { place: { table: tableName(table) } });
    const { key_column: column, key_bounds: bounds } = row;
    const key = column === null || bounds === null ? {} : { key: { column, bounds: JSON.parse(bounds) as string[] } };
    const extent: Extent = { pages: Number(row.pages), bytes: Number(row.bytes), tidRanges: row.tid_ranges, ...key };
    return planSlices(table, encoding, extent, bytes);
  }

  copy(slice: Slice, to: ByteSink): Promise<number> {
    return this.db.unload(copyStatement(slice), to);
  }

  async hold(): Promise<void> {
    await this.db.query('SELECT 1');
  }

  async close(): Promise<void> {
    await this.db.query('ROLLBACK');
  }
}
