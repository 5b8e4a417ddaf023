import type { Params, Result, Row, Tx } from '../../../src/db/db.js';
import { fieldsOf, nextFar, parameterOf } from '../../../src/format/fields.js';
import { pieces } from '../../../src/format/pieces.js';
import type { FarValues } from '../../../src/model/change.js';
import type { Staged } from './acts.js';

/** Up to so many values, and bytes, go along with their statement. */
const FEW = 200;
const SMALL = 1 << 16;

/** After so many statements, tables that were long not used are emptied too. */
const FRESHEN = 1000;

/**
 * Rows on their way into a table. Few are parameters of the statement: one round trip, and nothing to tidy up. More are
 * copied into a temporary table, which is made once for each list of types, and emptied after use.
 */
export class Staging {
  readonly #tables = new Map<string, string>();
  /** Made in a transaction whose end is not known yet, by their types. */
  readonly #unsure = new Map<string, Tx>();
  #made = 0;
  #runs = 0;

  /** Runs the statement over the rows. Returns how many rows of its table it changed. */
  async run(tx: Tx, staged: Staged, far: FarValues | undefined): Promise<number> {
    return (await this.query(tx, staged, far)).count;
  }

  /** The same, for what the statement returns. */
  async query<R extends Row>(
    tx: Tx,
    { types, rows, statement }: Staged,
    far: FarValues | undefined,
  ): Promise<Result<R>> {
    if ((this.#runs += 1) % FRESHEN === 0) await this.#freshen(tx);
    if (isFew(rows, types.length, far)) {
      const { from, params } = parameters(rows, types);
      return tx.query<R>(statement(from), params);
    }
    return this.pour(tx, types, pieces(rows, far), statement);
  }

  /** The same for rows that arrive as a stream. */
  async pour<R extends Row>(
    tx: Tx,
    types: readonly string[],
    rows: AsyncIterable<Uint8Array>,
    statement: Staged['statement'],
  ): Promise<Result<R>> {
    const table = await this.#table(tx, types);
    await tx.load(`COPY ${table} FROM STDIN`, rows);
    const result = await tx.query<R>(statement(`${table} AS s`));
    await tx.query(`TRUNCATE ${table}`);
    return result;
  }

  /** No vacuum looks after temporary tables, and one that nobody empties holds back the age of the whole database. */
  async #freshen(tx: Tx): Promise<void> {
    await this.#settle(tx);
    if (this.#tables.size > 0) await tx.query(`TRUNCATE ${[...this.#tables.values()].join(', ')}`);
  }

  /** After a failure: what was made in this transaction may be gone again. */
  forget(tx: Tx): void {
    for (const [shape, maker] of this.#unsure) if (maker === tx) this.#drop(shape);
  }

  async #table(tx: Tx, types: readonly string[]): Promise<string> {
    await this.#settle(tx);
    const shape = types.join(', ');
    const known = this.#tables.get(shape);
    if (known !== undefined) return known;
    const table = `pg_temp.openkite_${(this.#made += 1)}`;
    await tx.query(`CREATE TEMP TABLE ${table} (${types.map((type, i) => `c${i} ${type}`).join(', ')})`);
    this.#tables.set(shape, table);
    this.#unsure.set(shape, tx);
    return table;
  }

  /** Looks which of the tables that earlier transactions made are there. */
  async #settle(tx: Tx): Promise<void> {
    for (const [shape, maker] of this.#unsure) {
      if (maker === tx) continue;
      const name = this.#tables.get(shape);
      const { rows } = await tx.query('SELECT 1 WHERE to_regclass(:name) IS NOT NULL', { name });
      if (rows.length === 0) this.#drop(shape);
      this.#unsure.delete(shape);
    }
  }

  #drop(shape: string): void {
    this.#tables.delete(shape);
    this.#unsure.delete(shape);
  }
}

function isFew(rows: readonly Uint8Array[], columns: number, far: FarValues | undefined): boolean {
  if (rows.length * columns > FEW) return false;
  if (rows.reduce((sum, row) => sum + row.length, 0) > SMALL) return false;
  return far === undefined || rows.every((row) => nextFar(row, 0) === undefined);
}

function parameters(rows: readonly Uint8Array[], types: readonly string[]): { from: string; params: Params } {
  const params: Record<string, string | null> = {};
  const tuples = rows.map((row, r) => {
    const values = fieldsOf(row, types.length).map((field, c) => {
      params[`v${r}_${c}`] = parameterOf(field);
      return `CAST(:v${r}_${c} AS ${types[c]})`;
    });
    return `(${values.join(', ')})`;
  });
  return { from: `(VALUES ${tuples.join(', ')}) AS s (${types.map((_, i) => `c${i}`).join(', ')})`, params };
}
