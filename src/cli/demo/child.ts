import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';

const main = fileURLToPath(new URL('../main.js', import.meta.url));

/** `openkite …` as a process of its own, which ends when we do. What it says is kept for the case that it fails. */
export class Openkite {
  private readonly child: ChildProcess;
  private words = '';
  /** Its exit code, once it has ended. */
  code: number | undefined;
  private readonly ended: Promise<unknown>;

  constructor(...args: readonly string[]) {
    // Detached: Ctrl-C is for us, who then ask it to leave, once.
    this.child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (piece: Buffer) => (this.words = (this.words + piece.toString()).slice(-4000)));
    this.ended = once(this.child, 'exit').then(([code]) => (this.code = (code as number | null) ?? 1));
  }

  /** Resolves when it has ended, with this code. */
  async done(code = 0): Promise<void> {
    await this.ended;
    if (this.code !== code) throw this.failure();
  }

  failure(): Fault {
    return new Fault('permanent', `openkite ended with ${this.code}. Its last words:\n${this.words.trim()}`);
  }

  /** Asks it to leave; what is left of it and its daemons after ten seconds is killed. */
  async leave(): Promise<void> {
    if (this.code === undefined) this.child.kill('SIGTERM');
    await Promise.race([this.ended, sleep(10_000)]);
    try {
      process.kill(-(this.child.pid ?? 0), 'SIGKILL');
    } catch {
      // nobody of its group is left
    }
    await this.ended;
  }
}
