import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { monotonic, sleep } from '../base/clock.js';
import { Fault } from '../base/fault.js';
import type { Log } from '../base/log.js';
import { EXIT } from './exit.js';

/** A daemon to run beside us. Its configuration comes from the file, its secrets from the environment. */
export interface ChildSpec {
  readonly role: string;
  readonly main: URL;
  readonly args: readonly string[];
}

interface Death {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: string | null;
}

const QUICK_SECONDS = 30;
/** With delays that grow to 30 s, a server may be away for some ten minutes before its daemons are given up. */
const MOST_QUICK_DEATHS = 25;

/** Starts daemons as child processes, starts them again when they die, and says so. */
export class Children {
  private readonly running = new Map<ChildSpec, ChildProcess>();
  private readonly ended: Promise<void>[] = [];
  private readonly ending = new AbortController();
  /** Set when a child ended in a way that ends the run. */
  verdict: { readonly code: number; readonly why: string } | undefined;

  /** `died` is told of every death before the daemon is started again. */
  constructor(
    private readonly log: Log,
    private readonly died: (pid: number) => Promise<void>,
  ) {}

  start(spec: ChildSpec): void {
    this.ended.push(this.keepAlive(spec).catch((error: unknown) => this.conclude(EXIT.failed, String(error))));
  }

  private async keepAlive(spec: ChildSpec): Promise<void> {
    let lived = false; // after that, a server that cannot be reached is an outage and no mistake in its URL
    for (let quick = 0; !this.ending.signal.aborted && !this.verdict;) {
      const start = monotonic();
      const death = await this.runOnce(spec);
      if (this.ending.signal.aborted) return;
      const { code } = death;
      if (code === EXIT.stopped || (code === EXIT.misused && !lived))
        return this.conclude(code, `the ${spec.role} daemon ended with ${code}`);
      lived ||= code !== EXIT.misused;
      quick = monotonic() - start < QUICK_SECONDS ? quick + 1 : 1;
      await this.restart(spec, death, quick);
    }
  }

  private async restart({ role }: ChildSpec, { pid, code, signal }: Death, quick: number): Promise<void> {
    await this.died(pid).catch((error: unknown) => this.log.warn(`its leases end by themselves: ${String(error)}`));
    this.log.error({ role, child: pid, code, signal, deaths: quick }, `the ${role} daemon died and is started again`);
    if (quick >= MOST_QUICK_DEATHS)
      return this.conclude(EXIT.failed, `the ${role} daemon died ${quick} times within seconds of its start`);
    await sleep(Math.min(30_000, 100 * 2 ** quick), this.ending.signal);
  }

  private conclude(code: number, why: string): void {
    this.verdict ??= { code, why };
  }

  private runOnce(spec: ChildSpec): Promise<Death> {
    const child = spawn(process.execPath, [fileURLToPath(spec.main), ...spec.args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true, // a terminal's Ctrl-C is for the coordinator, which tells them once
      env: { UV_THREADPOOL_SIZE: '8', ...process.env }, // fsync, compression and DNS share four threads otherwise
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

  /** Lets them finish what they hold; after `seconds`, or when `now` is aborted, they are told to abandon it. */
  async end(seconds: number, now: AbortSignal): Promise<void> {
    this.ending.abort();
    const over = new AbortController();
    const all = Promise.all(this.ended).finally(() => over.abort());
    this.tell('SIGTERM');
    await sleep(seconds * 1000, over.signal, now);
    this.tell('SIGTERM');
    await sleep(5_000, over.signal);
    this.tell('SIGKILL');
    await all;
  }

  private tell(signal: NodeJS.Signals): void {
    for (const child of this.running.values()) child.kill(signal);
  }
}
