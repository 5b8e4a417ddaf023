import type { ValueType } from '../../src/model/type.js';

/** How a column's value is made of its canonical text and printed again, as SQL expressions over SQL expressions. */
export interface Form {
  /** Absent: the text is taken as it is. */
  readonly from?: (text: string) => string;
  /** Absent: the server prints it so. */
  readonly back?: (column: string) => string;
}

const AS_IS: Form = {};

/**
 * By what the values are. `family`: the source is of this family, and so prints times with as many digits as they are
 * declared with, and texts without padding.
 */
export function formOf(value: ValueType, family: boolean): Form {
  switch (value.kind) {
    case 'boolean':
      return { from: (text) => `(${text} = 't')`, back: (column) => `IF(${column}, 't', 'f')` };
    case 'float':
      return { back: value.bits === 32 ? shortest : (column) => `CONCAT(${column})` };
    case 'text':
      return value.fixed && !family ? padded(value.length ?? 1) : AS_IS;
    case 'bytes':
      return {
        from: (text) => `UNHEX(SUBSTR(${text}, 3))`,
        back: (column) => `CONCAT('\\\\x', LOWER(HEX(${column})))`,
      };
    case 'bits':
      return bits(value.length ?? 1);
    case 'time':
    case 'timestamp':
      return family || value.digits === 0 ? AS_IS : { back: withoutZeros };
    case 'timestamptz':
      return moment(family || value.digits === 0);
    case 'geometry':
      return { from: inner, back: outer };
    default:
      return AS_IS;
  }
}

/** The server prints six digits: they are enough, or the same number is printed as a DOUBLE. */
const shortest = (column: string): string =>
  `CONCAT(IF(CAST(CONCAT(${column}) AS DOUBLE) = ${column}, ${column}, ${column} + 0e0))`;

const padded = (length: number): Form => ({ back: (column) => `RPAD(${column}, ${length}, ' ')` });

const bits = (length: number): Form => ({
  from: (text) => `CAST(CONV(${text}, 2, 10) AS UNSIGNED)`,
  back: (column) => `LPAD(CONV(HEX(${column}), 16, 2), ${length}, '0')`,
});

const withoutZeros = (column: string): string => `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CONCAT(${column})))`;

/** Written in UTC, which the session's time zone is. */
const moment = (asDeclared: boolean): Form => ({
  from: (text) => `TRIM(TRAILING '+00' FROM ${text})`,
  back: (column) => `CONCAT(${asDeclared ? column : withoutZeros(column)}, '+00')`,
});

/** Digits of EWKB, lowest byte first: order 1-2, shape 3-8, flags 9-10, then the number of the reference system if any. */
const inner = (text: string): string =>
  `UNHEX(CASE SUBSTR(${text}, 9, 2)` +
  ` WHEN '20' THEN CONCAT(SUBSTR(${text}, 11, 8), LEFT(${text}, 8), '00', SUBSTR(${text}, 19))` +
  ` ELSE CONCAT('00000000', ${text}) END)`;

/** The server keeps the number of the reference system in front of plain WKB. */
const outer = (column: string): string =>
  `CASE WHEN LEFT(HEX(${column}), 8) = '00000000' THEN SUBSTR(HEX(${column}), 9)` +
  ` ELSE CONCAT(SUBSTR(HEX(${column}), 9, 8), '20', LEFT(HEX(${column}), 8), SUBSTR(HEX(${column}), 19)) END`;
