import type { Finding } from '../../src/connector/connector.js';
import type { Extractor, Snapshot } from '../../src/connector/extractor.js';
import { serverIdentity } from '../../src/db/postgres/identity.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import type { Schema, SequenceValue, Table } from '../../src/model/schema.js';
import { readSchema } from './catalog/read-schema.js';
import { readSequences } from './catalog/sequences.js';
import { checkSource } from './check.js';
import { joinSnapshot, openSnapshot } from './snapshot.js';

/** One session on a PostgreSQL source. */
export class PgExtractor implements Extractor {
  readonly session: string;

  constructor(private readonly db: PgDb) {
    this.session = db.session;
  }

  identity(): Promise<string> {
    return serverIdentity(this.db);
  }

  schema(): Promise<Schema> {
    return readSchema(this.db);
  }

  snapshot(tables: readonly Table[], ticket?: string): Promise<Snapshot> {
    return ticket === undefined ? openSnapshot(this.db, tables) : joinSnapshot(this.db, ticket);
  }

  sequences(): Promise<SequenceValue[]> {
    return readSequences(this.db);
  }

  check(tables: readonly Table[]): Promise<Finding[]> {
    return checkSource(this.db, tables);
  }

  cancel(): Promise<void> {
    return this.db.cancel();
  }

  close(): Promise<void> {
    return this.db.close();
  }
}
