import { once } from 'node:events';
import { explain, Fault } from '../base/fault.js';
import { STANDBY } from './children.js';
import { changeExtractor } from './capture.js';
import { connectorFor } from '../connector/discover.js';
import { readConfig, type Config } from './config.js';
import type { Connectors } from './context.js';
import { daemon, type Role } from './daemon.js';
import { EXIT, exitOf } from './exit.js';
import { dataExtractor } from './extract.js';
import { changeLoader } from './follow.js';
import { keeper, wholeExtractor } from './keep.js';
import { dataLoader } from './load.js';

/** The daemons by the words that start them: `extract data`, `load data`. */
export const ROLES: Readonly<Record<'extract' | 'load', Readonly<Record<string, Role>>>> = {
  extract: { keeper, data: dataExtractor, all: wholeExtractor, change: changeExtractor },
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
  const config = readConfig(file);
  if (role === keeper || role === dataExtractor) refuseApart(config, what, connectors);
  if (role) return daemon(config, role, connectors);
  throw new Fault('operator', `cannot ${side} ${what}`, { hint: `one of: ${Object.keys(ROLES[side]).join(', ')}` });
}

/** A snapshot that only its own process can join would be found lost by every reader elsewhere. */
function refuseApart({ source }: Config, what: string, { extractors }: Connectors): void {
  if (!connectorFor(source, extractors).ownSnapshots) return;
  throw new Fault('operator', `extract ${what} cannot run apart: another process cannot join this source's snapshots`, {
    hint: '`openkite extract all` holds them and reads under them',
  });
}
