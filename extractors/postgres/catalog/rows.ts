import type { Tx } from '../../../src/db/db.js';
import { sqlFile } from '../sql-file.js';

/** Rows of `sql/<name>.sql`. They travel as JSON, so that arrays arrive as arrays. */
export async function readRows<T>(tx: Tx, name: string): Promise<T[]> {
  const query = sqlFile(name).trim().replace(/;$/, '');
  const { rows } = await tx.query<{ row: string }>(`SELECT row_to_json(q)::text AS row FROM (\n${query}\n) AS q`);
  return rows.map(({ row }) => JSON.parse(row) as T);
}
