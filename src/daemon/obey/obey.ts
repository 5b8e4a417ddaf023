import { explain, Fault } from '../../base/fault.js';
import {
  expireCommands,
  isOpen,
  readCommands,
  seeCommand,
  settleCommand,
  type Command,
} from '../../control/command.js';
import type { Db } from '../../db/db.js';
import type { DaemonContext } from '../daemon.js';
import { obeyAdd } from './add.js';
import { obeyCheckpoint } from './checkpoint.js';
import { obeyCutover } from './cutover.js';
import { done, refused, seen, type Duty, type Obey, type Outcome } from './duty.js';
import { obeyReload } from './reload.js';
import { obeyRetry } from './retry.js';
import { obeySkip } from './skip.js';
import { obeyThrottle, obeyWish } from './wish.js';

const WISHES: Readonly<Record<string, Obey>> = {
  PAUSE: obeyWish,
  RUN: obeyWish,
  STOP: obeyWish,
  THROTTLE: obeyThrottle,
};

/** What moves something waits while everything is paused. */
const ACTS: Readonly<Record<string, Obey>> = {
  RELOAD: obeyReload,
  ADD: obeyAdd,
  SKIP: obeySkip,
  RETRY: obeyRetry,
  CHECKPOINT: obeyCheckpoint,
  CUTOVER: obeyCutover,
};

/** Obeys the commands that are the coordinator's, in their order, and says what became of each. */
export class Obedience {
  constructor(private readonly context: DaemonContext) {}

  async look(control: Db, paused: boolean): Promise<void> {
    for (const { id, action, scope } of await expireCommands(control))
      this.context.log.info(`command ${id} is over: ${action} ${scope}`);
    const open = (await readCommands(control)).filter(isOpen);
    for (const command of open)
      await this.tell(command, await this.judge(command, { context: this.context, control }, paused), control);
  }

  /** Everybody has ended: what was said to all, or to them, is in effect. */
  async leave(control: Db): Promise<void> {
    const open = (await readCommands(control)).filter((command) => isOpen(command) && command.action === 'STOP');
    for (const command of open) await this.tell(command, done('in effect: every worker has ended'), control);
  }

  private async judge(command: Command, duty: Duty, paused: boolean): Promise<Outcome | undefined> {
    const wish = WISHES[command.action];
    if (wish) return wish(command, duty);
    const act = ACTS[command.action];
    if (!act) return refused(words(command.action));
    if (paused) return seen('waits for the end of a PAUSE');
    try {
      return await act(command, duty);
    } catch (error) {
      const fault = this.context.classify(error);
      if (fault.kind === 'operator' || fault.kind === 'permanent') return refused(explain(fault));
      throw fault instanceof Fault ? fault : error;
    }
  }

  private async tell({ id, action, scope, state, result }: Command, outcome: Outcome | undefined, control: Db) {
    if (!outcome || (outcome.state === state && outcome.result === result)) return;
    if (outcome.state === 'SEEN') return seeCommand(control, id, outcome.result);
    await settleCommand(control, id, outcome.state, outcome.result);
    this.context.log.info(`command ${id} (${action} ${scope}) is ${outcome.state}: ${outcome.result}`);
  }
}

/** The same that the tables' own guards say, for where there are none. */
function words(action: string): string {
  if (action === 'RESET')
    return 'nobody would be alive to obey it: set wirekite_action to STOP, then call the routine reset';
  if (action === 'VALIDATE' || action === 'REPAIR') return `this version does not obey ${action} yet`;
  const known = [...Object.keys(WISHES), ...Object.keys(ACTS)].join(', ');
  return `this version has no command '${action}': it obeys ${known}`;
}
