/**
 * Throw-away servers for `openkite demo` and the tests, from the binaries that npm brings. They run as an ordinary
 * user (`postgres` or `nobody` when we are root, since the server refuses to be root), listen on loopback only, and
 * are gone, with their files, after `stop()` or when this process ends, however it ends.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../src/base/fault.js';
import { findBinaries, reachableBy, serverUser, type ServerUser } from './binaries.js';

export type Major = 10 | 13 | 15 | 17 | 18;
/** As pg_ctl names them: wait for sessions to leave, end them, or crash. */
export type StopMode = 'smart' | 'fast' | 'immediate';

export interface ServerOptions {
  readonly major?: Major;
  /** Parameters of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where the server's own directory is made. Default: the system's directory for temporary files. */
  readonly directory?: string;
}

export interface Server {
  readonly major: Major;
  readonly port: number;
  /** Process id of the postmaster, for tests that freeze or kill it. */
  readonly pid: number;
  /** For the superuser. Default database: postgres. */
  url(database?: string): URL;
  /** Stops it and keeps its data. */
  halt(mode?: StopMode): Promise<void>;
  /** Starts it again after `halt`, on the same port. */
  start(): Promise<void>;
  restart(mode?: StopMode): Promise<void>;
  /** Stops it and removes everything. */
  stop(mode?: StopMode): Promise<void>;
}

const SIGNALS = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const major = options.major ?? 18;
  const user = serverUser();
  const home = mkdtempSync(join(options.directory ?? tmpdir(), 'openkite-server-'));
  const server = new LocalServer(major, home, user, options.settings ?? {});
  try {
    await server.create();
    await server.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

class LocalServer implements Server {
  port = 0;
  readonly #password = randomBytes(12).toString('hex');
  readonly #guard: ChildProcess;
  #binaries = '';
  #postmaster: ChildProcess | undefined;

  constructor(
    readonly major: Major,
    private readonly home: string,
    private readonly user: ServerUser,
    private readonly settings: Readonly<Record<string, string>>,
  ) {
    give(home, user);
    this.#guard = guard(home);
  }

  get pid(): number {
    return this.#postmaster?.pid ?? 0;
  }

  url(database = 'postgres'): URL {
    return new URL(`postgres://postgres:${this.#password}@127.0.0.1:${this.port}/${encodeURIComponent(database)}`);
  }

  async create(): Promise<void> {
    this.#binaries = reachableBy(this.user, findBinaries(this.major), join(this.home, 'binaries'));
    const secret = join(this.home, 'secret');
    writeFileSync(secret, this.#password, { mode: 0o600 });
    give(secret, this.user);
    const cluster = [`--pgdata=${this.home}/data`, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
    const login = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${secret}`];
    const initdb = this.#run('initdb', [...cluster, ...login]);
    const said = collect(initdb);
    const [status] = (await once(initdb, 'close')) as [number | null];
    rmSync(secret);
    if (status !== 0) throw new Fault('operator', `cannot create a server in ${this.home}: ${said()}`);
  }

  async start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      if (this.port === 0) this.port = await freePort();
      const problem = await this.#boot();
      if (problem === undefined) return;
      if (!problem.includes('in use') || tries === 5)
        throw new Fault('operator', `the server did not start: ${problem}`);
      this.port = 0; // somebody was quicker
    }
  }

  async halt(mode: StopMode = 'fast'): Promise<void> {
    const postmaster = this.#postmaster;
    if (postmaster === undefined) return;
    this.#postmaster = undefined;
    if (postmaster.exitCode !== null || postmaster.signalCode !== null) return;
    const ended = once(postmaster, 'close');
    postmaster.kill(SIGNALS[mode]);
    await ended;
  }

  async restart(mode: StopMode = 'fast'): Promise<void> {
    await this.halt(mode);
    await this.start();
  }

  async stop(mode: StopMode = 'fast'): Promise<void> {
    await this.halt(mode);
    const gone = once(this.#guard, 'close');
    this.#guard.ref();
    this.#guard.stdin?.end(); // it removes the files
    await gone;
  }

  /** What went wrong, or undefined when the server takes connections. */
  async #boot(): Promise<string | undefined> {
    const settings = {
      port: String(this.port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: this.home,
      lc_messages: 'C',
      logging_collector: 'off',
      log_destination: 'stderr',
      ...this.settings,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const postmaster = this.#run('postgres', ['-D', join(this.home, 'data'), ...flags]);
    const said = collect(postmaster);
    const ready = new Promise<true>((resolve) =>
      postmaster.stderr?.on('data', () => said().includes('ready to accept connections') && resolve(true)),
    );
    const up = await Promise.race([ready, once(postmaster, 'close').then(() => false)]);
    this.#postmaster = up ? postmaster : undefined;
    return up ? undefined : said();
  }

  #run(program: string, args: readonly string[]): ChildProcess {
    const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
    // Detached: Ctrl-C in a terminal is for us, who then stop the server in good order.
    return spawn(join(this.#binaries, 'bin', program), args, {
      cwd: this.home,
      env,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...this.user,
    });
  }
}

function give(path: string, { uid, gid }: ServerUser): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

/** A shell that waits for the end of its input, which comes also when we are killed, and then clears up. */
function guard(home: string): ChildProcess {
  const script = `
    cat > /dev/null
    cd "$0" || exit
    lock=data/postmaster.pid
    kill -QUIT "$(head -n 1 $lock)" && while [ -e $lock ] && [ $((tries += 1)) -le 100 ]; do sleep 0.05; done
    rm -rf "$0"`;
  const shell = spawn('/bin/sh', ['-c', script, home], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return shell;
}

/** The last words of a process. */
function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-4000)));
  return () => text.trim();
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
