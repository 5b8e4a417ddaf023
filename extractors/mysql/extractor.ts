import type { Connection } from 'mysql2';
import type { Finding, Grant } from '../../src/connector/connector.js';
import type { ChangeSource, Extractor, Snapshot } from '../../src/connector/extractor.js';
import { serverIdentity } from '../../src/db/mysql/identity.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import type { Schema, SequenceValue, Table } from '../../src/model/schema.js';
import { readSchema } from './catalog/read-schema.js';
import { readSequences } from './catalog/sequences.js';
import { MySqlChanges } from './changes/source.js';
import { checkSource } from './check.js';
import { sourceGrants } from './grants.js';
import { readServer } from './server.js';
import { joinSnapshot, openSnapshot, type JoinedSnapshot } from './snapshot.js';

/** What an extractor needs beside its session. */
export interface Ways {
  /** Opens another session like its own. */
  readonly open: () => Promise<MyDb>;
  /** Opens a login by which the log is read. */
  readonly dump: () => Promise<Connection>;
  /** How large a file of the log may get. */
  readonly fileBytes: number;
}

/** One session on a source of MySQL's family; more are opened for snapshots, all within this process. */
export class MyExtractor implements Extractor {
  /** What is closed with it. */
  #held: Snapshot | undefined;
  #joined: JoinedSnapshot | undefined;

  constructor(
    private readonly db: MyDb,
    private readonly ways: Ways,
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

  /** Ends the one before: a session has one moment at a time. */
  async snapshot(tables: readonly Table[], readers: number, waits?: (why: string) => void): Promise<Snapshot> {
    await this.#held?.close();
    const { open } = this.ways;
    this.#held = await openSnapshot(this.db, tables, { readers, open, ...(waits ? { waits } : {}) });
    return this.#held;
  }

  async join(ticket: string): Promise<Snapshot> {
    await this.#joined?.close();
    this.#joined = await joinSnapshot(ticket);
    return this.#joined;
  }

  changes(stream: string): ChangeSource {
    const { dump, fileBytes } = this.ways;
    const snapshot = (tables: readonly Table[], readers: number, waits: (why: string) => void) =>
      this.snapshot(tables, readers, waits);
    return new MySqlChanges(this.db, { stream, dump, snapshot, fileBytes });
  }

  sequences(): Promise<SequenceValue[]> {
    return readSequences(this.db);
  }

  check(tables: readonly Table[], { changes = false } = {}): Promise<Finding[]> {
    return checkSource(this.db, tables, changes);
  }

  grants(schema: Schema, login?: string): Promise<Grant[]> {
    return sourceGrants(this.db, schema, login);
  }

  cancel(): Promise<void> {
    return (this.#joined?.db ?? this.db).cancel();
  }

  async close(): Promise<void> {
    await this.#joined?.close();
    await this.#held?.close().catch(() => undefined); // its session may be gone: then the snapshot is too
    await this.db.close();
  }
}
