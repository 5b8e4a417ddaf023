/** A process of openkite and what it says. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { sleep } from '../../src/base/clock.js';

/** Characters of a long run that are kept. */
const MOST_SAID = 1 << 20;

export class Run {
  said = '';
  readonly ended: Promise<number | string>;

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => (this.said = (this.said + bytes.toString()).slice(-MOST_SAID)));
    this.ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? '?');
  }

  get lives(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The exit code, or the signal. */
  async code(seconds = 150): Promise<number | string> {
    const late = sleep(seconds * 1000).then(() => `still running after ${seconds} s`);
    return Promise.race([this.ended, late]);
  }

  /** Kills what a failed test left. */
  async end(): Promise<void> {
    if (!this.lives) return;
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

/** Its arguments, or '' where it has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Looks at once and again, ever less often: what is waited for long is not to be robbed of the processor by the look. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (let pause = 20; !(await holds()); pause = Math.min(120, pause * 1.2)) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(pause);
  }
}
