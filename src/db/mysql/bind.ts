import { Fault } from '../../base/fault.js';
import type { Params } from '../db.js';
import { literal } from './quote.js';

/** A token in which `:name` is not a parameter, or a parameter itself (group `name`). Identifiers are taken whole. */
const TOKEN = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`#[^\n]*`,
    String.raw`/\*[\s\S]*?\*/`,
    String.raw`'(?:[^'\\]|\\[\s\S]|'')*'`,
    String.raw`"(?:[^"\\]|\\[\s\S]|"")*"`,
    '`(?:[^`]|``)*`',
    String.raw`[\p{L}_@][\p{L}\p{N}_$]*`,
    ':=',
    String.raw`:(?<name>[A-Za-z_]\w*)`,
  ].join('|'),
  'gu',
);

/**
 * Puts each parameter into its place as a literal: this server prepares no text of several statements. Strings, quoted
 * names, comments and assignments are left alone. A name without a value is a Fault.
 */
export const bind = (sql: string, params: Params): string =>
  sql.replace(TOKEN, (token: string, ...rest: unknown[]) => {
    const { name } = rest.at(-1) as { name: string | undefined };
    if (name === undefined) return token;
    if (!Object.hasOwn(params, name)) throw new Fault('permanent', `the statement has no value for :${name}: ${sql}`);
    return literal(params[name]);
  });
