import type { Comparison, ValueType } from '../../../src/model/type.js';
import { listOf, unquoted } from './text.js';

/** What decides about the values of a column, out of information_schema.COLUMNS. */
export interface TypeFacts {
  /** `int`, `varchar`. */
  readonly dataType: string;
  /** `int(10) unsigned`, `enum('a','b')`. */
  readonly columnType: string;
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  /** Digits of a second. */
  readonly digits: number;
  readonly collation: string | null;
  readonly srid: number | undefined;
  /** A text that a check keeps to be JSON. */
  readonly checkedJson: boolean;
}

const INTEGERS: Readonly<Record<string, 8 | 16 | 24 | 32 | 64>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
};

const SHAPES: ReadonlySet<string> = new Set(
  'geometry point linestring polygon multipoint multilinestring multipolygon geometrycollection'.split(' '),
);

const BYTES = /^((tiny|medium|long)?blob|vector)$/;
const TEXTS = /^(tiny|medium|long)?text$/;

/** Zero dates can be in any column of these types, whatever sql_mode says today. */
const dates = { zero: true, special: false };

export function valueType(facts: TypeFacts): ValueType {
  const { dataType: type, columnType, length, digits } = facts;
  const unsigned = columnType.includes('unsigned');
  const bits = INTEGERS[type];
  if (bits !== undefined) return { kind: 'integer', bits, unsigned };
  if (BYTES.test(type)) return { kind: 'bytes', fixed: false };
  if (TEXTS.test(type)) return textOf(facts);
  switch (type) {
    case 'decimal':
      return { kind: 'decimal', precision: facts.precision, scale: facts.scale, unsigned, special: false };
    case 'float':
      return { kind: 'float', bits: 32, special: false };
    case 'double':
      return { kind: 'float', bits: 64, special: false };
    case 'bit':
      return { kind: 'bits', length: facts.precision, varying: false };
    case 'date':
      return { kind: 'date', ...dates };
    case 'time':
      return { kind: 'time', digits, day: false };
    case 'datetime':
      return { kind: 'timestamp', digits, ...dates };
    case 'timestamp':
      return { kind: 'timestamptz', digits, ...dates };
    case 'year':
      return { kind: 'year' };
    case 'char':
    case 'varchar':
      return textOf(facts, { length, fixed: type === 'char' });
    case 'binary':
    case 'varbinary':
      return { kind: 'bytes', length, fixed: type === 'binary' };
    default:
      return lessUsual(facts);
  }
}

function lessUsual({ dataType: type, columnType, collation, srid }: TypeFacts): ValueType {
  const shape = type === 'geomcollection' ? 'geometrycollection' : type;
  if (SHAPES.has(shape)) return { kind: 'geometry', shape, ...(srid === undefined ? {} : { srid }) };
  if (type === 'enum' || type === 'set')
    return { kind: type, labels: labelsOf(columnType), compares: comparison(collation) };
  if (type === 'json') return { kind: 'json', verbatim: false };
  if (type === 'uuid') return { kind: 'uuid' };
  if (type === 'inet4' || type === 'inet6') return { kind: 'network', name: type };
  return { kind: 'other', name: columnType };
}

function textOf(facts: TypeFacts, bound: { readonly length?: number; readonly fixed?: boolean } = {}): ValueType {
  if (facts.checkedJson) return { kind: 'json', verbatim: true };
  return { kind: 'text', fixed: false, ...bound, compares: comparison(facts.collation) };
}

/** `enum('a','b''c')`: a, b'c. */
export const labelsOf = (columnType: string): string[] =>
  listOf(columnType.slice(columnType.indexOf('(') + 1, columnType.lastIndexOf(')'))).map(
    (label) => unquoted(label) ?? '',
  );

/** By the collation's name, which tells both. */
export function comparison(collation: string | null): Comparison {
  const name = collation ?? 'binary';
  return { exact: /(^|_)(nopad_)?bin(ary)?$/.test(name), padded: !/nopad|_0900_|^binary$/.test(name) };
}
