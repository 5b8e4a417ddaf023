import type { Finding, Grant } from '../../src/connector/connector.js';
import type { Divergence, Loader, Mapping, Miscount } from '../../src/connector/loader.js';
import type { Db, Tx } from '../../src/db/db.js';
import { serverIdentity } from '../../src/db/postgres/identity.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import type { ChangedTable, FarValues, RowChange, Window } from '../../src/model/change.js';
import { beyond } from '../../src/model/counter.js';
import type { Layout } from '../../src/model/layout.js';
import {
  storedColumns,
  tableName,
  type Encoding,
  type Schema,
  type SequenceValue,
  type Table,
} from '../../src/model/schema.js';
import type { Step } from '../../src/model/step.js';
import { Applier } from './apply/applier.js';
import { checkTarget } from './check.js';
import { qualified } from './create-table.js';
import { targetGrants } from './grants.js';
import { translate, type Translation } from './foreign/translate.js';
import { sameMapping, withOverrides } from './mapping.js';
import { identitySteps, sequenceSteps } from './sequences.js';
import { steps } from './steps.js';

/** Of the extractors whose definitions can be used as they are. */
const DIALECT = 'postgres';

const placeOf = ({ schema, table }: Layout): string => qualified({ schema, name: table });

/** One session on a PostgreSQL target. */
export class PgLoader implements Loader {
  readonly db: Db;
  readonly #applier = new Applier();
  #learned: Schema | undefined;

  constructor(
    private readonly pg: PgDb,
    private readonly major: number,
    private readonly geometry?: string,
  ) {
    this.db = pg;
  }

  identity(): Promise<string> {
    return serverIdentity(this.pg);
  }

  learn(schema: Schema): void {
    this.#learned = schema;
    this.#applier.learn(schema);
  }

  mapping(schema: Schema): Mapping {
    return schema.dialect === DIALECT ? sameMapping(schema) : this.#translate(schema).mapping;
  }

  steps(schema: Schema): Step[] {
    return steps(this.#own(schema), this.major);
  }

  sequenceSteps(values: readonly SequenceValue[], margin = 0): Step[] {
    const schema = this.#learned;
    const wanted = values.map((value) => beyond(value, margin));
    if (schema === undefined || schema.dialect === DIALECT) return sequenceSteps(wanted);
    return identitySteps(wanted, this.#own(schema));
  }

  async logPosition(): Promise<string> {
    const { rows } = await this.pg.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    return rows[0]?.lsn ?? '';
  }

  /** Before 14, arrays and composites of our own types are refused in binary: their type numbers differ there. What the
   * operator wants done to a value is done to its text. */
  accepts(table: Table): readonly Encoding[] {
    const columns = storedColumns(table);
    const refused = this.major < 14 && columns.some((column) => column.numbered);
    return refused || columns.some(({ override }) => override) ? ['text'] : ['pgcopy', 'text'];
  }

  targetName(table: Table): string {
    return qualified(table);
  }

  layout(table: Table, encoding: Encoding): Layout {
    return { schema: table.schema, table: table.name, columns: storedColumns(table).map((c) => c.name), encoding };
  }

  write(tx: Tx, layout: Layout, rows: AsyncIterable<Uint8Array>): Promise<number> {
    const poured = this.#applier.pour(tx, layout, rows);
    if (poured !== undefined) return poured;
    const columns = layout.columns.map(quoteIdentifier).join(', ');
    const into = placeOf(layout) + (columns && ` (${columns})`);
    return tx.load(`COPY ${into} FROM STDIN${layout.encoding === 'pgcopy' ? ' (FORMAT binary)' : ''}`, rows);
  }

  prepareApply(): Promise<string | undefined> {
    return this.#applier.prepare(this.pg);
  }

  apply(tx: Tx, window: Window): Promise<Miscount[]> {
    return this.#applier.apply(tx, window);
  }

  replay(
    tx: Tx,
    changes: AsyncIterable<RowChange>,
    far: FarValues,
    tell: (found: Divergence) => Promise<void>,
  ): Promise<void> {
    return this.#applier.replay(tx, changes, far, tell);
  }

  truncate(tx: Tx, tables: readonly ChangedTable[], options: { readonly restart: boolean }): Promise<void> {
    return this.#applier.truncate(tx, tables, options);
  }

  async empty(tx: Tx, layouts: readonly Layout[]): Promise<void> {
    await tx.query(`TRUNCATE ${layouts.map((layout) => `ONLY ${placeOf(layout)}`).join(', ')}`);
  }

  emptying(targets: readonly string[]): string[] {
    return [`TRUNCATE TABLE ${targets.join(', ')}`];
  }

  async countRows(layout: Layout): Promise<number | undefined> {
    const name = placeOf(layout);
    const { rows: there } = await this.pg.query('SELECT 1 WHERE to_regclass(:name) IS NOT NULL', { name });
    if (there.length === 0) return undefined;
    const { rows } = await this.pg.query<{ count: string }>(`SELECT count(*) FROM ONLY ${name}`);
    return Number(rows[0]?.count);
  }

  async existing(tables: readonly Table[]): Promise<string[]> {
    const names = new Map(tables.map((table) => [qualified(table), tableName(table)]));
    const { rows } = await this.pg.query<{ name: string }>(
      'SELECT n.name FROM unnest(:names::text[]) AS n(name) WHERE to_regclass(n.name) IS NOT NULL',
      { names: [...names.keys()] },
    );
    return rows.map((row) => names.get(row.name) ?? row.name);
  }

  check(schema: Schema): Promise<Finding[]> {
    return checkTarget(this.pg, this.#own(schema), this.geometry);
  }

  grants(schema: Schema, login?: string): Promise<Grant[]> {
    return targetGrants(this.pg, this.#own(schema), login);
  }

  /** In this server's words. */
  #own(schema: Schema): Schema {
    return schema.dialect === DIALECT ? withOverrides(schema) : this.#translate(schema).schema;
  }

  #translate(schema: Schema): Translation {
    return translate(schema, { major: this.major, geometry: this.geometry });
  }

  close(): Promise<void> {
    return this.pg.close();
  }
}
