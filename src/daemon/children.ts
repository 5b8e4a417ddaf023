import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { monotonic, sleep } from '../base/clock.js';
import { Fault } from '../base/fault.js';
import type { Log } from '../base/log.js';

/** A daemon to run beside us: a main and its arguments. Its configuration comes from the file, secrets from the environment. */
export interface ChildSpec {
  readonly role: string;
  readonly main: URL;
  readonly args: readonly string[];
}

/** Exit codes after which a child is not started again: STOP was said, or what it was told is wrong. */
export const STOPPED = 4;
export const MISUSED = 2;

const QUICK_SECONDS = 30;
const MOST_QUICK_DEATHS = 10;

/** Starts daemons as child processes, starts them again when they die, and says so. */
export class Children {
  private readonly running = new Map<ChildSpec, ChildProcess>();
  private readonly ended: Promise<void>[] = [];
  private ending = false;
  /** Set when a child ended in a way that ends the run. */
  verdict: { readonly code: number; readonly why: string } | undefined;

  constructor(
    private readonly log: Log,
    private readonly died: (pid: number, spec: ChildSpec) => Promise<void>,
  ) {}

  start(spec: ChildSpec): void {
    this.ended.push(this.keepAlive(spec));
  }

  private async keepAlive(spec: ChildSpec): Promise<void> {
    for (let quick = 0; !this.ending && !this.verdict;) {
      const start = monotonic();
      const { pid, code, signal } = await this.runOnce(spec);
      if (this.ending) return;
      if (code === STOPPED || code === MISUSED)
        return this.conclude(code, `the ${spec.role} daemon ended with ${code}`);
      await this.died(pid, spec);
      quick = monotonic() - start < QUICK_SECONDS ? quick + 1 : 1;
      this.log.error(
        { role: spec.role, child: pid, code, signal, deaths: quick },
        `the ${spec.role} daemon died and is started again`,
      );
      if (quick >= MOST_QUICK_DEATHS)
        return this.conclude(1, `the ${spec.role} daemon died ${quick} times within seconds of its start`);
      await sleep(Math.min(30_000, 100 * 2 ** quick));
    }
  }

  private conclude(code: number, why: string): void {
    this.verdict ??= { code, why };
  }

  private runOnce(spec: ChildSpec): Promise<{ pid: number; code: number | null; signal: string | null }> {
    const child = spawn(process.execPath, [fileURLToPath(spec.main), ...spec.args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { UV_THREADPOOL_SIZE: '8', ...process.env },
    });
    this.running.set(spec, child);
    return new Promise((resolve, reject) => {
      child.once('error', (cause) => reject(new Fault('permanent', `cannot start the ${spec.role} daemon`, { cause })));
      child.once('exit', (code, signal) => {
        this.running.delete(spec);
        resolve({ pid: child.pid ?? 0, code, signal });
      });
    });
  }

  get pids(): Record<string, number | undefined> {
    return Object.fromEntries([...this.running].map(([spec, child]) => [spec.role, child.pid]));
  }

  /** Lets them finish what they hold; after `seconds` they are told to abandon it, and then killed. */
  async end(seconds: number): Promise<void> {
    this.ending = true;
    for (const [grace, signal] of [
      [0, 'SIGTERM'],
      [seconds, 'SIGTERM'],
      [5, 'SIGKILL'],
    ] as const) {
      await Promise.race([Promise.all(this.ended), sleep(grace * 1000)]);
      for (const child of this.running.values()) child.kill(signal);
    }
    await Promise.all(this.ended);
  }
}
