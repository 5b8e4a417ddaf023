import type { Finding } from '../../src/connector/connector.js';
import type { Extractor, Snapshot } from '../../src/connector/extractor.js';
import { serverIdentity } from '../../src/db/mysql/identity.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import type { Schema, SequenceValue, Table } from '../../src/model/schema.js';
import { readSchema } from './catalog/read-schema.js';
import { readSequences } from './catalog/sequences.js';
import { checkSource } from './check.js';
import { readServer } from './server.js';
import { joinSnapshot, openSnapshot, type JoinedSnapshot } from './snapshot.js';

/** One session on a source of MySQL's family; more are opened for snapshots, all within this process. */
export class MyExtractor implements Extractor {
  /** What is closed with it. */
  #held: Snapshot | undefined;
  #joined: JoinedSnapshot | undefined;

  /** `open`: another session like `db`. */
  constructor(
    private readonly db: MyDb,
    private readonly open: () => Promise<MyDb>,
  ) {}

  get session(): string {
    return this.#joined?.db.session ?? this.db.session;
  }

  async identity(): Promise<string> {
    return serverIdentity(this.db, (await readServer(this.db)).database);
  }

  schema(): Promise<Schema> {
    return readSchema(this.db);
  }

  async snapshot(tables: readonly Table[], readers: number): Promise<Snapshot> {
    return this.#keep(await openSnapshot(this.db, tables, { readers, open: this.open }));
  }

  async join(ticket: string): Promise<Snapshot> {
    await this.#joined?.close();
    this.#joined = await joinSnapshot(ticket);
    return this.#joined;
  }

  sequences(): Promise<SequenceValue[]> {
    return readSequences(this.db);
  }

  check(tables: readonly Table[], { changes = false } = {}): Promise<Finding[]> {
    return checkSource(this.db, tables, changes);
  }

  cancel(): Promise<void> {
    return (this.#joined?.db ?? this.db).cancel();
  }

  async close(): Promise<void> {
    await this.#joined?.close();
    await this.#held?.close().catch(() => undefined); // its session may be gone: then the snapshot is too
    await this.db.close();
  }

  #keep(snapshot: Snapshot): Snapshot {
    this.#held = snapshot;
    return snapshot;
  }
}
