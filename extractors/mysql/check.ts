import type { Finding } from '../../src/connector/connector.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import type { Table } from '../../src/model/schema.js';

export function checkSource(_db: MyDb, _tables: readonly Table[], _changes: boolean): Promise<Finding[]> {
  return Promise.resolve([]);
}
