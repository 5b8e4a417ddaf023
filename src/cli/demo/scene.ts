import { monotonic, sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { caughtUpSince, clock, readLag } from '../../control/sample.js';
import { readStatus } from '../../control/status.js';
import { livingWorkers } from '../../control/worker.js';
import type { Db } from '../../db/db.js';
import { progressLine } from '../progress-line.js';
import { print, table } from '../render.js';
import type { Openkite } from './child.js';
import type { Stage } from './stage.js';

const PATIENCE_SECONDS = 180;
const SAY_LAG_SECONDS = 0.5;

/** One session on the target, through which the story is steered and watched: nothing else is used for it. */
export class Scene {
  constructor(
    private readonly control: Db,
    private readonly run: Openkite,
    private readonly interrupted: AbortSignal,
  ) {}

  /** Prints a statement and runs it. A SELECT's rows are printed under it. */
  async sql(statement: string): Promise<void> {
    print(`   ${statement.replace(/;$/, '')};`);
    show((await this.control.query(statement)).rows);
  }

  /** Prints a statement and runs it in one of the shop's two databases. */
  async shop({ demo }: Stage, database: URL, statement: string): Promise<void> {
    print(`   ${statement};`);
    await demo.query(database, statement);
  }

  /** What the source keeps for the stream. */
  async kept({ demo, config }: Stage, stream: string): Promise<void> {
    for (const statement of demo.statements.kept(stream)) {
      print(`   ${statement};`);
      const rows = await demo.query(config.source, statement);
      if (rows.length === 0) print('     (no rows)');
      show(rows);
    }
  }

  /** Draws the bar until so many percent are in. */
  async upTo(percent: number): Promise<void> {
    const line = progressLine(process.stdout);
    const status = await this.until(`${percent} % are in`, async () => {
      const now = await readStatus(this.control);
      line.show(now);
      return now.progress_percent >= percent ? now : undefined;
    });
    line.end(status);
  }

  /** Draws the lag until every table is in step. */
  async inStep(): Promise<void> {
    const line = progressLine(process.stdout);
    const last = await this.until('all tables are in step', async () => {
      const [status, lag] = [await readStatus(this.control), await readLag(this.control)];
      line.show(status, lag);
      return status.status === 'following' ? { status, lag } : undefined;
    });
    line.end(last.status, last.lag);
  }

  /** Says the lag, in seconds, until there is none. `since`: all that the source had committed by then is there, too. */
  async lagFalls(since?: string): Promise<void> {
    process.stdout.write('   Seconds behind:');
    let said = -Infinity;
    await this.until('the lag is zero', async () => {
      const seconds = await this.lag();
      const over = seconds === 0 && (since === undefined || (await caughtUpSince(this.control, since)));
      if (over || monotonic() - said >= SAY_LAG_SECONDS) {
        said = monotonic();
        process.stdout.write(` ${seconds.toFixed(1)}`);
      }
      return over || undefined;
    });
    process.stdout.write('\n');
  }

  /** Seconds. */
  async lag(): Promise<number> {
    return (await readLag(this.control))?.seconds ?? 0;
  }

  /** What it is called on the source. */
  async stream(): Promise<string> {
    const { rows } = await this.control.query<{ stream: string }>('SELECT stream FROM wirekite_following');
    return rows[0]?.stream ?? '';
  }

  /** Resolves when the run has ended with this code. */
  ended(code: number): Promise<void> {
    return this.run.done(code);
  }

  /** The target server's time. */
  now(): Promise<string> {
    return clock(this.control);
  }

  /** The figure in the only column of a query's only row. */
  async count(query: string): Promise<number> {
    const { rows } = await this.control.query(query);
    return Number(Object.values(rows[0] ?? {})[0]);
  }

  /** Seconds until every living worker is in the state. */
  async obeyed(state: string): Promise<number> {
    const start = monotonic();
    await this.until(`all are ${state}`, async () => {
      const workers = await livingWorkers(this.control);
      return workers.every((worker) => worker.state === state) || undefined;
    });
    return monotonic() - start;
  }

  /** The process of a living worker of a role, other than `not`. */
  pidOf(role: string, not = 0): Promise<number> {
    return this.until(`a worker that can ${role} is there`, async () => {
      const workers = await livingWorkers(this.control);
      const pids = workers.filter((worker) => worker.role === role).map(({ pid }) => Number(pid));
      return pids.find((pid) => pid !== not);
    });
  }

  /** Until what a dead worker held is taken up by another: some seconds, or never where it held nothing. */
  async takenUp(operation: string): Promise<void> {
    const deadline = monotonic() + 5;
    await this.until('its work is taken up', async () => {
      const { rows } = await this.control.query(
        'SELECT source FROM wirekite_restarts WHERE operation = :operation AND restarts > 0',
        { operation },
      );
      return rows.length > 0 || monotonic() > deadline || undefined;
    });
  }

  /** The process of a loader that has begun a chunk and not ended it. */
  async busyLoader(): Promise<number> {
    await this.until('a loader is busy', async () => (await readStatus(this.control)).current_table ?? undefined);
    return this.pidOf('load');
  }

  /** Asks again and again. Ends, too, when the story is interrupted, the run fails, or nothing happens for minutes. */
  async until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const deadline = monotonic() + PATIENCE_SECONDS;
    while (monotonic() < deadline) {
      if (this.interrupted.aborted) throw new Fault('transient', 'interrupted');
      if (this.run.code) throw this.run.failure();
      const found = await ask();
      if (found !== undefined) return found;
      await sleep(50, this.interrupted);
    }
    throw new Fault('unknown', `waited ${PATIENCE_SECONDS} s in vain until ${what}`);
  }
}

export const say = (text: string): void => print(`\n${text}`);

/** Rows of a query, as they stand under it. */
export const show = (rows: readonly Record<string, unknown>[]): void => {
  if (rows.length > 0) print(table(rows).replace(/^/gm, '     '));
};
