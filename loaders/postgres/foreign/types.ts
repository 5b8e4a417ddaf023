import type { Comparison, ValueType } from '../../../src/model/type.js';
import type { Facts } from './ground.js';

/** A type there, and what of the source's is not. */
export interface TargetType {
  readonly type: string;
  readonly refuses?: string;
  readonly loses?: string;
}

/** What decides about a column's type beside its values. */
export interface Place {
  readonly facts: Facts;
  /** It counts, or refers to a column that does: only whole numbers of the server's own sizes can. */
  readonly counted: boolean;
  /** The name of the type for labels, as a statement writes it. Absent: within an array. */
  readonly labels?: string;
}

type Of<K extends ValueType['kind']> = Extract<ValueType, { kind: K }>;

/** The narrowest type that holds every value of the column as it is. */
export function targetType(value: ValueType, place: Place): TargetType {
  return (TYPES[value.kind] as (value: ValueType, place: Place) => TargetType)(value, place);
}

const ZERO = 'dates without a year, a month or a day, such as 0000-00-00';
const NEGATIVE = 'negative numbers would be taken too';
const LARGER = 'other numbers would be taken too';
const LABELS = 'other labels would be taken too';

const TYPES: { readonly [K in ValueType['kind']]: (value: Of<K>, place: Place) => TargetType } = {
  boolean: () => ({ type: 'boolean' }),
  integer,
  decimal,
  float: ({ bits }) => ({ type: bits === 32 ? 'real' : 'double precision' }),
  text,
  bytes: ({ length }) => ({
    type: 'bytea',
    ...(length === undefined ? {} : { loses: 'values of other lengths would be taken too' }),
  }),
  bits: ({ length, varying }) => ({
    type: varying || length === undefined ? `bit varying${bounded(length)}` : `bit${bounded(length)}`,
  }),
  date: ({ zero }) => ({ type: 'date', ...refusing(zero) }),
  time: ({ digits, day }) => ({ type: day ? `time(${digits})` : `interval(${digits})` }),
  timetz: ({ digits }) => ({ type: `time(${digits}) with time zone` }),
  timestamp: ({ digits, zero }) => ({ type: `timestamp(${digits})`, ...refusing(zero) }),
  timestamptz: ({ digits, zero }) => ({ type: `timestamp(${digits}) with time zone`, ...refusing(zero) }),
  year: () => ({ type: 'smallint', loses: LARGER }),
  interval: () => ({ type: 'interval' }),
  json: () => ({ type: 'json' }), // jsonb would print it anew
  uuid: () => ({ type: 'uuid' }),
  enum: (value, { labels }) =>
    labels === undefined || !isEnum(value)
      ? { type: 'text', loses: LABELS }
      : { type: labels, ...(value.labels.includes('') ? {} : { refuses: 'the empty text of an invalid label' }) },
  set: () => ({ type: 'text', loses: LABELS }),
  geometry,
  network: ({ name }) =>
    name === 'inet4' || name === 'inet6'
      ? { type: 'inet', loses: 'addresses of the other length would be taken too' }
      : { type: name },
  array: ({ of }, { facts }) => {
    const { type, ...words } = targetType(of, { facts, counted: false });
    return { type: `${type}[]`, ...words };
  },
  other: () => ({ type: 'text', loses: 'it is text there' }),
};

function integer({ bits, unsigned }: Of<'integer'>, { counted }: Place): TargetType {
  if (bits === 64 && unsigned)
    return counted
      ? { type: 'bigint', refuses: 'numbers above 9223372036854775807', loses: NEGATIVE }
      : { type: 'numeric(20)', loses: LARGER };
  const needed = bits + (unsigned ? 1 : 0);
  const type = needed <= 16 ? 'smallint' : needed <= 32 ? 'integer' : 'bigint';
  return { type, ...([16, 32, 64].includes(needed) ? {} : { loses: LARGER }) };
}

/** Before 15, the scale was between 0 and the precision. */
function decimal({ precision, scale = 0, unsigned }: Of<'decimal'>, { facts }: Place): TargetType {
  const words = unsigned ? { loses: NEGATIVE } : {};
  const sayable = facts.major >= 15 || (scale >= 0 && scale <= (precision ?? 0));
  if (precision === undefined || precision > 1000 || Math.abs(scale) > 1000 || !sayable)
    return { type: 'numeric', ...words };
  return { type: `numeric(${precision},${scale})`, ...words };
}

const LONGEST_TEXT = 10_485_760;

function text({ length, fixed, compares }: Of<'text'>): TargetType {
  const lost = comparison(compares, fixed);
  const words = { refuses: 'texts with a character of code 0', ...(lost === undefined ? {} : { loses: lost }) };
  if (length === undefined || length > LONGEST_TEXT) return { type: 'text', ...words };
  return { type: `${fixed ? 'character' : 'character varying'}(${Math.max(length, 1)})`, ...words };
}

/** In what texts may differ that are the same at the source, and are not on the target; undefined: in nothing. */
export function slack({ exact, padded }: Comparison, fixed: boolean): string | undefined {
  const spaces = padded && !fixed;
  if (exact) return spaces ? 'spaces at the end' : undefined;
  return spaces ? 'case, accents or spaces at the end' : 'case or accents';
}

function comparison(compares: Comparison, fixed: boolean): string | undefined {
  const only = slack(compares, fixed);
  return only && `texts that differ only in ${only} are not equal any more`;
}

function geometry({ shape, srid }: Of<'geometry'>, { facts }: Place): TargetType {
  if (facts.geometry === undefined) return { type: 'text', loses: 'it is text there: PostGIS is not installed' };
  if (srid === undefined) return { type: shape === 'geometry' ? facts.geometry : `${facts.geometry}(${shape})` };
  return { type: `${facts.geometry}(${shape},${srid})` };
}

/** A label has at most 63 bytes. */
export const isEnum = (value: ValueType): value is Of<'enum'> =>
  value.kind === 'enum' && value.labels.every((label) => Buffer.byteLength(label) <= 63);

const bounded = (length: number | undefined): string => (length === undefined ? '' : `(${length})`);

const refusing = (zero: boolean): { refuses?: string } => (zero ? { refuses: ZERO } : {});
