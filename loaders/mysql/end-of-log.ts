import { Fault } from '../../src/base/fault.js';
import type { Tx } from '../../src/db/db.js';
import type { Server } from './server.js';

/** No such privilege; no binary log is kept. */
const UNTOLD = new Set(['1227', '1381']);

/** `file:offset`, and what has been written in GTIDs; '' where the server keeps no log, or does not show it to this login. */
export async function endOfLog(tx: Tx, { mariadb, version }: Server): Promise<string> {
  const what = !mariadb && version >= 80_200 ? 'BINARY LOG' : 'MASTER';
  try {
    const { rows } = await tx.query<{ File: string; Position: string }>(`SHOW ${what} STATUS`);
    if (rows[0] === undefined) return '';
    const gtid = await tx.query<{ gtid: string }>(
      `SELECT @@GLOBAL.${mariadb ? 'gtid_binlog_pos' : 'gtid_executed'} AS gtid`,
    );
    return `${rows[0].File}:${rows[0].Position} ${gtid.rows[0]?.gtid ?? ''}`.trim();
  } catch (error) {
    if (error instanceof Fault && UNTOLD.has(error.code ?? '')) return '';
    throw error;
  }
}
