import type { Override } from '../../src/model/schema.js';
import type { Translation } from './foreign/types.js';

/** Strings and quoted names, in which nothing is put; and the place of the text. */
const TOKEN = /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|:value\b/g;

const TEXTUAL = /^(var)?char|text\b|^(enum|set|json)\b/i;

/** What the operator wants goes before what we would do. A text column takes the text, unless an expression says else. */
export function overridden(meant: Translation, override: Override | undefined): Translation {
  if (override === undefined) return meant;
  const { type = meant.type, expression } = override;
  const form = override.type !== undefined && TEXTUAL.test(type) ? {} : { from: meant.from, back: meant.back };
  const from = expression === undefined ? form.from : (text: string) => filled(expression, text);
  return {
    type,
    ...(from === undefined ? {} : { from }),
    ...(form.back === undefined ? {} : { back: form.back }),
  };
}

const filled = (expression: string, text: string): string =>
  `(${expression.replace(TOKEN, (token) => (token === ':value' ? text : token))})`;
