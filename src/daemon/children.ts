import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { monotonic, sleep } from '../base/clock.js';
import { Fault } from '../base/fault.js';
import type { Log } from '../base/log.js';
import { EXIT } from './exit.js';
import { SESSIONS, type SessionsMessage } from './sessions.js';

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

/** The engine lets garbage lie in proportion to what it may use at most: by default that is gigabytes. */
const FRUGAL = ['--max-old-space-size=1024'];

/** What whoever has children is asked and told. */
export interface Hooks {
  /** Of every death, before the daemon is started again. */
  readonly died: (pid: number) => Promise<void>;
  /** STOP holds for everybody. */
  readonly isStopped: () => Promise<boolean>;
  /** It was said to the workers of this process. */
  readonly isStoppedAlone: (pid: number) => Promise<boolean>;
}

/** One process of a daemon, from its start to its end. */
interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<Death>;
}

/** Says to a child, in its environment, that it waits for a message before it does anything. */
export const STANDBY = 'OPENKITE_STANDBY';

/** Starts daemons as child processes, starts them again when they die, and says so. */
export class Children {
  private readonly living = new Map<ChildSpec, Life>();
  /** Those that are to live, in the order of their coming. */
  private readonly specs: Set<ChildSpec>;
  /** How many sessions each was told to have. */
  private readonly told = new Map<ChildSpec, number>();
  private readonly ended: Promise<void>[] = [];
  private readonly ending = new AbortController();
  private hooks: Hooks | undefined;
  /** Set when a child ended in a way that ends the run. */
  verdict: { readonly code: number; readonly why: string } | undefined;

  /** The processes start at once and load their code; what they are to do is not known before `begin`. */
  constructor(
    specs: readonly ChildSpec[],
    private readonly log: Log,
  ) {
    this.specs = new Set(specs);
    for (const spec of specs) this.living.set(spec, this.spawn(spec, { [STANDBY]: '1' }));
  }

  begin(hooks: Hooks): void {
    this.hooks = hooks;
    for (const [spec, { child }] of this.living) {
      if (child.connected) child.send('begin');
      this.keep(spec);
    }
  }

  private keep(spec: ChildSpec): void {
    this.ended.push(this.keepAlive(spec).catch((error: unknown) => this.conclude(EXIT.failed, String(error))));
  }

  /** As many processes of a role as there are numbers, each with so many sessions; undefined: as the settings say. */
  scale(role: string, sessions: readonly (number | undefined)[]): void {
    const specs = [...this.specs].filter((spec) => spec.role === role);
    for (const spec of specs.slice(sessions.length)) this.dismiss(spec);
    for (const [i, number] of sessions.entries()) {
      const spec = specs[i] ?? (specs[0] && { ...specs[0] });
      if (spec) this.tellSessions(spec, number);
      if (spec && !this.specs.has(spec)) this.keep(this.added(spec));
    }
  }

  private added(spec: ChildSpec): ChildSpec {
    this.specs.add(spec);
    return spec;
  }

  /** It finishes what it holds, and is not started again. */
  private dismiss(spec: ChildSpec): void {
    this.specs.delete(spec);
    this.living.get(spec)?.child.kill('SIGTERM');
  }

  private tellSessions(spec: ChildSpec, sessions: number | undefined): void {
    if (sessions === undefined) this.told.delete(spec);
    else this.told.set(spec, sessions);
    const child = this.living.get(spec)?.child;
    if (child?.connected) child.send({ sessions: sessions ?? null } satisfies SessionsMessage);
  }

  private async keepAlive(spec: ChildSpec): Promise<void> {
    let lived = false; // after that, a server that cannot be reached is an outage and no mistake in its URL
    for (let quick = 0; !this.ending.signal.aborted && !this.verdict;) {
      const start = monotonic();
      const death = await this.runOnce(spec);
      if (this.ending.signal.aborted || !this.specs.has(spec)) return;
      const { code, pid } = death;
      if (code === EXIT.misused && !lived) return this.conclude(code, `the ${spec.role} daemon ended with ${code}`);
      if (code === EXIT.stopped && (await this.staysAway(pid))) return;
      lived ||= code !== EXIT.misused;
      quick = monotonic() - start < QUICK_SECONDS ? quick + 1 : 1;
      await this.restart(spec, death, quick);
    }
  }

  /** Nobody but a person lifts a STOP: of all, or of its workers. One that was lifted before we heard of it holds no more. */
  private async staysAway(pid: number): Promise<boolean> {
    if (await this.hooks?.isStopped().catch(() => false)) this.conclude(EXIT.stopped, 'STOP was said');
    return this.verdict !== undefined || (await this.hooks?.isStoppedAlone(pid).catch(() => false)) === true;
  }

  private async restart({ role }: ChildSpec, { pid, code, signal }: Death, quick: number): Promise<void> {
    await this.hooks
      ?.died(pid)
      .catch((error: unknown) => this.log.warn(`its leases end by themselves: ${String(error)}`));
    this.log.error({ role, child: pid, code, signal, deaths: quick }, `the ${role} daemon died and is started again`);
    if (quick >= MOST_QUICK_DEATHS)
      return this.conclude(EXIT.failed, `the ${role} daemon died ${quick} times within seconds of its start`);
    await sleep(Math.min(30_000, 100 * 2 ** quick), this.ending.signal);
  }

  private conclude(code: number, why: string): void {
    this.verdict ??= { code, why };
  }

  private async runOnce(spec: ChildSpec): Promise<Death> {
    const life = this.living.get(spec) ?? this.spawn(spec, this.environmentOf(spec));
    this.living.set(spec, life);
    const death = await life.ended;
    this.living.delete(spec);
    return death;
  }

  private environmentOf(spec: ChildSpec): NodeJS.ProcessEnv {
    const sessions = this.told.get(spec);
    return sessions === undefined ? {} : { [SESSIONS]: String(sessions) };
  }

  private spawn({ role, main, args }: ChildSpec, more: NodeJS.ProcessEnv): Life {
    const child = spawn(process.execPath, [...FRUGAL, fileURLToPath(main), ...args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true, // a terminal's Ctrl-C is for the coordinator, which tells them once
      env: { UV_THREADPOOL_SIZE: '8', ...process.env, ...more }, // fsync, compression and DNS share four threads otherwise
    });
    const ended = new Promise<Death>((resolve, reject) => {
      child.once('error', (cause) => reject(new Fault('permanent', `cannot start the ${role} daemon`, { cause })));
      child.once('exit', (code, signal) => resolve({ pid: child.pid ?? 0, code, signal }));
    });
    ended.catch(() => undefined); // told by whoever waits for it
    return { child, ended };
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
    for (const { child } of this.living.values()) child.kill(signal);
  }
}
