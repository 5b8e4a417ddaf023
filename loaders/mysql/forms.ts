import type { ValueType } from '../../src/model/type.js';

/** How a column's value is made of its canonical text and printed again, as SQL expressions over SQL expressions. */
export interface Form {
  /** Absent: the text is taken as it is. */
  readonly from?: (text: string) => string;
  /** Absent: the server prints it so. */
  readonly back?: (column: string) => string;
}

/**
 * By what the values are. `family`: the source is of this family, and so prints times with as many digits as they are
 * declared with, and texts without padding.
 */
export function formOf(value: ValueType, family: boolean): Form {
  if (value.kind === 'boolean') return BOOLEAN;
  if (value.kind === 'float') return { back: value.bits === 32 ? shortest : printed };
  if (value.kind === 'text') return value.fixed && !family ? padded(value.length ?? 1) : {};
  if (value.kind === 'bytes') return BYTES;
  if (value.kind === 'bits') return bits(value.length ?? 1);
  if (value.kind === 'geometry') return { from: inner, back: outer };
  const asDeclared = family || ('digits' in value && value.digits === 0);
  if (value.kind === 'timestamptz') return moment(asDeclared ? printed : withoutZeros);
  const time = value.kind === 'time' || value.kind === 'timestamp';
  return time && !asDeclared ? { back: withoutZeros } : {};
}

export const printed = (column: string): string => `CONCAT(${column})`;

const BOOLEAN: Form = {
  from: (text) => `(${text} = 't')`,
  back: (column) => `IF(${column} IS NULL, NULL, IF(${column}, 't', 'f'))`,
};

const BYTES: Form = {
  from: (text) => `UNHEX(SUBSTR(${text}, 3))`,
  back: (column) => `CONCAT('\\\\x', LOWER(HEX(${column})))`,
};

/** The server prints six digits; where these are not enough, those of the same number in 64 bits. */
const shortest = (column: string): string =>
  `IF(CAST(CONCAT(${column}) AS FLOAT) = ${column}, CONCAT(${column}), CONCAT(${column} + 0e0))`;

const padded = (length: number): Form => ({ back: (column) => `RPAD(${column}, ${length}, ' ')` });

const bits = (length: number): Form => ({
  from: (text) => `CAST(CONV(${text}, 2, 10) AS UNSIGNED)`,
  back: (column) => `LPAD(CONV(HEX(${column}), 16, 2), ${length}, '0')`,
});

const withoutZeros = (column: string): string => `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CONCAT(${column})))`;

/** Written in UTC, which is the session's time zone. */
const moment = (print: (column: string) => string): Form => ({
  from: (text) => `TRIM(TRAILING '+00' FROM ${text})`,
  back: (column) => `CONCAT(${print(column)}, '+00')`,
});

/**
 * EWKB in hexadecimal digits, lowest byte first: byte order (2), shape (6), flags (2), then, if flagged so, the number of
 * the reference system (8). The server keeps that number in front of plain WKB.
 */
const inner = (text: string): string =>
  `UNHEX(IF(SUBSTR(${text}, 9, 2) = '20',` +
  ` CONCAT(SUBSTR(${text}, 11, 8), LEFT(${text}, 8), '00', SUBSTR(${text}, 19)), CONCAT('00000000', ${text})))`;

const outer = (column: string): string =>
  `IF(LEFT(HEX(${column}), 8) = '00000000', SUBSTR(HEX(${column}), 9),` +
  ` CONCAT(SUBSTR(HEX(${column}), 9, 8), '20', LEFT(HEX(${column}), 8), SUBSTR(HEX(${column}), 19)))`;
