import { quoteLiteral } from '../../../src/db/mysql/quote.js';
import type { ValueType } from '../../../src/model/type.js';
import { formOf, type Form } from '../forms.js';
import { exactCollation, type Server } from '../server.js';
import { anyText, ascii, BOUNDED, text } from './texts.js';

/** What becomes of a column. */
export interface Translation extends Form {
  /** As declared, with character set and collation. */
  readonly type: string;
  /** A condition on the quoted column, for values that are texts of a kind. */
  readonly check?: (column: string) => string;
  readonly refuses?: string;
  readonly loses?: string;
}

/** Bytes that a column may have, where a key needs it whole. */
export type Room = number | undefined;

export interface Use {
  readonly server: Server;
  readonly room: Room;
  /** The row has no place for texts of a bound length. */
  readonly tight?: boolean;
}

export type Of<K extends ValueType['kind']> = Extract<ValueType, { kind: K }>;

/** What holds a value of another dialect without changing it. */
export const translate = (value: ValueType, use: Use): Translation =>
  (TYPES[value.kind] as (value: ValueType, use: Use) => Translation)(value, use);

const AS_TEXT = 'it is a text there, and sorts as one';
const TIMES = 'infinities, years before 1 and after 9999';
const INTEGERS = { 8: 'tinyint', 16: 'smallint', 24: 'mediumint', 32: 'int', 64: 'bigint' } as const;

const TYPES: { readonly [K in ValueType['kind']]: (value: Of<K>, use: Use) => Translation } = {
  boolean: (value) => ({ type: 'tinyint(1)', ...formOf(value, false) }),
  integer: ({ bits, unsigned }) => ({ type: INTEGERS[bits] + (unsigned ? ' unsigned' : '') }),
  decimal,
  float,
  text,
  bytes,
  bits,
  date: ({ special }) => ({ type: 'date', ...(special ? { refuses: TIMES } : {}) }),
  time: (value) => ({ type: `time(${value.digits})`, ...formOf(value, false) }),
  timetz: () => ({ ...ascii(24), loses: AS_TEXT }),
  timestamp: (value) => ({
    type: `datetime(${value.digits})`,
    ...formOf(value, false),
    ...(value.special ? { refuses: TIMES } : {}),
  }),
  timestamptz: (value) => ({
    type: `datetime(${value.digits})`,
    ...formOf(value, false),
    ...(value.special ? { refuses: TIMES } : {}),
    loses: 'its time zone: it is written in UTC there',
  }),
  year: () => ({ type: 'year' }),
  interval: (_, use) => opaque(use),
  json,
  uuid: (_, { server }) => (server.mariadb && server.version >= 100_700 ? { type: 'uuid' } : ascii(36)),
  enum: labels,
  set: (_, use) => opaque(use),
  geometry: (value) => ({ type: value.shape, ...formOf(value, false), refuses: 'heights, measures and empty points' }),
  network,
  array: (_, use) => opaque(use),
  other: (_, use) => opaque(use),
};

function opaque(use: Use): Translation {
  return { ...anyText(use), loses: AS_TEXT };
}

/** Without a precision, and beyond what the server holds exactly, the digits are kept as a text. */
function decimal({ precision, scale = 0, unsigned, special }: Of<'decimal'>, use: Use): Translation {
  const digits = Math.max(precision ?? 0, scale) - Math.min(scale, 0);
  if (precision === undefined || digits > 65 || scale > 30) {
    const loses = 'it is a text of all its digits there, and sorts as one: no type there holds so many';
    return { ...anyText(use), loses };
  }
  const type = `decimal(${digits},${Math.max(scale, 0)})${unsigned ? ' unsigned' : ''}`;
  return { type, ...(special ? { refuses: 'NaN' } : {}) };
}

/** The server reads -0 as 0, and the largest number of 32 bits as one beyond it. */
function float(value: Of<'float'>): Translation {
  const refused = [...(value.special ? ['NaN, infinities'] : []), ...(value.bits === 32 ? ['3.4028235e+38'] : [])];
  return {
    type: value.bits === 32 ? 'float' : 'double',
    ...formOf(value, false),
    ...(refused.length > 0 ? { refuses: refused.join(', ') } : {}),
    loses: 'the sign of a zero',
  };
}

function bytes(value: Of<'bytes'>, { room, tight }: Use): Translation {
  const { length, fixed } = value;
  const form = formOf(value, false);
  const fits = length !== undefined && length <= (room ?? (tight ? 0 : 4 * BOUNDED));
  if (fits) return { type: `${fixed && length <= 255 ? 'binary' : 'varbinary'}(${length})`, ...form };
  if (room === undefined) return { type: 'longblob', ...form };
  return { type: `varbinary(${room})`, ...form, refuses: `more than ${room} bytes, since a key needs it` };
}

/** More than 64 of them, or a varying number, are a text of 0 and 1. */
function bits(value: Of<'bits'>, use: Use): Translation {
  const { length, varying } = value;
  if (!varying && (length ?? 1) <= 64) return { type: `bit(${length ?? 1})`, ...formOf(value, false) };
  const fits = length !== undefined && length <= (use.room ?? (use.tight ? 0 : BOUNDED));
  return { ...(fits ? ascii(length) : anyText(use)), loses: 'it is a text of 0 and 1 there' };
}

/** Spaces at the end of a label are cut by the server: two labels could be one. */
function labels(value: Of<'enum'>, use: Use): Translation {
  const kept = value.labels.every((label) => label !== '' && !label.endsWith(' ') && label.length <= 255);
  if (!kept || value.labels.length === 0 || value.labels.length > 3_000) return anyText(use);
  const list = value.labels.map(quoteLiteral).join(',');
  return { type: `enum(${list}) CHARACTER SET utf8mb4 COLLATE ${exactCollation(use.server)}` };
}

const LENGTHS = { inet: 43, cidr: 43, inet4: 15, inet6: 45, macaddr: 17, macaddr8: 23 } as const;

function network({ name }: Of<'network'>, { server }: Use): Translation {
  const since = { inet6: 100_500, inet4: 101_000 }[name as string];
  if (server.mariadb && since !== undefined && server.version >= since) return { type: name };
  return { ...ascii(LENGTHS[name]), loses: AS_TEXT };
}

/** As it was written: a type that parses it would print it in its own way. */
function json(_: Of<'json'>, use: Use): Translation {
  const deepest = use.server.mariadb ? 31 : 100;
  return {
    ...anyText(use),
    check: (column) => `json_valid(${column})`,
    refuses: `documents nested deeper than ${deepest}`,
  };
}
