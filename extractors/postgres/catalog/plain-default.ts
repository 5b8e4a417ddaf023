import type { PlainDefault } from '../../../src/model/schema.js';
import type { ValueType } from '../../../src/model/type.js';

const NOW = /^(now|transaction_timestamp|statement_timestamp|clock_timestamp)\(\)$/;
const CURRENT = /^(CURRENT_TIMESTAMP|LOCALTIMESTAMP)(?:\((\d)\))?$/;
const LITERAL = /^B?'((?:[^']|'')*)'(?:::("?[\w ]+"?(?:\[\])?|\w+\."?\w+"?))?$/;
const NUMBER = /^\(?(-?\d+(?:\.\d+)?)\)?(?:::(\w[\w ]*))?$/;

const TEXTS = ['text', 'character varying', 'bpchar', 'name'];
const NUMBERS = ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'];

/** What a default means where it is a constant or the time. `type`: of its column, in the server's words. */
export function plainDefault(expression: string, type: string, value: ValueType): PlainDefault | undefined {
  if (value.kind === 'boolean')
    return expression === 'true' || expression === 'false' ? { value: expression.slice(0, 1) } : undefined;
  const isMoment = value.kind === 'timestamp' || value.kind === 'timestamptz';
  return (isMoment ? now(expression, value.digits) : undefined) ?? constant(expression, type, value);
}

function now(expression: string, digits: number): PlainDefault | undefined {
  if (NOW.test(expression)) return { now: digits };
  const match = CURRENT.exec(expression);
  return match ? { now: Math.min(digits, Number(match[2] ?? digits)) } : undefined;
}

/** The server prints a constant as its type does, and a cast to another type than the column's changes it. */
function constant(expression: string, type: string, value: ValueType): PlainDefault | undefined {
  const isNumber = ['integer', 'decimal', 'float'].includes(value.kind);
  const literal = LITERAL.exec(expression);
  if (literal) {
    const [, text = '', cast] = literal;
    const casts = isNumber ? NUMBERS : value.kind === 'text' ? [...TEXTS, bare(type)] : [bare(type)];
    const known = cast === undefined ? value.kind === 'bits' : casts.includes(cast.replaceAll('"', ''));
    return known ? { value: text.replaceAll("''", "'") } : undefined;
  }
  const [, digits, cast] = (isNumber && NUMBER.exec(expression)) || [];
  return digits === undefined || (cast !== undefined && !NUMBERS.includes(cast)) ? undefined : { value: digits };
}

/** Without modifiers. */
const bare = (type: string): string => type.replace(/\(.*?\)/, '').replaceAll('"', '');
