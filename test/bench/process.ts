import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { monotonic } from '../../src/base/clock.js';

/** Is this program on the PATH? */
export const has = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`));

/** Runs a command to its end; seconds of wall time. Throws with what it printed when it fails. */
export async function timed(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const start = monotonic();
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const out of [child.stdout, child.stderr])
    out.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-4000)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}:\n${said}`);
  return monotonic() - start;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}
