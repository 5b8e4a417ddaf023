import type { MyDb } from '../../../src/db/mysql/my-db.js';
import type { Schema } from '../../../src/model/schema.js';
import { selectTables } from '../../../src/model/select.js';
import { readServer } from '../server.js';
import { inDatabase, type TableRow } from './raw.js';
import { readObjects } from './read-objects.js';
import { readTables } from './read-tables.js';

/** All that the session's database holds, in round trips that hardly grow with its size. */
export async function readSchema(db: MyDb): Promise<Schema> {
  const server = await readServer(db);
  // Sizes as they are now, and no long wait for whoever alters a table.
  await db.query('SET /*!80000 information_schema_stats_expiry = 0, */ lock_wait_timeout = 30');
  const rows = await inDatabase<TableRow>(db, 'TABLES', 'TABLE_SCHEMA', server.database);
  const read = await readTables(db, server, rows);
  const others = await readObjects(db, server, rows);
  const whole = {
    dialect: 'mysql',
    serverVersion: server.text,
    home: server.database,
    tables: read.tables,
    objects: others.objects,
    notMoved: [...read.notMoved, ...others.notMoved],
  };
  return selectTables(whole, () => true);
}
