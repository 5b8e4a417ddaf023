/** One migration under torture: a source, an empty target, a directory of chunks, and runs of the compiled openkite. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFailed, onTestFinished } from 'vitest';
import { sleep } from '../../src/base/clock.js';
import type { Row } from '../../src/db/db.js';
import { freshDatabase } from '../servers/index.js';
import { contentsOf, rowsIn, withSession, type Contents } from './contents.js';

/** What `npm run build` made; another build of it where OPENKITE_DIST says so. */
export const DIST = fileURLToPath(new URL(`../../${process.env['OPENKITE_DIST'] ?? 'dist'}/`, import.meta.url));

export interface Torture {
  readonly source: URL;
  /** Default: an empty database of the shared server. */
  readonly target?: URL;
  /** By which the daemons reach both sides, where that is not the way itself. */
  readonly through?: { readonly source?: URL; readonly target?: URL };
  readonly settings?: Readonly<Record<string, number>>;
  /** Patterns of the tables to move. Default: all. */
  readonly tables?: readonly string[];
  /** Seconds that loaded files are kept. */
  readonly keep?: number;
  /** Where openkite was compiled to. */
  readonly dist?: string;
}

export class Migration {
  readonly directory = mkdtempSync(join(tmpdir(), 'openkite-crash-'));
  readonly chunks = join(this.directory, 'chunks');
  readonly config = join(this.directory, 'openkite.yaml');
  /** Written by the process that is struck, before it is. */
  readonly marker = join(this.directory, 'reached');
  readonly runs: Run[] = [];

  private constructor(
    readonly source: URL,
    readonly target: URL,
    private readonly dist: string,
  ) {}

  static async create(torture: Torture): Promise<Migration> {
    const { source, target = await freshDatabase(18), dist = DIST } = torture;
    const migration = new Migration(source, target, dist);
    writeFileSync(migration.config, yaml(migration, torture));
    onTestFailed(() => migration.tell());
    onTestFinished(async () => {
      await Promise.all(migration.runs.map((run) => run.end()));
      for (const pid of migration.processes) process.kill(pid, 'SIGKILL'); // frozen ones, where a test failed
      rmSync(migration.directory, { recursive: true, force: true });
    });
    return migration;
  }

  /** `openkite run --execute`, or another verb. Armed: the first process that passes the point is struck there. */
  run(crash?: string, words: readonly string[] = ['run', '--execute']): Run {
    if (!existsSync(this.dist)) throw new Error(`${this.dist} is not there: npm run build`);
    const armed = crash === undefined ? {} : { OPENKITE_CRASH: crash, OPENKITE_CRASH_MARKER: this.marker };
    const env = { ...process.env, OPENKITE_TEST: '1', ...armed };
    const args = [join(this.dist, 'src/cli/main.js'), ...words, '-c', this.config];
    const run = new Run(spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
    this.runs.push(run);
    return run;
  }

  get reached(): boolean {
    return existsSync(this.marker);
  }

  /** On the target, with the control schema in front. */
  ask<R extends Row>(sql: string): Promise<R[]> {
    return withSession(this.target, async (db) => (await db.query<R>(sql)).rows, 'wirekite, public');
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

  /** Lets a process go on that was frozen at its point. */
  async thaw(role: string): Promise<void> {
    await until(`${role} stands still`, () => this.reached);
    const living = `SELECT DISTINCT pid::int AS pid FROM wirekite_worker WHERE role = '${role}' AND state <> 'DEAD'`;
    for (const { pid } of await this.ask<{ pid: number }>(living)) process.kill(pid, 'SIGCONT');
  }

  /** Whoever runs with this configuration, whether it has said a word or not. */
  get processes(): number[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && lives(Number(name)));
    return pids.filter((pid) => commandOf(pid).includes(this.config)).map(Number);
  }

  get files(): string[] {
    return readdirSync(this.chunks);
  }

  /** Nothing lost, nothing doubled, nothing left behind. `expected`: what the source held when it was read. */
  async expectWhole(expected?: Contents): Promise<void> {
    const wanted = expected ?? (await contentsOf(this.source));
    expect(this.runs.at(-1)?.child.exitCode).toBe(0);
    expect(await contentsOf(this.target)).toEqual(wanted);
    await this.expectMarks(wanted);
    expect(this.files.filter((name) => name.endsWith('.part'))).toEqual([]);
    await this.expectNobodyLeft();
  }

  private async expectMarks(contents: Contents): Promise<void> {
    const marks = await this.ask<{ name: string; loaded: string; written: string; open: number }>(
      `SELECT table_name AS name, coalesce(sum(p.mark::bigint) FILTER (WHERE p.operation = 'D'), 0) AS loaded,
         coalesce(sum(p.row_count) FILTER (WHERE p.operation = 'DE'), 0) AS written,
         count(*) FILTER (WHERE p.finish_time IS NULL)::int AS open
       FROM wirekite_table t LEFT JOIN wirekite_progress p USING (table_name) GROUP BY 1`,
    );
    const counted = (pick: 'loaded' | 'written') => Object.fromEntries(marks.map((m) => [m.name, Number(m[pick])]));
    const rows = Object.fromEntries(Object.entries(contents).map(([name, found]) => [name, rowsIn(found)]));
    expect(counted('loaded')).toEqual(rows);
    expect(counted('written')).toEqual(rows);
    expect(marks.filter((mark) => mark.open > 0)).toEqual([]);
  }

  /** No process, and no session on the target: the source's are looked at when its tests are over. */
  private async expectNobodyLeft(): Promise<void> {
    await until('its processes end', () => this.processes.length === 0, 10);
    await until('its sessions end', async () => (await sessionsOf(this.target)).length === 0, 10);
  }

  private tell(): void {
    console.error(this.runs.map((run) => run.said).join('\n--- the next run ---\n'));
  }
}

/** A process of openkite and what it says. */
export class Run {
  said = '';
  readonly ended: Promise<number | string>;

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => (this.said += bytes.toString()));
    this.ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? '?');
  }

  /** The exit code, or the signal. */
  async code(seconds = 60): Promise<number | string> {
    const late = sleep(seconds * 1000).then(() => `still running after ${seconds} s`);
    return Promise.race([this.ended, late]);
  }

  /** Kills what a failed test left. */
  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    this.child.kill('SIGCONT');
    await Promise.race([this.ended, sleep(3000)]);
    this.child.kill('SIGKILL');
  }
}

export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
  } catch {
    return false;
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}

/** openkite's sessions on a database. */
export async function sessionsOf(url: URL): Promise<string[]> {
  const sql = `SELECT application_name || ' ' || state AS name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'openkite:%' AND application_name NOT LIKE 'openkite:test%'`;
  return withSession(url, async (db) => (await db.query<{ name: string }>(sql)).rows.map((row) => row.name));
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await holds()); await sleep(20))
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
}

function yaml(migration: Migration, { through, settings, tables = ['*.*'], keep = 900 }: Torture): string {
  const all = { slice_bytes: 2 << 20, batch_bytes: 1 << 16, load_connections: 2, extract_connections: 2, ...settings };
  return JSON.stringify({
    migration: 'torture',
    source: (through?.source ?? migration.source).href,
    target: (through?.target ?? migration.target).href,
    tables: { include: tables },
    chunks: { store: migration.chunks, keep: `${keep}s` },
    settings: all,
  });
}
