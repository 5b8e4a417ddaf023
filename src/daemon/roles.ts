import { once } from 'node:events';
import { explain, Fault } from '../base/fault.js';
import { STANDBY } from './children.js';
import { changeExtractor } from './capture.js';
import { readConfig } from './config.js';
import type { Connectors } from './context.js';
import { daemon, type Role } from './daemon.js';
import { EXIT, exitOf } from './exit.js';
import { dataExtractor } from './extract.js';
import { changeLoader } from './follow.js';
import { keeper } from './keep.js';
import { dataLoader } from './load.js';

/** The daemons by the words that start them: `extract data`, `load data`. */
export const ROLES: Readonly<Record<'extract' | 'load', Readonly<Record<string, Role>>>> = {
  extract: { keeper, data: dataExtractor, change: changeExtractor },
  load: { data: dataLoader, change: changeLoader },
};

/** A daemon's whole process: `<what> <configuration>` as arguments, an exit code at the end. */
export async function daemonProcess(side: 'extract' | 'load', connectors: Connectors): Promise<never> {
  await begun();
  const [what = '', file = 'openkite.yaml'] = process.argv.slice(2);
  try {
    process.exit(await startDaemon(side, what, file, connectors));
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(exitOf(error));
  }
}

/** Started before there is a plan, it has its code loaded when there is one. Without its coordinator it never begins. */
async function begun(): Promise<void> {
  if (process.env[STANDBY] !== '1') return;
  const orphaned = (): never => process.exit(EXIT.failed);
  process.once('disconnect', orphaned);
  await once(process, 'message');
  process.off('disconnect', orphaned);
}

export function startDaemon(
  side: 'extract' | 'load',
  what: string,
  file: string,
  connectors: Connectors,
): Promise<number> {
  const role = ROLES[side][what];
  if (role) return daemon(readConfig(file), role, connectors);
  throw new Fault('operator', `cannot ${side} ${what}`, { hint: `one of: ${Object.keys(ROLES[side]).join(', ')}` });
}
