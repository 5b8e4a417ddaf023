import type { Tx } from '../../src/db/db.js';
import { serverId } from '../../src/db/mysql/identity.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import type { Position } from '../../src/model/position.js';
import { formatPosition } from './position.js';
import { isRefused, type Server } from './server.js';

/** A place in the log, without whose log it is. */
export interface Place {
  readonly file: string;
  readonly offset: number;
}

/** Where the server's log ends now; '' where it keeps none, or does not tell us. */
export async function currentPosition(db: MyDb, server: Server): Promise<Position> {
  const place = await endOfLog(db, server);
  return place ? positionAt(db, place, await written(db, server)) : '';
}

/** Of MySQL 8.2 and later by another name. */
async function endOfLog(tx: Tx, { mariadb, version }: Server): Promise<Place | undefined> {
  const what = !mariadb && version >= 80_200 ? 'BINARY LOG' : 'MASTER';
  try {
    const { rows } = await tx.query<{ File: string; Position: string }>(`SHOW ${what} STATUS`);
    return rows[0] && { file: rows[0].File, offset: Number(rows[0].Position) };
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}

/** Of what has been written, in GTIDs. */
async function written(tx: Tx, { mariadb }: Server): Promise<string> {
  const name = mariadb ? 'gtid_binlog_pos' : 'gtid_executed';
  const { rows } = await tx.query<{ gtid: string }>(`SELECT @@GLOBAL.${name} AS gtid`);
  return rows[0]?.gtid ?? '';
}

/** MariaDB knows of every place in its log what was written before it. */
export async function positionOf(db: MyDb, place: Place): Promise<Position> {
  const { rows } = await db.query<{ gtid: string | null }>('SELECT BINLOG_GTID_POS(:file, :offset) AS gtid', {
    ...place,
  });
  return positionAt(db, place, rows[0]?.gtid ?? '');
}

const positionAt = async (db: MyDb, place: Place, gtid: string): Promise<Position> =>
  formatPosition({ ...place, server: await serverId(db), gtid });
