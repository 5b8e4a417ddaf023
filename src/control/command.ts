import type { Tx } from '../db/db.js';
import { ask } from './ask.js';
import type { Word } from './action.js';

/** Words that hold for as long as they stand; the others are done once. */
const WISHES: ReadonlySet<string> = new Set(['PAUSE', 'RUN', 'STOP']);

/** A row of `wirekite_command` that holds, or that nobody has settled yet. */
export interface Command {
  readonly id: number;
  readonly action: string;
  /** `*`, `schema:<name>`, `worker:<id>` or a table's name. */
  readonly scope: string;
  readonly value: string | undefined;
  readonly reason: string | undefined;
  readonly author: string;
  readonly createdAt: string;
  readonly expiresAt: string | undefined;
  readonly state: string;
  /** How far it is, in words. */
  readonly result: string | undefined;
  /** Its time is over. */
  readonly expired: boolean;
  /** Of PAUSE, RUN, STOP and THROTTLE: it is the latest of its scope. */
  readonly inForce: boolean;
}

interface CommandRow extends Record<string, unknown> {
  readonly command_id: string;
  readonly action: string;
  readonly scope: string;
  readonly value: string | null;
  readonly reason: string | null;
  readonly author: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly state: string;
  readonly result: string | null;
  readonly expired: string;
  readonly in_force: string;
}

/** Oldest first. */
export async function readCommands(tx: Tx): Promise<Command[]> {
  const { rows } = await ask<CommandRow>(tx, 'read_commands');
  return rows.map((row) => ({
    id: Number(row.command_id),
    action: row.action,
    scope: row.scope,
    value: row.value ?? undefined,
    reason: row.reason ?? undefined,
    author: row.author,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    state: row.state,
    result: row.result ?? undefined,
    expired: row.expired === 'YES',
    inForce: row.in_force === 'YES',
  }));
}

/** A command that says for as long as it stands what may be done: its scope's tables or workers obey it. */
export const isWish = (command: Command): command is Command & { readonly action: Word } => WISHES.has(command.action);

export const isOpen = ({ state }: Command): boolean => state === 'PENDING' || state === 'SEEN';

/** What whoever asks for something writes. Times are the server's own text. */
export interface NewCommand {
  readonly action: string;
  readonly scope?: string;
  readonly value?: string;
  readonly reason?: string;
  readonly expiresAt?: string;
  /** Default: the login. */
  readonly author?: string;
}

export interface Answer {
  readonly id: number;
  readonly state: string;
  readonly result: string | undefined;
}

export async function insertCommand(tx: Tx, command: NewCommand): Promise<Answer> {
  const { rows } = await ask<{ command_id: string; state: string; result: string | null }>(tx, 'insert_command', {
    action: command.action,
    scope: command.scope ?? '*',
    value: command.value ?? null,
    reason: command.reason ?? null,
    expires_at: command.expiresAt ?? null,
    author: command.author ?? null,
  });
  const { command_id: id = '', state = '', result = null } = rows[0] ?? {};
  return { id: Number(id), state, result: result ?? undefined };
}

/** What a person would type for `insertCommand`. `schema` as it is written in a statement. */
export function commandSql(schema: string, { action, scope, value, reason }: NewCommand): string {
  const named = Object.entries({ action, scope, value, reason }).filter(([, text]) => text !== undefined);
  const texts = named.map(([, text]) => `'${String(text).replaceAll("'", "''")}'`);
  return `INSERT INTO ${schema}.wirekite_command (${named.map(([name]) => name).join(', ')}) VALUES (${texts.join(', ')});`;
}

/** Whether such a command was said before, whatever became of it. */
export async function scheduled(
  tx: Tx,
  { author, reason, expiresAt }: { readonly author: string; readonly reason: string; readonly expiresAt: string },
): Promise<boolean> {
  return (await ask(tx, 'scheduled_command', { author, reason, expires_at: expiresAt })).rows.length > 0;
}

/** What became of it. Undefined: there is no such command. */
export async function answerTo(tx: Tx, id: number): Promise<Answer | undefined> {
  const { rows } = await ask<{ state: string; result: string | null }>(tx, 'find_command', { command: id });
  return rows[0] && { id, state: rows[0].state, result: rows[0].result ?? undefined };
}

/** It is obeyed from now on, and this is how far it is. */
export async function seeCommand(tx: Tx, id: number, result: string): Promise<void> {
  await ask(tx, 'see_command', { command: id, result });
}

export async function settleCommand(tx: Tx, id: number, state: 'DONE' | 'REFUSED', result: string): Promise<void> {
  await ask(tx, 'settle_command', { command: id, state, result });
}

export interface Expired {
  readonly id: number;
  readonly action: string;
  readonly scope: string;
}

/** Writes down which commands' time is over. */
export async function expireCommands(tx: Tx): Promise<Expired[]> {
  const { rows } = await ask<{ command_id: string; action: string; scope: string }>(tx, 'expire_commands');
  return rows.map((row) => ({ id: Number(row.command_id), action: row.action, scope: row.scope }));
}

/** Commands that were settled so many days ago go, and so does what the history tells of that time. */
export async function forgetOld(tx: Tx, days: number): Promise<void> {
  await ask(tx, 'forget_commands', { days });
  await ask(tx, 'forget_history', { days });
}

/** Everything that can be a scope now. */
export async function knownScopes(tx: Tx): Promise<string[]> {
  return (await ask<{ scope: string }>(tx, 'known_scopes')).rows.map(({ scope }) => scope);
}

/** What one worker answers to one command. */
export interface Ack {
  readonly command: number;
  readonly worker: string;
  /** It obeys. */
  readonly inEffect: boolean;
  /** From where it goes on, or went on. */
  readonly atMark: string | undefined;
  /** In words. */
  readonly answer: string;
}

export async function recordAcks(tx: Tx, acks: readonly Ack[]): Promise<void> {
  const rows = acks.map((ack) => ({
    command_id: ack.command,
    worker: ack.worker,
    in_effect: ack.inEffect ? 'YES' : 'NO',
    at_mark: ack.atMark ?? null,
    answer: ack.answer,
  }));
  await ask(tx, 'record_acks', { acks: JSON.stringify(rows) });
}

/** Living workers that do not obey a command yet, and what they do instead. */
export async function missingAcks(tx: Tx, id: number): Promise<{ worker: string; answer: string }[]> {
  return (await ask<{ worker: string; answer: string }>(tx, 'missing_acks', { command: id })).rows;
}

/** Whether a living worker of this role obeys it. */
export async function isAckedBy(tx: Tx, id: number, role: string): Promise<boolean> {
  return (await ask(tx, 'ack_of_role', { command: id, role })).rows.length > 0;
}
