import { Fields } from './bytes.js';

/** A table as the log describes it before rows of it. What is undefined the log leaves out: binlog_row_metadata. */
export interface TableMap {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly MappedColumn[];
}

export interface MappedColumn {
  /** The server's number of how values are stored: `CODE`. */
  readonly code: number;
  /** What the number alone does not say; of two bytes the first one is the lower. */
  readonly meta: number;
  readonly name: string | undefined;
  readonly unsigned: boolean | undefined;
  /** Number of the collation; 63 is of bytes. */
  readonly collation: number | undefined;
  /** In its own set of characters. */
  readonly labels: readonly Buffer[] | undefined;
  /** The kind of shape. */
  readonly shape: number | undefined;
}

export const CODE = {
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  timestamp: 7,
  longlong: 8,
  int24: 9,
  date: 10,
  time: 11,
  datetime: 12,
  year: 13,
  newdate: 14,
  varchar: 15,
  bit: 16,
  timestamp2: 17,
  datetime2: 18,
  time2: 19,
  compressedBlob: 140,
  compressedVarchar: 141,
  vector: 242,
  json: 245,
  decimal: 246,
  enum: 247,
  set: 248,
  tinyBlob: 249,
  mediumBlob: 250,
  longBlob: 251,
  blob: 252,
  varString: 253,
  string: 254,
  geometry: 255,
} as const;

/** In what servers of the family write the same differently. */
export interface LogDialect {
  /** MariaDB says of a YEAR, too, whether it has a sign. */
  readonly signedYears: boolean;
}

const NUMERIC: ReadonlySet<number> = new Set([
  CODE.tiny,
  CODE.short,
  CODE.int24,
  CODE.long,
  CODE.longlong,
  CODE.float,
  CODE.double,
  CODE.decimal,
]);
const TEXTS: ReadonlySet<number> = new Set([
  CODE.varchar,
  CODE.varString,
  CODE.string,
  CODE.tinyBlob,
  CODE.mediumBlob,
  CODE.longBlob,
  CODE.blob,
  CODE.compressedBlob,
  CODE.compressedVarchar,
]);
const TWO_BYTES: ReadonlySet<number> = new Set([
  CODE.varchar,
  CODE.varString,
  CODE.string,
  CODE.bit,
  CODE.decimal,
  CODE.compressedVarchar,
  CODE.enum,
  CODE.set,
]);
const ONE_BYTE: ReadonlySet<number> = new Set([
  CODE.float,
  CODE.double,
  CODE.tinyBlob,
  CODE.mediumBlob,
  CODE.longBlob,
  CODE.blob,
  CODE.json,
  CODE.geometry,
  CODE.vector,
  CODE.timestamp2,
  CODE.datetime2,
  CODE.time2,
  CODE.compressedBlob,
]);

/** Kinds of what is said besides, in binlog_row_metadata=FULL. */
const SIGNEDNESS = 1;
const DEFAULT_CHARSET = 2;
const COLUMN_CHARSET = 3;
const NAMES = 4;
const SET_LABELS = 5;
const ENUM_LABELS = 6;
const SHAPES = 7;
const ENUM_DEFAULT_CHARSET = 10;
const ENUM_COLUMN_CHARSET = 11;

/** Of an event's body. */
export function parseTableMap(bytes: Buffer, start: number, end: number, dialect: LogDialect): TableMap {
  const fields = new Fields(bytes, start, end);
  const id = fields.number(6);
  fields.at += 2;
  const schema = fields.text(fields.byte());
  fields.at += 1;
  const name = fields.text(fields.packed());
  fields.at += 1;
  const count = fields.packed();
  const codes = [...fields.slice(count)];
  const metas = metasOf(codes, fields.slice(fields.packed()));
  fields.at += (count + 7) >> 3; // which may be NULL
  const types = codes.map((code, i) => realType(code, metas[i]!));
  return { id, schema, name, columns: describe(types, fields, dialect) };
}

/** Numbers alone are read without it. */
export const tableId = (bytes: Buffer, at: number): number => bytes.readUIntLE(at, 6);

interface RealType {
  readonly code: number;
  readonly meta: number;
}

function metasOf(codes: readonly number[], bytes: Buffer): number[] {
  const fields = new Fields(bytes, 0, bytes.length);
  return codes.map((code) => (TWO_BYTES.has(code) ? fields.number(2) : ONE_BYTE.has(code) ? fields.byte() : 0));
}

/** Behind STRING hide ENUM and SET, and lengths above 255 in bits of the type. */
function realType(code: number, meta: number): RealType {
  if (code !== CODE.string) return { code, meta };
  const [first, second] = [meta & 0xff, meta >> 8];
  if ((first & 0x30) !== 0x30) return { code: first | 0x30, meta: second | (((first & 0x30) ^ 0x30) << 4) };
  return { code: first, meta: second };
}

function describe(types: readonly RealType[], fields: Fields, { signedYears }: LogDialect): MappedColumn[] {
  const of = (test: (code: number) => boolean) => types.flatMap(({ code }, i) => (test(code) ? [i] : []));
  const numeric = of((code) => NUMERIC.has(code) || (signedYears && code === CODE.year));
  const texts = of((code) => TEXTS.has(code));
  const chosen = of((code) => code === CODE.enum || code === CODE.set);
  const said: { -readonly [K in keyof MappedColumn]?: MappedColumn[K] }[] = types.map(() => ({}));
  while (fields.more) {
    const kind = fields.byte();
    const length = fields.packed();
    const part = new Fields(fields.bytes, fields.at, fields.at + length);
    fields.at += length;
    if (kind === SIGNEDNESS)
      numeric.forEach((i, n) => (said[i]!.unsigned = (part.bytes[part.at + (n >> 3)]! & (0x80 >> (n & 7))) !== 0));
    else if (kind === DEFAULT_CHARSET) defaultCharset(texts, part, said);
    else if (kind === COLUMN_CHARSET) for (const i of texts) said[i]!.collation = part.packed();
    else if (kind === ENUM_DEFAULT_CHARSET) defaultCharset(chosen, part, said);
    else if (kind === ENUM_COLUMN_CHARSET) for (const i of chosen) said[i]!.collation = part.packed();
    else if (kind === NAMES) for (const one of said) one.name = part.text(part.packed());
    else if (kind === SET_LABELS)
      labels(
        of((code) => code === CODE.set),
        part,
        said,
      );
    else if (kind === ENUM_LABELS)
      labels(
        of((code) => code === CODE.enum),
        part,
        said,
      );
    else if (kind === SHAPES) for (const i of of((code) => code === CODE.geometry)) said[i]!.shape = part.packed();
  }
  const nothing = { name: undefined, unsigned: undefined, collation: undefined, labels: undefined, shape: undefined };
  return types.map((type, i) => ({ ...nothing, ...type, ...said[i] }));
}

type Said = { collation?: number | undefined; labels?: readonly Buffer[] | undefined }[];

/** One for all, then pairs for those that differ: which, counted among the texts alone, and what. */
function defaultCharset(columns: readonly number[], part: Fields, said: Said): void {
  const usual = part.packed();
  for (const i of columns) said[i]!.collation = usual;
  while (part.more) said[columns[part.packed()]!]!.collation = part.packed();
}

function labels(columns: readonly number[], part: Fields, said: Said): void {
  for (const i of columns) said[i]!.labels = Array.from({ length: part.packed() }, () => part.slice(part.packed()));
}
