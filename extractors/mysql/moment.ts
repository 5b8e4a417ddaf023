import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../../src/base/fault.js';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import type { Position } from '../../src/model/position.js';
import type { Table } from '../../src/model/schema.js';
import { currentPosition, positionOf, type Place } from './binlog.js';
import { isRefused, type Server } from './server.js';
import { qualified } from './slices.js';

/** Sessions that all see one moment, and where in the log it is. */
export interface Moment {
  readonly position: Position;
  readonly sessions: readonly MyDb[];
  /** How it came about, in words. */
  readonly how: string;
}

export interface Asked {
  readonly server: Server;
  readonly tables: readonly Table[];
  /** One more session, to be closed again. */
  readonly open: () => Promise<MyDb>;
  readonly waits: (why: string) => void;
}

const BEGIN = `SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;
  START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY`;

/** Seconds that a lock is waited for, meanwhile whoever writes waits too; and how often it is tried. */
const PATIENCE = 5;
const TRIES = 12;
/** Seconds after which the server ends a session that holds the lock and says nothing: its host may be gone. */
const SILENCE = 30;

/**
 * Brings all sessions to one moment: under a lock on everything, which takes milliseconds; where we may not, on MariaDB
 * without any; else under a lock on the tables.
 */
export async function oneMoment(sessions: readonly MyDb[], asked: Asked): Promise<Moment> {
  const [holder] = sessions as [MyDb];
  const whole = await locked(holder, 'FLUSH TABLES WITH READ LOCK', sessions, asked);
  if (whole) return whole;
  const free = asked.server.mariadb ? await withoutLock(sessions) : undefined;
  if (free) return free;
  const locker = await asked.open();
  try {
    const lock = `LOCK TABLES ${asked.tables.map((table) => `${qualified(table)} READ`).join(', ')}`;
    const some = await locked(locker, lock, sessions, asked);
    if (some) return some;
  } finally {
    await locker.close();
  }
  throw new Fault('operator', 'the user in the URL may lock neither the server nor the tables', {
    hint: `GRANT RELOAD ON *.* TO the user in the URL, or GRANT LOCK TABLES ON ${asked.server.database}.*`,
  });
}

/** Undefined: we may not take this lock. */
async function locked(
  locker: MyDb,
  lock: string,
  sessions: readonly MyDb[],
  asked: Asked,
): Promise<Moment | undefined> {
  try {
    if (!(await take(locker, lock, asked))) return undefined;
    await Promise.all(sessions.map((session) => session.query(BEGIN)));
    const position = await currentPosition(locker, asked.server);
    return { position, sessions, how: `under ${lock.split(' `')[0]}` };
  } finally {
    await locker.query('UNLOCK TABLES; SET SESSION wait_timeout = 2147483, SESSION lock_wait_timeout = 30');
  }
}

async function take(locker: MyDb, lock: string, { waits }: Asked): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await locker.query(`SET SESSION lock_wait_timeout = ${PATIENCE}, SESSION wait_timeout = ${SILENCE}; ${lock}`);
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      if (!(error instanceof Fault) || error.code !== '1205') throw error;
      const why = `waits for the lock of a snapshot: ${await busiest(locker)}`;
      waits(why);
      if (tries === TRIES) throw new Fault('transient', why, { code: error.code, cause: error });
      await pause(1000 * tries); // whoever writes gets through meanwhile
    }
  }
}

/** Whose statement has run longest: never what it says. */
async function busiest(db: MyDb): Promise<string> {
  const { rows } = await db.query<Record<string, string | number | null>>('SHOW PROCESSLIST');
  const others = rows.filter((row) => row['Command'] === 'Query' && String(row['Id']) !== db.session);
  const [longest] = others.sort((a, b) => Number(b['Time']) - Number(a['Time']));
  if (!longest) return 'some session holds it';
  return `session ${longest['Id']} of ${longest['User']} has run a statement for ${longest['Time']} s`;
}

/** After so many, some sessions may be left out; after twice as many it is given up. */
const ROUNDS = 20;

/** Each session learns the place of its own snapshot. Those where the holder's is stay, the others try again with it. */
async function withoutLock(sessions: readonly MyDb[]): Promise<Moment | undefined> {
  for (let round = 1; round <= 2 * ROUNDS; round += 1) {
    const places = await Promise.all(sessions.map(placeOfSnapshot));
    const [place] = places;
    if (!place) return undefined;
    const same = sessions.filter((_, i) => places[i]?.file === place.file && places[i]?.offset === place.offset);
    if (same.length === sessions.length || (round >= ROUNDS && same.length > 1))
      return { position: await positionOf(sessions[0] as MyDb, place), sessions: same, how: 'without a lock' };
  }
  throw new Fault('transient', 'the source writes so quickly that no two sessions see the same moment', {
    hint: 'GRANT RELOAD ON *.* TO the user in the URL: then a lock of some milliseconds is enough',
  });
}

async function placeOfSnapshot(session: MyDb): Promise<Place | undefined> {
  const { rows } = await session.query<{ Variable_name: string; Value: string }>(
    `${BEGIN}; SHOW STATUS LIKE 'binlog_snapshot_%'`,
  );
  const found = new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
  const file = found.get('binlog_snapshot_file');
  return file ? { file, offset: Number(found.get('binlog_snapshot_position')) } : undefined;
}
