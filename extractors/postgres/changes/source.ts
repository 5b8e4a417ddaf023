import { randomBytes } from 'node:crypto';
import type { Grant } from '../../../src/connector/connector.js';
import type {
  CatalogDifference,
  ChangeSource,
  LogSample,
  Provision,
  Snapshot,
} from '../../../src/connector/extractor.js';
import { formatLsn, parseLsn } from '../../../src/db/postgres/lsn.js';
import type { PgDb } from '../../../src/db/postgres/pg-db.js';
import { quoteIdentifier } from '../../../src/db/postgres/quote.js';
import type { Wire } from '../../../src/db/postgres/wire.js';
import type { ChangeSink } from '../../../src/model/change.js';
import type { Position } from '../../../src/model/position.js';
import type { SchemaObject, Table } from '../../../src/model/schema.js';
import type { Step } from '../../../src/model/step.js';
import { openExactSnapshot } from '../snapshot.js';
import { catalogFingerprint, findDifferences } from './differences.js';
import { Describer } from './followed.js';
import { refuseGap } from './gap.js';
import { changeGrants } from './grants.js';
import { planProvision, publicationsOf } from './provision.js';
import { ChangeReader } from './reader.js';
import { sampleLog } from './sample.js';
import { createSlot, dropLeftover, freeSlot, readSlot } from './slot.js';

const SILENCE_SECONDS = 60;
const LOCK_SECONDS = 3;
const FIRST_WITH_MESSAGES = 140_000;
const MOST_OF_A_NAME = 63;

/** Follows a PostgreSQL source through a logical slot and two publications, all named after the stream. */
export class PgChanges implements ChangeSource {
  #released: bigint | undefined;

  constructor(
    private readonly db: PgDb,
    private readonly replication: () => Promise<Wire>,
    private readonly stream: string,
  ) {}

  provision(tables: readonly Table[], agreed: (table: Table) => boolean): Promise<Provision> {
    return planProvision(this.db, this.stream, tables, agreed);
  }

  grants(provision: Provision, login?: string): Promise<Grant[]> {
    return changeGrants(this.db, this.stream, provision, login);
  }

  perform(step: Step): Promise<void> {
    return this.db.transaction(async (tx) => {
      await tx.query('SET TRANSACTION READ WRITE');
      await tx.query(`SET LOCAL lock_timeout = '${LOCK_SECONDS}s'`);
      for (const statement of step.statements) await tx.query(statement);
    });
  }

  async create(waits: (why: string) => void): Promise<Position> {
    await dropLeftover(this.db, this.stream);
    const wire = await this.replication();
    try {
      return (await createSlot(wire, this.db, { name: this.stream, temporary: false }, waits)).position;
    } finally {
      await wire.close();
    }
  }

  async snapshot(tables: readonly Table[], _readers: number, waits: (why: string) => void): Promise<Snapshot> {
    const wire = await this.replication();
    try {
      const suffix = `_${randomBytes(4).toString('hex')}`;
      const name = this.stream.slice(0, MOST_OF_A_NAME - suffix.length) + suffix;
      const { position, snapshot } = await createSlot(wire, this.db, { name, temporary: true }, waits);
      return await openExactSnapshot(this.db, tables, { position, ticket: snapshot ?? '' });
    } finally {
      await wire.close(); // which drops the slot
    }
  }

  async capture(from: Position, tables: readonly Table[], to: ChangeSink, signal: AbortSignal): Promise<void> {
    await refuseGap(this.db, this.stream, from);
    await freeSlot(this.db, this.stream);
    const command = await this.#command(from);
    const wire = await this.replication();
    try {
      const describer = new Describer(this.db, tables);
      const reader = new ChangeReader(to, { describe: (relation) => describer.describe(relation) });
      const started = () => {
        const checked = refuseGap(this.db, this.stream, from); // somebody may have moved it between the look and the start
        reader.hold(checked);
        checked.catch((error: unknown) => stream.fail(error));
      };
      const stream = wire.replicate(command, reader, {
        started,
        released: () => this.#released,
        silence: SILENCE_SECONDS,
      });
      const stop = () => stream.stop();
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      await stream.ended.finally(() => signal.removeEventListener('abort', stop));
    } finally {
      await wire.close().catch(() => undefined); // it is closed already
    }
  }

  async #command(from: Position): Promise<string> {
    const { rows } = await this.db.query<{ n: number }>(`SELECT current_setting('server_version_num')::int AS n`);
    const options = [
      `proto_version '1'`,
      `publication_names '${publicationsOf(this.stream).map(quoteIdentifier).join(',')}'`,
      ...((rows[0]?.n ?? 0) >= FIRST_WITH_MESSAGES ? [`messages 'true'`] : []),
    ];
    const start = formatLsn(parseLsn(from)); // nothing else can get into the command
    return `START_REPLICATION SLOT ${quoteIdentifier(this.stream)} LOGICAL ${start} (${options.join(', ')})`;
  }

  release(upTo: Position): Promise<void> {
    const lsn = parseLsn(upTo);
    if (this.#released === undefined || lsn > this.#released) this.#released = lsn;
    return Promise.resolve();
  }

  /** What the slot confirms; what it does not yet is said again. */
  async released(): Promise<Position | undefined> {
    return (await readSlot(this.db, this.stream))?.confirmed_flush_lsn ?? undefined;
  }

  compare(a: Position, b: Position): number {
    const [left, right] = [parseLsn(a), parseLsn(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  }

  /** A start position is an end: what commits exactly there is later. */
  includes(start: Position, commit: Position): boolean {
    return this.compare(commit, start) < 0;
  }

  bytes(position: Position): number {
    return Number(parseLsn(position));
  }

  sample(): Promise<LogSample> {
    return sampleLog(this.db, this.stream);
  }

  differences(tables: readonly Table[], objects: readonly SchemaObject[] = []): Promise<CatalogDifference[]> {
    return findDifferences(this.db, this.stream, tables, objects);
  }

  catalogFingerprint(): Promise<string> {
    return catalogFingerprint(this.db, this.stream);
  }

  async remove(): Promise<void> {
    await freeSlot(this.db, this.stream);
    await dropLeftover(this.db, this.stream);
    const statements = publicationsOf(this.stream).map((name) => `DROP PUBLICATION IF EXISTS ${quoteIdentifier(name)}`);
    await this.perform({ id: `remove ${this.stream}`, kind: 'publication', statements, needs: [], bytes: 0 });
  }
}
