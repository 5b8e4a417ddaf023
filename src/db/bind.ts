import { Fault } from '../base/fault.js';
import type { Params } from './db.js';

/** A token in which `:name` is not a parameter, or a parameter itself (group `name`). Identifiers are taken whole. */
const TOKEN = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`/\*`, // its end is searched by hand: these comments nest
    String.raw`[eE]'(?:[^'\\]|\\[\s\S]|'')*'`,
    String.raw`'(?:[^']|'')*'`,
    String.raw`"(?:[^"]|"")*"`,
    String.raw`\$(?<tag>(?:[\p{L}_][\p{L}\p{N}_]*)?)\$[\s\S]*?\$\k<tag>\$`,
    String.raw`[\p{L}_][\p{L}\p{N}_$]*`,
    '::',
    String.raw`:(?<name>[A-Za-z_]\w*)`,
  ].join('|'),
  'gu',
);

/**
 * Turns `:name` into `$1`, `$2` …, the same name always into the same number. Strings, quoted names, comments,
 * dollar quotes and casts are left alone. A name without a value is a Fault, so that a slice such as `a[1:n]` is
 * noticed: put it in brackets there, `a[1:(n)]`.
 */
export function bind(sql: string, params: Params): { text: string; values: unknown[] } {
  const names: string[] = [];
  const text = rewrite(sql, (name) => {
    if (!Object.hasOwn(params, name)) throw new Fault('permanent', `the statement has no value for :${name}: ${sql}`);
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { text, values: names.map((name) => params[name]) };
}

/** Puts something else in place of each `:name`, wherever it is one. */
export function rewrite(sql: string, parameter: (name: string) => string): string {
  const token = new RegExp(TOKEN);
  let text = '';
  let copied = 0;
  for (let match = token.exec(sql); match !== null; match = token.exec(sql)) {
    if (match[0] === '/*') token.lastIndex = commentEnd(sql, match.index);
    const name = match.groups?.['name'];
    if (name === undefined) continue;
    text += sql.slice(copied, match.index) + parameter(name);
    copied = token.lastIndex;
  }
  return text + sql.slice(copied);
}

function commentEnd(sql: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let match = edge.exec(sql); match !== null; match = edge.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}
