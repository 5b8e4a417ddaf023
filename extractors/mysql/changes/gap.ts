import { Fault } from '../../../src/base/fault.js';
import { serverId } from '../../../src/db/mysql/identity.js';
import type { MyDb } from '../../../src/db/mysql/my-db.js';
import type { Position } from '../../../src/model/position.js';
import { parsePosition, type BinlogPosition } from '../position.js';
import { readServer } from '../server.js';

export interface LogFile {
  readonly name: string;
  readonly bytes: number;
}

/** The files that the server keeps, the oldest first. */
export async function logFiles(db: MyDb): Promise<LogFile[]> {
  const { rows } = await db.query<{ Log_name: string; File_size: string }>('SHOW BINARY LOGS');
  return rows.map((row) => ({ name: row.Log_name, bytes: Number(row.File_size) }));
}

/** Fault `STREAM_GAP` unless the server still has everything from `from` on. */
export async function refuseGap(db: MyDb, from: Position): Promise<void> {
  const at = parsePosition(from);
  const why = (await otherServer(db, at)) ?? (await notThere(db, at)) ?? (await otherHistory(db, at));
  if (why !== undefined) throw gap(from, why);
}

export function gap(from: Position, why: string): Fault {
  return new Fault('permanent', `the changes after ${from} cannot be had from the source: ${why}`, {
    code: 'STREAM_GAP',
    safe: `everything before ${from} was taken, nothing was skipped`,
    hint: 'the tables must be loaded anew: openkite reset --execute, then openkite run --execute',
  });
}

async function otherServer(db: MyDb, { server }: BinlogPosition): Promise<string | undefined> {
  const here = await serverId(db);
  return here === server ? undefined : `it is another server, ${here}`;
}

async function notThere(db: MyDb, { file, offset }: BinlogPosition): Promise<string | undefined> {
  const files = await logFiles(db);
  const [first, last] = [files[0], files.at(-1)];
  if (!first || !last) return 'it keeps no binary log';
  const there = files.find(({ name }) => name === file);
  if (there === undefined) return `its log goes from ${first.name} to ${last.name}: ${file} was purged, or never was`;
  if (offset <= there.bytes) return undefined;
  return `its file ${file} ends at ${there.bytes}: it is an older state of the source, or its log was begun anew`;
}

/** The same file and place mean something else after RESET MASTER, or on a copy that went its own way. */
async function otherHistory(db: MyDb, { file, offset, gtid }: BinlogPosition): Promise<string | undefined> {
  if ((await readServer(db)).mariadb) {
    const sql = 'SELECT BINLOG_GTID_POS(:file, :offset) AS gtid';
    const { rows } = await db.query<{ gtid: string | null }>(sql, { file, offset });
    const found = rows[0]?.gtid ?? '';
    return sorted(found) === sorted(gtid)
      ? undefined
      : `there stands ${found || 'nothing'} now, where ${gtid || 'nothing'} was`;
  }
  const sql = 'SELECT GTID_SUBSET(:gtid, @@GLOBAL.gtid_executed) AS there, @@GLOBAL.gtid_executed AS now';
  const { rows } = await db.query<{ there: string | number; now: string }>(sql, { gtid });
  return Number(rows[0]?.there) === 1 ? undefined : `it has executed ${rows[0]?.now || 'nothing'}, not ${gtid}`;
}

const sorted = (set: string): string => set.replace(/\s/g, '').split(',').sort().join(',');
