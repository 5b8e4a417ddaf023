import { explain, Fault } from '../base/fault.js';
import type { Tx } from '../db/db.js';
import { ask } from './ask.js';

export type Word = 'RUN' | 'PAUSE' | 'STOP';

export interface Reading {
  /** How to behave. */
  readonly word: Word;
  /** Whether the table said so in one clear word. */
  readonly status: 'OK' | 'CONTROL_MULTIPLE' | 'CONTROL_INVALID' | 'CONTROL_UNREADABLE';
  /** In words, where the status is not OK or the spelling was not canonical; else ''. */
  readonly why: string;
  /** The server's time before it was read, '' when it could not be. */
  readonly readAt: string;
}

/** What nobody has read yet, or can read: then nothing may begin. */
export const UNREAD: Reading = { word: 'PAUSE', status: 'CONTROL_UNREADABLE', why: 'not read yet', readAt: '' };

interface Found extends Record<string, unknown> {
  readonly read_at: string;
  readonly row_count: number | string;
  readonly has_stop: string;
  readonly has_pause: string;
  readonly written: string | null;
  readonly unknown_count: number | string;
  readonly unknown_word: string | null;
}

/**
 * Reads what the operator wishes. Never throws and never guesses: what cannot be understood is PAUSE, several rows
 * are the strictest of them, and CONTROL_UNREADABLE leaves it to the caller how long the last word still holds.
 */
export async function readAction(tx: Tx): Promise<Reading> {
  try {
    const { rows } = await ask<Found>(tx, 'read_action');
    if (rows[0] === undefined) throw new Fault('unknown', 'the server gave no answer');
    return judge(rows[0]);
  } catch (error) {
    return unreadable(error);
  }
}

export function unreadable(error: unknown): Reading {
  const denied = error instanceof Error && /denied/i.test(error.message);
  const grant = denied ? '; to mend: GRANT SELECT ON wirekite_action TO the login of the daemons' : '';
  return {
    word: 'PAUSE',
    status: 'CONTROL_UNREADABLE',
    why: `wirekite_action cannot be read: ${explain(error)}${grant}`,
    readAt: '',
  };
}

function judge(found: Found): Reading {
  const reading = (word: Word, status: Reading['status'], why: string): Reading => ({
    word,
    status,
    why,
    readAt: found.read_at,
  });
  const [rows, unknown] = [Number(found.row_count), Number(found.unknown_count)];
  const strictest: Word =
    found.has_stop === 'YES' ? 'STOP' : found.has_pause === 'YES' || unknown > 0 ? 'PAUSE' : 'RUN';
  if (rows === 0)
    return reading(
      'PAUSE',
      'CONTROL_INVALID',
      'wirekite_action shows no row (it is empty, or row-level security hides it)',
    );
  if (rows > 1) return reading(strictest, 'CONTROL_MULTIPLE', `wirekite_action has ${rows} rows; the strictest holds`);
  if (unknown > 0) return reading('PAUSE', 'CONTROL_INVALID', `wirekite_action says ${quoted(found.unknown_word)}`);
  return reading(
    strictest,
    'OK',
    found.written === strictest ? '' : `${quoted(found.written)} is taken as ${strictest}`,
  );
}

/** The word with its bytes: a letter of another alphabet looks right and is not. */
const quoted = (word: string | null): string =>
  word === null ? 'NULL' : `${JSON.stringify(word)} (bytes ${Buffer.from(word, 'utf8').toString('hex') || 'none'})`;

/**
 * Writes the word, in one statement that also works when the table is empty or has several rows.
 * Returns what it did, as a sentence for the operator.
 */
export async function setAction(tx: Tx, word: Word): Promise<string> {
  const { rows } = await ask<{ row_count: string; words: string | null }>(tx, 'set_action', { word });
  const { row_count: count = 1, words = '' } = rows[0] ?? {};
  const before = Number(count);
  if (before === 0) return `wirekite_action was empty: the row ${word} was inserted`;
  if (before > 1) return `wirekite_action had ${before} rows (${words}): they were replaced by ${word}`;
  return words === word ? `wirekite_action already said ${word}` : `wirekite_action: ${words} became ${word}`;
}

/** What a person would type for `setAction` on a table with its one row. `schema` as it is written in a statement. */
export const actionSql = (schema: string, word: Word): string =>
  `UPDATE ${schema}.wirekite_action SET action = '${word}';`;
