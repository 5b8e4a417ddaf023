/** Where one migration happens: a source, a target, a directory of chunks, and runs of the compiled openkite. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from '../../src/db/db.js';
import { isPostgres, onDatabase } from '../servers/session.js';
import { withSession } from './contents.js';
import { commandOf, lives, Run, until } from './run.js';

/** What `npm run build` made; another build of it where OPENKITE_DIST says so. */
export const DIST = fileURLToPath(new URL(`../../${process.env['OPENKITE_DIST'] ?? 'dist'}/`, import.meta.url));

export interface Torture {
  readonly source: URL;
  readonly target: URL;
  /** By which the daemons reach both sides, where that is not the way itself. */
  readonly through?: { readonly source?: URL; readonly target?: URL };
  readonly settings?: Readonly<Record<string, number>>;
  /** Patterns of the tables to move. Default: all. */
  readonly tables?: readonly string[];
  /** Changes are followed. */
  readonly changes?: boolean;
  /** Tables without a key whose updates and deletes are followed too. */
  readonly fullIdentity?: readonly string[];
  /** Seconds that loaded files are kept. */
  readonly keep?: number;
  /** More of the configuration. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Where openkite was compiled to. */
  readonly dist?: string;
}

export class Workplace {
  readonly directory = mkdtempSync(join(tmpdir(), 'openkite-crash-'));
  readonly chunks = join(this.directory, 'chunks');
  readonly config = join(this.directory, 'openkite.yaml');
  /** Beginning of the names of files that a process makes which is struck, before it is. */
  private readonly marker = join(this.directory, 'reached');
  readonly runs: Run[] = [];
  readonly source: URL;
  readonly target: URL;
  /** One of its own where the server's databases are all there is of schemas. */
  readonly control: string;

  constructor(private readonly torture: Torture) {
    this.source = torture.source;
    this.target = torture.target;
    this.control = isPostgres(torture.target) ? 'wirekite' : `wirekite_${torture.target.pathname.slice(-8)}`;
    writeFileSync(this.config, yaml(this, torture));
  }

  /**
   * `openkite run --execute`, or other words. Armed: the first process that passes the point is struck there. Of several
   * points, with commas between them, each strikes once.
   */
  run(crash?: string, words: readonly string[] = ['run', '--execute']): Run {
    const { dist = DIST } = this.torture;
    if (crash !== undefined) for (const point of this.struck) rmSync(`${this.marker}.${point}`);
    if (!existsSync(dist)) throw new Error(`${dist} is not there: npm run build`);
    const armed = crash === undefined ? {} : { OPENKITE_CRASH: crash, OPENKITE_CRASH_MARKER: this.marker };
    const env = { ...process.env, OPENKITE_TEST: '1', ...armed };
    const args = [join(dist, 'src/cli/main.js'), ...words, '-c', this.config];
    const run = new Run(spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
    this.runs.push(run);
    return run;
  }

  /** Until the target is in step once, or, with `stopped`, for ever. */
  follow(end: 'caught-up' | 'stopped' = 'caught-up', crash?: string): Run {
    return this.run(crash, ['run', '--execute', '--until', end]);
  }

  /** The points at which somebody was struck, since a run was armed. */
  get struck(): string[] {
    const names = readdirSync(this.directory).map((name) => join(this.directory, name));
    return names.filter((name) => name.startsWith(`${this.marker}.`)).map((name) => name.slice(this.marker.length + 1));
  }

  get reached(): boolean {
    return this.struck.length > 0;
  }

  /** On the target, with the control schema in front. */
  ask<R extends Row>(sql: string): Promise<R[]> {
    return onDatabase(this.target, async (db) => (await db.query<R>(sql)).rows, this.control);
  }

  say(word: 'RUN' | 'PAUSE' | 'STOP'): Promise<unknown> {
    return this.ask(`UPDATE wirekite_action SET action = '${word}'`);
  }

  /** Until a query of the target answers with a row. While its tables are not there yet, there is none. */
  async row<R extends Row>(sql: string, seconds = 30): Promise<R> {
    let found: R | undefined;
    await until(sql, async () => (found = (await this.ask<R>(sql).catch(() => []))[0]) !== undefined, seconds);
    return found as R;
  }

  /** Claims that were taken from the dead, or tried again. */
  async restarts(): Promise<number> {
    const sum = `SELECT (SELECT coalesce(sum(restarts), 0) FROM wirekite_progress)
      + (SELECT coalesce(sum(attempt_no - 1), 0) FROM wirekite_task WHERE attempt_no > 0) AS n`;
    return Number((await this.ask<{ n: string }>(sum))[0]?.n);
  }

  /** Lets a process go on that was frozen at its point, also where its lease has ended meanwhile. */
  async thaw(role: string): Promise<void> {
    await until(`${role} stands still`, () => this.reached);
    for (const pid of this.processes) process.kill(pid, 'SIGCONT');
  }

  /** The living processes of a role, as `wirekite_worker` names it. */
  async pidsOf(role: string): Promise<number[]> {
    const living = `SELECT DISTINCT pid FROM wirekite_worker WHERE role = '${role}' AND state <> 'DEAD'`;
    return (await this.ask<{ pid: number | string }>(living)).map(({ pid }) => Number(pid)).filter(lives);
  }

  /** Whoever runs with this configuration, whether it has said a word or not. */
  get processes(): number[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.map(Number).filter((pid) => lives(pid) && commandOf(pid).includes(this.config));
  }

  get files(): string[] {
    return readdirSync(this.chunks);
  }

  /** Ends every process and removes every file, and what the source keeps for us. */
  async clear(): Promise<void> {
    await Promise.all(this.runs.map((run) => run.end()));
    for (const pid of this.processes) process.kill(pid, 'SIGKILL'); // frozen ones, where a test failed
    if (this.torture.changes && isPostgres(this.source)) await dropSlots(this.source);
    if (!isPostgres(this.target))
      await onDatabase(this.target, (db) => db.query(`DROP DATABASE IF EXISTS ${this.control}`));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** openkite's sessions on a database. */
export async function sessionsOf(url: URL): Promise<string[]> {
  const sql = `SELECT application_name || ' ' || state AS name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'openkite:%' AND application_name NOT LIKE 'openkite:test%'`;
  return withSession(url, async (db) => (await db.query<{ name: string }>(sql)).rows.map((row) => row.name));
}

export interface Slot {
  readonly slot_name: string;
  readonly active: boolean;
  readonly temporary: boolean;
  readonly confirmed: string;
}

/** What a source keeps for whoever follows its changes. */
export function slotsOf(url: URL): Promise<Slot[]> {
  const sql = `SELECT slot_name, active, temporary, confirmed_flush_lsn::text AS confirmed
    FROM pg_replication_slots WHERE database = current_database()`;
  return withSession(url, async (db) => (await db.query<Slot & Row>(sql)).rows);
}

/** A session that has just been killed may hold its slot for another moment. */
async function dropSlots(url: URL): Promise<void> {
  const drop = `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
    WHERE database = current_database() AND NOT active`;
  await until('no slot is left', async () => {
    await withSession(url, (db) => db.query(drop)).catch(() => undefined);
    return (await slotsOf(url).catch(() => [])).length === 0;
  });
}

function yaml(place: Workplace, { through, settings, tables = ['*.*'], keep = 900, ...torture }: Torture): string {
  const all = { slice_bytes: 2 << 20, batch_bytes: 1 << 16, load_connections: 2, extract_connections: 2, ...settings };
  return JSON.stringify({
    migration: 'torture',
    source: (through?.source ?? place.source).href,
    target: (through?.target ?? place.target).href,
    control: { schema: place.control },
    tables: { include: tables, ...(torture.fullIdentity ? { full_identity: torture.fullIdentity } : {}) },
    ...(torture.changes ? { changes: true } : {}),
    chunks: { store: place.chunks, keep: `${keep}s` },
    settings: all,
    ...torture.more,
  });
}
