import type { ValueType } from '../../../src/model/type.js';

/** A row of `sql/value-types.sql`. */
export interface TypeOfValues {
  /** Its number. */
  readonly type: string;
  readonly name: string;
  readonly built_in: boolean;
  readonly extension: string | null;
  readonly words: string;
  /** Of a domain: the type below, and its modifier. */
  readonly base: string | null;
  readonly base_modifier: number;
  /** Of an array: the type of its items. */
  readonly item: string | null;
  readonly labels: readonly string[] | null;
}

/** What belongs to a column, besides its type. */
export interface Use {
  /** -1: none. */
  readonly modifier: number;
  /** Its collation takes only the same characters for equal. */
  readonly exact: boolean;
}

/** What the values of a column are. Domains count as what is below them. */
export function valueType(number: string, use: Use, types: ReadonlyMap<string, TypeOfValues>): ValueType {
  const type = types.get(number);
  if (type === undefined) return { kind: 'other', name: 'unknown' };
  const { base, item, labels } = type;
  if (base !== null) return valueType(base, { ...use, modifier: type.base_modifier }, types);
  if (item !== null) return { kind: 'array', of: valueType(item, use, types) };
  if (labels !== null) return { kind: 'enum', labels, compares: { exact: true, padded: false } };
  if (!type.built_in) return ofExtension(type, use);
  return BUILT_IN[type.name]?.(use) ?? { kind: 'other', name: type.words };
}

const BUILT_IN: Readonly<Record<string, (use: Use) => ValueType>> = {
  bool: () => ({ kind: 'boolean' }),
  int2: () => ({ kind: 'integer', bits: 16, unsigned: false }),
  int4: () => ({ kind: 'integer', bits: 32, unsigned: false }),
  int8: () => ({ kind: 'integer', bits: 64, unsigned: false }),
  numeric: ({ modifier }) => ({ kind: 'decimal', ...precision(modifier), unsigned: false, special: true }),
  float4: () => ({ kind: 'float', bits: 32, special: true }),
  float8: () => ({ kind: 'float', bits: 64, special: true }),
  text: (use) => text(use),
  varchar: (use) => text(use, use.modifier < 0 ? undefined : use.modifier - 4),
  name: (use) => text(use, 63),
  bpchar: ({ modifier, exact }) =>
    modifier < 0
      ? { kind: 'text', fixed: false, compares: { exact, padded: true } }
      : { kind: 'text', length: modifier - 4, fixed: true, compares: { exact, padded: true } },
  bytea: () => ({ kind: 'bytes', fixed: false }),
  bit: ({ modifier }) => ({ kind: 'bits', ...length(modifier), varying: false }),
  varbit: ({ modifier }) => ({ kind: 'bits', ...length(modifier), varying: true }),
  date: () => ({ kind: 'date', zero: false, special: true }),
  time: (use) => ({ kind: 'time', digits: digits(use), day: true }),
  timetz: (use) => ({ kind: 'timetz', digits: digits(use) }),
  timestamp: (use) => ({ kind: 'timestamp', digits: digits(use), zero: false, special: true }),
  timestamptz: (use) => ({ kind: 'timestamptz', digits: digits(use), zero: false, special: true }),
  interval: () => ({ kind: 'interval' }),
  json: () => ({ kind: 'json', verbatim: true }),
  jsonb: () => ({ kind: 'json', verbatim: false }),
  uuid: () => ({ kind: 'uuid' }),
  inet: () => ({ kind: 'network', name: 'inet' }),
  cidr: () => ({ kind: 'network', name: 'cidr' }),
  macaddr: () => ({ kind: 'network', name: 'macaddr' }),
  macaddr8: () => ({ kind: 'network', name: 'macaddr8' }),
};

/** Extensions whose values other engines have too. */
function ofExtension({ extension, name, words }: TypeOfValues, { modifier }: Use): ValueType {
  if (extension === 'citext' && name === 'citext')
    return { kind: 'text', fixed: false, compares: { exact: false, padded: false } };
  if (extension === 'postgis' && name === 'geometry') return geometry(modifier);
  return { kind: 'other', name: words };
}

const SHAPES = [
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
];

/** From the lowest bit: measured, has a height, 6 bits of the shape, the reference system. */
function geometry(modifier: number): ValueType {
  if (modifier < 0) return { kind: 'geometry', shape: 'geometry' };
  const shape = SHAPES[(modifier >> 2) & 0x3f];
  if (shape === undefined || (modifier & 3) !== 0) return { kind: 'other', name: 'geometry beyond the plane' };
  const srid = (modifier >> 8) & 0xfffff;
  return { kind: 'geometry', shape, ...(srid === 0 ? {} : { srid }) };
}

function text({ exact }: Use, bound?: number): ValueType {
  return {
    kind: 'text',
    ...(bound === undefined ? {} : { length: bound }),
    fixed: false,
    compares: { exact, padded: false },
  };
}

/** The scale is signed, of 11 bits. */
function precision(modifier: number): { precision?: number; scale?: number } {
  if (modifier < 4) return {};
  const packed = modifier - 4;
  return { precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 0x400) - 0x400 };
}

const length = (modifier: number): { length?: number } => (modifier < 0 ? {} : { length: modifier });

const digits = ({ modifier }: Use): number => (modifier < 0 ? 6 : modifier);
