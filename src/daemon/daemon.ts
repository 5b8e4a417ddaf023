import { explain } from '../base/fault.js';
import { openLog } from '../base/log.js';
import { stopOnSignals } from '../base/stop.js';
import type { Settings } from '../control/settings.js';
import type { Config } from './config.js';
import { openContext, type Connectors } from './context.js';
import { Crew } from './crew.js';
import { isCutOver } from './cut-over.js';
import { EXIT, exitOf, liftStop } from './exit.js';
import { informed, type Known } from './known.js';
import { underControl, type Live } from './under-control.js';
import type { Unit, Work } from './unit.js';

/** A kind of daemon: its name in `wirekite_worker.role`, how many units it has, and what each of them does. */
export interface Role {
  readonly name: string;
  readonly units: (settings: Settings) => number;
  /** Their number stays what it is at the start. */
  readonly fixed?: boolean;
  readonly work: (unit: Unit, context: DaemonContext, index: number) => Work;
  /** What goes on beside the units for as long as they live: it ends when the signal is aborted. */
  readonly beside?: (context: DaemonContext, over: AbortSignal) => Promise<void>;
}

export type DaemonContext = Live & Known;

/** Runs one daemon to its end: 0 when it was asked to leave, 4 after STOP, 1 or 2 when it failed. */
export async function daemon(config: Config, role: Role, connectors: Connectors): Promise<number> {
  const log = openLog(role.name);
  const stop = stopOnSignals();
  stop.aborting.addEventListener('abort', () => process.exit(EXIT.failed));
  try {
    const context = await openContext(config, role.name, connectors, log);
    let known: DaemonContext | undefined;
    let stoppedAlone = false;
    const word = await underControl(context, stop, {
      role: role.name,
      run: async (live) => {
        known = await informed(live);
        stoppedAlone = await work(role, known);
      },
      refresh: async () => {
        if (known && (await known.renew())) lookAgain(known);
        if (await isCutOver(await context.control.get())) stop.drain('the migration is cut over');
      },
      knows: (table) => known?.has(table) ?? false,
    });
    await context.control.drop();
    if (word === 'STOP') log.info(`ended by STOP; to lift it: ${liftStop(config.control.schema)}`);
    return word === 'STOP' || stoppedAlone ? EXIT.stopped : EXIT.done;
  } catch (error) {
    log.fatal(explain(error));
    return exitOf(error);
  }
}

/** Another plan is a reason to look again, and what is begun from now on goes by it. */
function lookAgain({ gate }: DaemonContext): void {
  gate.serial += 1;
  gate.wake();
}

/** Returns whether its units were stopped one by one. */
async function work(role: Role, context: DaemonContext): Promise<boolean> {
  const over = new AbortController();
  const crew = new Crew(role, context);
  const beside = Promise.all([role.beside?.(context, over.signal), crew.cancelLate(over.signal)]);
  try {
    return await crew.run();
  } finally {
    over.abort();
    await beside;
  }
}
