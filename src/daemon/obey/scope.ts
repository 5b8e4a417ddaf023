import { distance } from 'fastest-levenshtein';
import { knownScopes, type Command } from '../../control/command.js';
import type { Tx } from '../../db/db.js';
import { refused, type Outcome } from './duty.js';

const SHOWN = 3;

export const isTable = (scope: string): boolean => scope !== '*' && !/^(schema|worker):/.test(scope);

/** REFUSED with the nearest names where the scope is none. */
export async function refuseUnknown({ scope }: Command, tx: Tx): Promise<Outcome | undefined> {
  const known = await knownScopes(tx);
  return known.includes(scope) ? undefined : refused(unknown(scope, known));
}

/** REFUSED unless the scope is a table of the migration. */
export async function refuseOther(command: Command, tx: Tx): Promise<Outcome | undefined> {
  if (isTable(command.scope)) return refuseUnknown(command, tx);
  return refused(
    `${command.action} is for one table: its scope is schema.table, as in wirekite_table, not ${command.scope}`,
  );
}

export const unknown = (scope: string, known: readonly string[]): string =>
  `there is no ${scope} here: a scope is *, schema:<name>, worker:<id> or a table_name of wirekite_table${nearest(scope, known)}`;

/** The names that look most like it. */
export function nearest(name: string, known: readonly string[]): string {
  const near = [...known].sort((a, b) => distance(a, name) - distance(b, name)).slice(0, SHOWN);
  return near.length === 0 ? '' : `; nearest: ${near.join(', ')}`;
}
