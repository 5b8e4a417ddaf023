/**
 * A throw-away MariaDB from Debian's package, which is installed if it is missing. It is started by hand, on a port and in a
 * directory of its own, never as the system's service, and is gone with its files after `stop` or when this process ends.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { install } from './debian.js';

export const DAEMON = '/usr/sbin/mariadbd';

/** As little waiting for the disk as a killed process survives. */
const SETTINGS: Readonly<Record<string, string | number>> = {
  'bind-address': '127.0.0.1',
  'server-id': 1,
  'log-bin': 'binlog',
  'binlog-format': 'ROW',
  'binlog-row-metadata': 'FULL',
  'local-infile': 1,
  'sync-binlog': 0,
  'innodb-flush-log-at-trx-commit': 2,
  'innodb-buffer-pool-size': '256M',
  'max-allowed-packet': '1G',
  'max-connections': 300,
};

export class MariaDb {
  port = 0;
  readonly #password = randomBytes(12).toString('hex');
  readonly #guard: ChildProcess;
  #daemon: ChildProcess | undefined;

  private constructor(
    private readonly home: string,
    private readonly settings: Readonly<Record<string, string | number>>,
  ) {
    this.#guard = guard(home);
  }

  /** `settings`: options of the server, as on its command line. */
  static async start(settings: Readonly<Record<string, string | number>> = {}): Promise<MariaDb> {
    install('mariadb-server', DAEMON);
    const server = new MariaDb(mkdtempSync(join(tmpdir(), 'openkite-mariadb-')), { ...SETTINGS, ...settings });
    try {
      server.create();
      await server.boot();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get pid(): number {
    return this.#daemon?.pid ?? 0;
  }

  url(database = ''): URL {
    return new URL(`mysql://root:${this.#password}@127.0.0.1:${this.port}/${encodeURIComponent(database)}`);
  }

  private create(): void {
    const options = ['--no-defaults', `--datadir=${this.home}/data`, '--auth-root-authentication-method=normal'];
    const only = ['--skip-test-db', `--user=${userInfo().username}`];
    execFileSync('mariadb-install-db', [...options, ...only], { stdio: ['ignore', 'ignore', 'pipe'] });
    const account = `'root'@'127.0.0.1' IDENTIFIED BY '${this.#password}'`;
    const sql = `CREATE OR REPLACE USER ${account};\nGRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n`;
    writeFileSync(join(this.home, 'init.sql'), sql, { mode: 0o600 });
  }

  /** Starts it again, after `halt` or a crash, on the same port. */
  async boot(): Promise<void> {
    if (this.port === 0) this.port = await freePort();
    const options = {
      port: this.port,
      socket: join(this.home, 's'),
      datadir: join(this.home, 'data'),
      tmpdir: this.home, // a server that starts clears up there
      ...this.settings,
    };
    const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const who = [`--init-file=${this.home}/init.sql`, '--skip-name-resolve', `--pid-file=${this.home}/pid`];
    const daemon = spawn(DAEMON, ['--no-defaults', ...flags, ...who, `--user=${userInfo().username}`], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    const ready = new Promise<true>((resolve) =>
      daemon.stderr.on('data', (text: Buffer) => {
        said = (said + text.toString()).slice(-4000);
        if (said.includes('ready for connections')) resolve(true);
      }),
    );
    const up = await Promise.race([ready, once(daemon, 'close').then(() => false)]);
    if (!up) throw new Error(`MariaDB did not start: ${said}`);
    this.#daemon = daemon;
  }

  /** SIGKILL is a crash. Its data stay. */
  async halt(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = once(daemon, 'close');
    daemon.kill(signal);
    await ended;
  }

  async stop(): Promise<void> {
    await this.halt('SIGKILL');
    const gone = once(this.#guard, 'close');
    this.#guard.ref();
    this.#guard.stdin?.end(); // it removes the files
    await gone;
  }
}

/** A shell that waits for the end of its input, which comes also when we are killed, and then clears up. */
function guard(home: string): ChildProcess {
  const script = `
    cat > /dev/null
    cd "$0" || exit
    [ -e pid ] && kill -KILL "$(cat pid)" 2> /dev/null && sleep 0.2
    rm -rf "$0"`;
  const shell = spawn('/bin/sh', ['-c', script, home], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return shell;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
