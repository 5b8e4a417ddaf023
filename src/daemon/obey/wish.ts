import { missingAcks, type Command } from '../../control/command.js';
import { parseThrottle } from '../../control/throttle.js';
import type { Word } from '../../control/action.js';
import { done, refused, seen, type Duty, type Obey, type Outcome } from './duty.js';
import { isTable, refuseUnknown } from './scope.js';

const SHOWN = 5;

/** PAUSE, RUN and STOP: daemons obey them by themselves; here is said whether they are understood, and when all obey. */
export const obeyWish: Obey = async (command, duty) => {
  if (command.state === 'PENDING') {
    const unknown = await refuseUnknown(command, duty.control);
    if (unknown) return unknown;
  }
  if (!command.inForce) return done('a later command for the same scope took its place');
  return (await waiting(command, duty)) ?? done(inEffect(command, duty));
};

/** A timed override of the throttle settings. */
export const obeyThrottle: Obey = async (command, duty) => {
  if (command.scope !== '*')
    return refused("throttles hold for the whole migration: scope '*'; one table can get a lower priority, or PAUSE");
  const rates = parseThrottle(command.value);
  if (!rates)
    return refused(
      `value is rows=5000, bytes=20MB, both with a blank between, or none; not ${command.value ?? 'NULL'}`,
    );
  if (!command.inForce) return done('a later THROTTLE took its place');
  return (await waiting(command, duty)) ?? done(`in effect: ${command.value}`);
};

/** Workers that do not obey yet, and what they do instead. */
export async function waiting({ id }: Command, { control }: Duty): Promise<Outcome | undefined> {
  const missing = await missingAcks(control, id);
  if (missing.length === 0) return undefined;
  const some = missing.slice(0, SHOWN).map(({ worker, answer }) => `${worker} (${answer})`);
  return seen(`waits for ${some.join(', ')}${missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : ''}`);
}

/** RUN under something stricter changes nothing, and says so. */
function inEffect({ action, scope }: Command, { context }: Duty): string {
  const { gate } = context;
  if (action !== 'RUN') return 'in effect';
  const all = gate.reading;
  if (all.word !== 'RUN') return stays(scope, all.word, all.why || 'wirekite_action says so');
  if (!isTable(scope) || !context.has(scope)) return 'in effect';
  const { word, why } = gate.wishes.ofTable(context.table(scope));
  return word === 'RUN' ? 'in effect' : stays(scope, word, why);
}

const stays = (scope: string, word: Word, why: string): string => `nothing changed: ${scope} stays at ${word}: ${why}`;
