import { monotonic, sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { readStatus } from '../../control/status.js';
import { livingWorkers } from '../../control/worker.js';
import type { Db } from '../../db/db.js';
import { progressLine } from '../progress-line.js';
import { print, table } from '../render.js';
import type { Openkite } from './child.js';

const PATIENCE_SECONDS = 180;

/** One session on the target, through which the story is steered and watched: nothing else is used for it. */
export class Scene {
  constructor(
    private readonly control: Db,
    private readonly run: Openkite,
    private readonly interrupted: AbortSignal,
  ) {}

  /** Prints a statement and runs it. A SELECT's rows are printed under it. */
  async sql(statement: string): Promise<void> {
    print(`   ${statement};`);
    const { rows } = await this.control.query(statement);
    if (rows.length > 0) print(indent(table(rows)));
  }

  /** Draws the bar until so many percent are in. */
  async upTo(percent: number): Promise<void> {
    const line = progressLine(process.stdout);
    const status = await this.until(`${percent} % are in`, async () => {
      const now = await readStatus(this.control);
      line.show(now);
      return now.progress_percent >= percent || this.run.code === 0 ? now : undefined;
    });
    line.end(status);
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

  /** The process of a living loader, other than `not`. */
  loader(not = 0): Promise<number> {
    return this.until('a loader is there', async () => {
      const workers = await livingWorkers(this.control);
      const pids = workers.filter(({ role }) => role === 'load').map(({ pid }) => Number(pid));
      return pids.find((pid) => pid !== not);
    });
  }

  /** Until what a dead worker held is taken up by another: some seconds, or never where it held nothing. */
  async takenUp(): Promise<void> {
    const deadline = monotonic() + 5;
    await this.until('the chunk is taken up', async () => {
      const { rows } = await this.control.query('SELECT source FROM wirekite_restarts');
      return rows.length > 0 || monotonic() > deadline || undefined;
    });
  }

  /** The process of a loader that has begun a chunk and not ended it. */
  async busyLoader(): Promise<number> {
    await this.until('a loader is busy', async () => (await readStatus(this.control)).current_table ?? undefined);
    return this.loader();
  }

  /** Asks again and again. Ends, too, when the story is interrupted, the run fails, or nothing happens for minutes. */
  private async until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
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

const indent = (text: string): string => text.replace(/^/gm, '     ');
