import type { Finding, Grant } from '../../src/connector/connector.js';
import type { ChangeSource, Extractor, Snapshot } from '../../src/connector/extractor.js';
import { serverIdentity } from '../../src/db/postgres/identity.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import type { Wire } from '../../src/db/postgres/wire.js';
import type { Schema, SequenceValue, Table } from '../../src/model/schema.js';
import { readSchema } from './catalog/read-schema.js';
import { readSequences } from './catalog/sequences.js';
import { checkChanges } from './changes/check.js';
import { PgChanges } from './changes/source.js';
import { checkSource } from './check.js';
import { sourceGrants } from './grants.js';
import { joinSnapshot, openSnapshot } from './snapshot.js';

/** One session on a PostgreSQL source. */
export class PgExtractor implements Extractor {
  readonly session: string;

  /** `replication`: opens a session of the replication protocol. */
  constructor(
    private readonly db: PgDb,
    private readonly replication: () => Promise<Wire>,
  ) {
    this.session = db.session;
  }

  identity(): Promise<string> {
    return serverIdentity(this.db);
  }

  schema(): Promise<Schema> {
    return readSchema(this.db);
  }

  snapshot(tables: readonly Table[]): Promise<Snapshot> {
    return openSnapshot(this.db, tables);
  }

  join(ticket: string): Promise<Snapshot> {
    return joinSnapshot(this.db, ticket);
  }

  changes(stream: string): ChangeSource {
    return new PgChanges(this.db, this.replication, stream);
  }

  sequences(): Promise<SequenceValue[]> {
    return readSequences(this.db);
  }

  async check(tables: readonly Table[], { changes = false, provided = false } = {}): Promise<Finding[]> {
    const findings = await checkSource(this.db, tables);
    return changes ? [...findings, ...(await checkChanges(this.db, tables, provided))] : findings;
  }

  grants({ tables }: Schema, login?: string): Promise<Grant[]> {
    return sourceGrants(this.db, tables, login);
  }

  cancel(): Promise<void> {
    return this.db.cancel();
  }

  close(): Promise<void> {
    return this.db.close();
  }
}
