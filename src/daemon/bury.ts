import { endLeases, livingWorkers } from '../control/worker.js';
import type { Context } from './context.js';

/** Processes of this host that are gone need no lease's patience: whoever ran here before was killed. */
export async function buryOwnDead(context: Context): Promise<void> {
  const control = await context.control.get();
  const { host } = context;
  const pids = (await livingWorkers(control)).filter((worker) => worker.host === host).map(({ pid }) => Number(pid));
  for (const pid of new Set(pids))
    if (!processLives(pid)) await endLeases(control, { host, pid, why: 'its process died' });
}

function processLives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
