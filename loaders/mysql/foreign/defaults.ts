import { quoteLiteral } from '../../../src/db/mysql/quote.js';
import type { Column, PlainDefault } from '../../../src/model/schema.js';
import type { TargetColumn } from '../targets.js';

/** Its clause of a column's definition; undefined: it has none there. */
export function defaultClause(target: TargetColumn): string | undefined {
  const plain = target.column.default?.plain;
  if (plain === undefined || target.column.counts) return undefined;
  if ('now' in plain) return nowOf(target, plain.now);
  return holds(target, plain) ? `DEFAULT ${valueOf(target, plain.value)}` : undefined;
}

/** It has one at the source that cannot be said there. */
export const isLost = (target: TargetColumn): boolean => {
  const { default: given, counts } = target.column;
  return given !== undefined && !counts && defaultClause(target) === undefined;
};

function nowOf({ column, type }: TargetColumn, digits: number): string | undefined {
  if (!type.startsWith('datetime')) return undefined;
  if (column.value.kind === 'timestamptz') return `DEFAULT (UTC_TIMESTAMP(${digits}))`;
  const declared = `datetime(${digits})` === type;
  return `DEFAULT ${declared ? `CURRENT_TIMESTAMP(${digits})` : `(CURRENT_TIMESTAMP(${digits}))`}`;
}

/** A default that no row could have would forbid the table. */
const holds = ({ refuses }: TargetColumn, plain: Extract<PlainDefault, { value: string }>): boolean =>
  refuses === undefined || !/^-?(NaN|infinity)$| BC$|^\d{5,}-/i.test(plain.value);

/** Only of some types may it be a mere constant. */
function valueOf({ type, plain, from }: TargetColumn, value: string): string {
  const literal = quoteLiteral(value);
  return plain && !/^long/.test(type) ? literal : `(${from(literal)})`;
}

/** Neutral: whether the column may count up there by itself. */
export const counts = ({ counts: wanted, value }: Column): boolean => wanted === true && value.kind === 'integer';
