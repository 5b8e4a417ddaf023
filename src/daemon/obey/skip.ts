import { skipTable } from '../../control/skip.js';
import { reopenStreams } from '../../control/stream.js';
import { laneMark } from '../../control/lane.js';
import { behindTables } from '../../control/behind.js';
import type { Command } from '../../control/command.js';
import { done, refused, seen, type Duty, type Obey, type Outcome } from './duty.js';
import { isTable, refuseOther, refuseUnknown } from './scope.js';

/** Without a value a table leaves; with one, exactly the transaction of that number is left out. */
export const obeySkip: Obey = async (command, duty) => {
  if (command.value !== undefined) return skipTransaction(command, duty);
  const unknown = await refuseOther(command, duty.control);
  if (unknown) return unknown;
  const { kin } = duty.context;
  const others = [...kin.of(command.scope)].filter((table) => table !== command.scope);
  if (others.length > 0)
    return refused(
      `its rows follow those of ${others.join(', ')} by foreign keys that the source does not log: none of them can be left out alone`,
    );
  await skipTable(duty.control, command.scope, `left out by ${command.author} (command ${command.id})`);
  return done(
    `${command.scope} has left: what is there stays, its changes are counted and not applied; RELOAD brings it back`,
  );
};

async function skipTransaction(command: Command, { context, control }: Duty): Promise<Outcome | undefined> {
  const { scope, value = '', state } = command;
  if (!context.config.changes) return refused('no changes are followed');
  if (!/^[1-9]\d{0,14}$/.test(value)) return refused(`value is the number of a transaction, not ${value}`);
  if (scope !== '*' && !isTable(scope)) return refused(`its scope is * or a table, not ${scope}`);
  const unknown = await refuseUnknown(command, control);
  if (unknown) return unknown;
  const reached = await appliedTo(scope, control);
  const seq = Number(value);
  if (state === 'PENDING') {
    if (reached >= seq)
      return refused(`transaction ${seq} is applied already: ${scope === '*' ? 'the lane' : scope} is at ${reached}`);
    await reopenStreams(control); // it may have been stopped by that very transaction
  }
  if (reached < seq) return seen(`transaction ${seq} is left out when it comes: ${reached} was the last one`);
  return done(`transaction ${seq} was left out of ${scope === '*' ? 'all tables' : scope}`);
}

/** The last transaction that is applied to the scope. */
async function appliedTo(scope: string, control: Duty['control']): Promise<number> {
  const behind = await behindTables(control);
  const lane = await laneMark(control);
  if (scope !== '*') return behind.find(({ table }) => table === scope)?.appliedSeq ?? lane;
  return Math.min(lane, ...behind.map(({ appliedSeq }) => appliedSeq));
}
