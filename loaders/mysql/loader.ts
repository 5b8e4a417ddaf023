import { Fault } from '../../src/base/fault.js';
import type { Finding, Grant } from '../../src/connector/connector.js';
import type { Divergence, Loader, Mapping, Miscount } from '../../src/connector/loader.js';
import type { Db, Tx } from '../../src/db/db.js';
import { serverIdentity } from '../../src/db/mysql/identity.js';
import type { ChangedTable, FarValues, RowChange, Window } from '../../src/model/change.js';
import { beyond } from '../../src/model/counter.js';
import type { Layout } from '../../src/model/layout.js';
import { storedColumns, type Encoding, type Schema, type SequenceValue, type Table } from '../../src/model/schema.js';
import type { Step } from '../../src/model/step.js';
import { Applier } from './apply/applier.js';
import { asLoaded } from './apply/as-loaded.js';
import { existingTables, rowCount } from './catalog.js';
import { checkTarget } from './check.js';
import { isDone } from './done.js';
import { targetGrants } from './grants.js';
import { loadInto } from './load-data.js';
import { mappingOf } from './mapping.js';
import { endOfLog } from './end-of-log.js';
import { counterSteps, steps } from './steps.js';
import type { Server } from './server.js';
import { Moved, type TargetTable } from './targets.js';

/** One session on a target of this family. */
export class MyLoader implements Loader {
  #moved: Moved | undefined;
  #applier: Applier | undefined;
  readonly isDone = isDone;

  /** `home`: the URL's database. */
  constructor(
    readonly db: Db,
    private readonly home: string,
    private readonly server: Server,
  ) {}

  identity(): Promise<string> {
    return serverIdentity(this.db, this.home);
  }

  learn(schema: Schema): void {
    this.#moved = new Moved(schema, this.home, this.server);
    this.#applier = new Applier(this.#moved);
  }

  private get moved(): Moved {
    if (this.#moved) return this.#moved;
    throw new Fault('permanent', 'the loader has not been told what is moved');
  }

  private get applier(): Applier {
    return this.#applier ?? new Applier(this.moved);
  }

  mapping(schema: Schema): Mapping {
    return mappingOf(new Moved(schema, this.home, this.server));
  }

  steps(schema: Schema): Step[] {
    return steps(new Moved(schema, this.home, this.server));
  }

  sequenceSteps(values: readonly SequenceValue[], margin = 0): Step[] {
    return counterSteps(
      this.moved,
      values.map((value) => beyond(value, margin)),
    );
  }

  accepts(): readonly Encoding[] {
    return ['text'];
  }

  targetName(table: Table): string {
    return this.moved.nameOf(table);
  }

  layout(table: Table, encoding: Encoding): Layout {
    return { schema: table.schema, table: table.name, columns: storedColumns(table).map((c) => c.name), encoding };
  }

  async write(tx: Tx, layout: Layout, rows: AsyncIterable<Uint8Array>): Promise<number> {
    const { name, columns } = this.#target(layout);
    const into = columns.map((column) => ({ name: column.name, ...(column.plain ? {} : { from: column.from }) }));
    try {
      return await tx.load(loadInto(name, into), asLoaded(rows));
    } catch (error) {
      throw error instanceof Fault ? error.at({ table: `${layout.schema}.${layout.table}` }) : error;
    }
  }

  prepareApply(): Promise<string | undefined> {
    return this.applier.prepare(this.db);
  }

  apply(tx: Tx, window: Window): Promise<Miscount[]> {
    return this.applier.apply(tx, window);
  }

  replay(
    tx: Tx,
    changes: AsyncIterable<RowChange>,
    far: FarValues,
    tell: (found: Divergence) => Promise<void>,
  ): Promise<void> {
    return this.applier.replay(tx, changes, far, tell);
  }

  truncate(tx: Tx, tables: readonly ChangedTable[]): Promise<void> {
    return this.applier.truncate(tx, tables);
  }

  /** TRUNCATE would commit. */
  async empty(tx: Tx, layouts: readonly Layout[]): Promise<void> {
    for (const layout of layouts) await tx.query(`DELETE FROM ${this.#target(layout).name}`);
  }

  /** One after the other, and not those that a foreign key refers to unless it is told not to look. */
  emptying(targets: readonly string[]): string[] {
    const truncates = targets.map((target) => `TRUNCATE TABLE ${target}`);
    return ['SET foreign_key_checks = 0', ...truncates, 'SET foreign_key_checks = 1'];
  }

  countRows(layout: Layout): Promise<number | undefined> {
    return rowCount(this.db, this.#target(layout).name);
  }

  existing(tables: readonly Table[]): Promise<string[]> {
    return existingTables(this.db, this.moved, tables);
  }

  check(schema: Schema): Promise<Finding[]> {
    return checkTarget(this.db, new Moved(schema, this.home, this.server));
  }

  grants(schema: Schema, login?: string): Promise<Grant[]> {
    return targetGrants(this.db, new Moved(schema, this.home, this.server), login);
  }

  logPosition(): Promise<string> {
    return endOfLog(this.db, this.server);
  }

  close(): Promise<void> {
    return this.db.close();
  }

  #target({ schema, table }: Layout): TargetTable {
    const found = this.moved.target(schema, table);
    if (found) return found;
    throw new Fault('permanent', `the loader was not told of the table ${schema}.${table}`);
  }
}
