import type { LogSample } from '../../../src/connector/extractor.js';
import type { Db } from '../../../src/db/db.js';
import { sqlFile } from '../sql-file.js';

/** Where the log ends now, and what the slot of this name keeps of it. */
export async function sampleLog(db: Db, stream: string): Promise<LogSample> {
  const sql = sqlFile('changes/sample');
  const { rows } = await db.query<{ position: string; kept: string; most: string | null }>(sql, { stream });
  const { position = '0/0', kept = '0', most = null } = rows[0] ?? {};
  return { position, keptBytes: Number(kept), limitBytes: most === null ? undefined : Number(most) };
}
