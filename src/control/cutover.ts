import type { Db, Tx } from '../db/db.js';
import { ask } from './ask.js';

/** What stands against a cutover now, a sentence each. */
export async function cutoverBlockers(tx: Tx): Promise<string[]> {
  const { rows } = await ask<{ found: string }>(tx, 'cutover_blockers');
  return rows.map(({ found }) => found);
}

/** A row of `wirekite_cutover_ready`. */
export interface Readiness {
  readonly item: string;
  readonly isMet: boolean;
  readonly found: string;
  readonly whatToDo: string;
}

export async function readReadiness(tx: Tx): Promise<Readiness[]> {
  const { rows } = await ask<Record<string, string>>(tx, 'read_readiness');
  return rows.map((row) => ({
    item: String(row['item']),
    isMet: row['is_met'] === 'YES',
    found: String(row['found']),
    whatToDo: String(row['what_to_do']),
  }));
}

/** Whether somebody may say CUTOVER: our own login, and those in the list, with or without the host. */
export async function isAdmin(tx: Tx, author: string, admins: string): Promise<boolean> {
  const { rows } = await ask<{ login: string }>(tx, 'own_login');
  const user = (login: string): string => login.replace(/@[^@]*$/, '');
  const named = admins.split(',').map((name) => name.trim());
  return user(author) === user(String(rows[0]?.login)) || named.includes(author) || named.includes(user(author));
}

/** Nobody follows the stream any more, and the history says so. */
export async function finishStream(db: Db, stream: string): Promise<void> {
  await ask(db, 'finish_stream', { stream });
}
