import { Fault } from '../../../src/base/fault.js';
import { CODE, type MappedColumn } from '../../../src/db/mysql/binlog/table-map.js';
import type { Column } from '../../../src/model/schema.js';
import { canonOf, dataType, type Decode, type Logged } from '../canon/canon.js';
import { decimalSize } from '../canon/numbers.js';
import { charsetOf, toUtf8 } from '../canon/texts.js';
import { oldSize } from '../canon/times.js';

/** What the numbers of collations mean. */
export type Charsets = ReadonlyMap<number, { readonly charset: string; readonly bytes: number }>;

/** A column of the catalog, and how the characters of its texts are stored. */
export interface KnownColumn extends Column {
  readonly charset?: string;
}

/** A column of the log's rows, and how its values are read. */
export interface ReadColumn {
  readonly name: string;
  /** In the catalog's words, or, where the log differs from these, in ours. */
  readonly type: string;
  /** Bytes of each value; 0: their number stands before them, in `prefix` bytes. */
  readonly size: number;
  readonly prefix: number;
  readonly decode: Decode;
}

const BYTES = 63;
const MARIADB_BYTES: Readonly<Record<string, number>> = { uuid: 16, inet6: 16, inet4: 4 };

/** `known`: the catalog's column of that name, or at that place where the log has no names. */
export function readColumn(column: MappedColumn, known: KnownColumn | undefined, charsets: Charsets): ReadColumn {
  const said = typeOf(column, charsets, known);
  const type = known !== undefined && isSame(said, column, known) ? known.type : said;
  const canon = canonOf(type);
  if (canon === undefined) throw unreadable(column, type);
  const logged = loggedOf(column, type, known, charsets);
  return { name: column.name ?? known?.name ?? '', type, ...extentOf(column, logged), decode: canon.decode(logged) };
}

/** Numbers of digits and spaces do not decide how a value is read. */
function isSame(said: string, { code }: MappedColumn, { type, value }: Column): boolean {
  const name = dataType(type);
  if (name === dataType(said) && 'labels' in value) return said === `${name}${JSON.stringify(value.labels)}`;
  if (MARIADB_BYTES[name] !== undefined) return said === `binary(${MARIADB_BYTES[name]})`;
  if (code === CODE.geometry)
    return said === 'geometry' || said === name.replace('geomcollection', 'geometrycollection');
  return said === plain(type);
}

const plain = (type: string): string => {
  const name = dataType(type);
  const lower = type.toLowerCase();
  const isUnsigned = / unsigned|zerofill/.test(lower);
  const unsigned = isUnsigned && !/^(bit|year|char)/.test(name) ? ' unsigned' : '';
  const size = /^\w+(\([\d,]+\))/.exec(lower)?.[1] ?? '';
  if (/int$|^float$|^double$|^year$/.test(name)) return name + unsigned;
  if (/blob$|text$|^vector$|^json$|^date$/.test(name)) return name;
  return name + size + unsigned;
};

const INTEGERS: Readonly<Record<number, readonly [name: string, size: number]>> = {
  [CODE.tiny]: ['tinyint', 1],
  [CODE.short]: ['smallint', 2],
  [CODE.int24]: ['mediumint', 3],
  [CODE.long]: ['int', 4],
  [CODE.longlong]: ['bigint', 8],
  [CODE.float]: ['float', 4],
  [CODE.double]: ['double', 8],
};
const TIMES: Readonly<Record<number, string>> = {
  [CODE.timestamp]: 'timestamp',
  [CODE.timestamp2]: 'timestamp',
  [CODE.time]: 'time',
  [CODE.time2]: 'time',
  [CODE.datetime]: 'datetime',
  [CODE.datetime2]: 'datetime',
};
const OLD: ReadonlySet<number> = new Set([CODE.timestamp, CODE.time, CODE.datetime]);
const LENGTHS = ['', 'tiny', '', 'medium', 'long'];
const SHAPES = 'geometry point linestring polygon multipoint multilinestring multipolygon geometrycollection'.split(
  ' ',
);

/** The type as the catalog would write it, without what the log does not say. */
function typeOf(column: MappedColumn, charsets: Charsets, known: KnownColumn | undefined): string {
  const { code, meta } = column;
  const number = INTEGERS[code]?.[0];
  const isUnsigned = column.unsigned ?? /unsigned|zerofill/i.test(known?.type ?? '');
  if (number !== undefined) return number + (isUnsigned ? ' unsigned' : '');
  if (code === CODE.decimal) return `decimal(${meta & 0xff},${meta >> 8})${isUnsigned ? ' unsigned' : ''}`;
  if (TIMES[code] !== undefined) return timeType(TIMES[code], OLD.has(code) ? digitsOf(known?.type) : meta);
  if (code === CODE.date || code === CODE.newdate) return 'date';
  if (code === CODE.year) return 'year';
  if (code === CODE.bit) return `bit(${(meta & 0xff) + (meta >> 8) * 8})`;
  if (code === CODE.json) return 'json';
  if (code === CODE.vector) return 'vector';
  if (code === CODE.geometry) return SHAPES[column.shape ?? 0] ?? 'geometry';
  if (code === CODE.enum || code === CODE.set)
    return `${code === CODE.enum ? 'enum' : 'set'}${JSON.stringify(labelsOf(column, known, charsets))}`;
  return textType(column, charsets, known);
}

const timeType = (name: string, digits: number): string => (digits === 0 ? name : `${name}(${digits})`);
const digitsOf = (type = ''): number => Number(/\((\d)\)/.exec(type)?.[1] ?? 0);

const isBytes = ({ collation }: MappedColumn, known: KnownColumn | undefined): boolean =>
  collation === undefined ? /binary|blob|uuid|inet/.test(known?.type ?? '') : collation === BYTES;

function textType(column: MappedColumn, charsets: Charsets, known: KnownColumn | undefined): string {
  const { code, meta } = column;
  const bytes = isBytes(column, known);
  if (code >= CODE.tinyBlob && code <= CODE.blob) return `${LENGTHS[meta] ?? ''}${bytes ? 'blob' : 'text'}`;
  if (code === CODE.compressedBlob) return `${LENGTHS[meta] ?? ''}${bytes ? 'blob' : 'text'}`;
  const fixed = code === CODE.string;
  const length = code === CODE.compressedVarchar ? meta - 1 : meta;
  const per = bytes ? 1 : (charsets.get(column.collation ?? -1)?.bytes ?? perCharacter(length, known));
  const name = `${fixed ? '' : 'var'}${bytes ? 'binary' : 'char'}`;
  return `${name}(${Math.floor(length / per)})`;
}

/** Where the log does not say it: as many as fit. */
function perCharacter(length: number, known: KnownColumn | undefined): number {
  const { value } = known ?? {};
  const characters = value?.kind === 'text' ? value.length : undefined;
  return characters ? Math.max(1, Math.floor(length / characters)) : 1;
}

function labelsOf({ labels, collation }: MappedColumn, known: KnownColumn | undefined, charsets: Charsets): string[] {
  const { value } = known ?? {};
  if (labels === undefined) return value && 'labels' in value ? [...value.labels] : [];
  const charset = charsetOf(charsets.get(collation ?? -1)?.charset ?? 'utf8mb4') ?? 'utf8';
  return labels.map((label) => toUtf8(label, charset).toString());
}

function loggedOf(column: MappedColumn, type: string, known: KnownColumn | undefined, charsets: Charsets): Logged {
  const { code, meta } = column;
  const named = column.collation === undefined ? known?.charset : charsets.get(column.collation)?.charset;
  const charset = column.collation === BYTES || isBytes(column, known) ? 'utf8' : charsetOf(named ?? 'utf8mb4');
  if (charset === undefined) throw unreadable(column, `${type} in ${named}`);
  const isOld = OLD.has(code);
  return {
    type,
    code,
    length: code === CODE.string ? meta : 0,
    unsigned: column.unsigned ?? /unsigned|zerofill/i.test(type),
    precision: meta & 0xff,
    scale: code === CODE.decimal ? meta >> 8 : isOld ? digitsOf(known?.type) : meta,
    charset,
    labels: labelsOf(column, known, charsets),
  };
}

const fixed = (size: number) => ({ size, prefix: 0 });
const prefixed = (prefix: number) => ({ size: 0, prefix });

function extentOf({ code, meta }: MappedColumn, { precision, scale }: Logged): Pick<ReadColumn, 'size' | 'prefix'> {
  const number = INTEGERS[code]?.[1];
  if (number !== undefined) return fixed(number);
  if (OLD.has(code)) return fixed(oldSize(code, scale));
  if (code === CODE.decimal) return fixed(decimalSize(precision, scale));
  if (code === CODE.year) return fixed(1);
  if (code === CODE.date || code === CODE.newdate) return fixed(3);
  if (code === CODE.bit) return fixed((meta >> 8) + ((meta & 0xff) > 0 ? 1 : 0));
  if (code === CODE.enum || code === CODE.set) return fixed(meta);
  if (code === CODE.timestamp2) return fixed(4 + ((scale + 1) >> 1));
  if (code === CODE.datetime2) return fixed(5 + ((scale + 1) >> 1));
  if (code === CODE.time2) return fixed(3 + ((scale + 1) >> 1));
  if (code === CODE.varchar || code === CODE.string || code === CODE.varString || code === CODE.compressedVarchar)
    return prefixed(meta > 255 ? 2 : 1);
  return prefixed(meta);
}

const unreadable = ({ name = '?', code }: MappedColumn, type: string): Fault =>
  new Fault('permanent', `values of ${type} (${code} in the log) cannot be read from the binary log`, {
    code: 'TYPE_UNKNOWN',
    place: { column: name },
    hint: 'leave the table out: tables.exclude',
  });
