import type { Db } from '../../../src/db/db.js';
import type { Schema } from '../../../src/model/schema.js';
import { selectTables } from '../../../src/model/select.js';
import { openCircles } from './circles.js';
import { Names } from './names.js';
import { readObjects } from './read-objects.js';
import { readTables } from './read-tables.js';
import { readRows } from './rows.js';

/**
 * All that the database holds, in one transaction, with as many round trips whatever its size. The session's
 * search_path must be empty: only then are all names in definitions qualified.
 */
export function readSchema(db: Db): Promise<Schema> {
  return db.transaction(async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    await tx.query(`SET LOCAL lock_timeout = '30s'`); // sizes and view definitions wait for whoever alters a table
    const { rows } = await tx.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
    const names = await Names.read(tx);
    const tables = await readTables(tx, names);
    const { objects, notMoved } = openCircles(tables, await readObjects(tx, names));
    const sentences = await readRows<{ sentence: string }>(tx, 'not-moved');
    const whole = {
      dialect: 'postgres',
      serverVersion: rows[0]?.version ?? '',
      home: 'public',
      tables,
      objects,
      notMoved: [...sentences.map((row) => row.sentence), ...notMoved],
    };
    return selectTables(whole, () => true);
  });
}
