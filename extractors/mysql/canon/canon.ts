/**
 * How the values of each type come into their canonical text (FORMAT.md, "Values"): out of a SELECT, in the text protocol
 * with character_set_results=utf8mb4 and time_zone=+00:00, and out of the binary log. Both ways give the same bytes.
 */
import * as binary from './binary.js';
import { decodeFloat, decodeDouble } from './floats.js';
import { decodeJson } from './jsonb.js';
import * as network from './network.js';
import { decodeDecimal, decodeInteger, withoutZeros } from './numbers.js';
import type { Out } from './out.js';
import { decodeLabel, decodeLabels, decodeText } from './texts.js';
import * as times from './times.js';

/** Hands over the canonical text of the value that stands in `bytes[start, end)`. */
export type Decode = (bytes: Buffer, start: number, end: number, out: Out) => void;

/** What the log tells of a column. */
export interface Logged {
  /** As of `information_schema.COLUMN_TYPE`. */
  readonly type: string;
  /** The server's number of the format that values are stored in. */
  readonly code: number;
  /** Of BINARY(n) and bits: bytes of a value. */
  readonly length: number;
  readonly unsigned: boolean;
  readonly precision: number;
  /** Of DECIMAL the digits after the point, of times those of a second. */
  readonly scale: number;
  /** As iconv names it; 'utf8' needs no conversion. */
  readonly charset: string;
  readonly labels: readonly string[];
}

/** `as is`, `hex` (behind `\x`): a long value can be written piece by piece. */
type Form = 'as is' | 'hex' | 'whole';

export interface Canon {
  readonly form: Form;
  /** What the snapshot selects. */
  select(quotedName: string): string;
  /** Canonical bytes of what the server sends for it. */
  write(bytes: Buffer, start: number, end: number): Buffer;
  /** Reads what the binary log holds of such a column. */
  decode(column: Logged): Decode;
}

type Write = (bytes: Buffer, start: number, end: number, type: string) => Buffer;

interface Entry {
  readonly snapshot?: { readonly select?: (name: string) => string; readonly write?: Write; readonly form?: Form };
  readonly decode: (column: Logged) => Decode;
}

/** Without it the server rounds to six digits, or to those that the column declares. */
const exact = { select: (name: string) => `${name} + 0e0` };
const digits = { write: withoutZeros };
const hex: Entry = { snapshot: { form: 'hex', write: binary.writeHex }, decode: binary.decodeHex };
const text: Entry = { decode: decodeText };
const integer: Entry = { snapshot: digits, decode: decodeInteger };
const shape: Entry = { snapshot: { write: binary.writeGeometry }, decode: () => binary.decodeGeometry };

const ENTRIES: Readonly<Record<string, Entry>> = {
  tinyint: integer,
  smallint: integer,
  mediumint: integer,
  int: integer,
  bigint: integer,
  decimal: { snapshot: digits, decode: decodeDecimal },
  float: { snapshot: exact, decode: () => decodeFloat },
  double: { snapshot: exact, decode: () => decodeDouble },
  bit: { snapshot: { write: binary.writeBits }, decode: binary.decodeBits },
  year: { decode: () => times.decodeYear },
  date: { decode: () => times.decodeDate },
  time: { decode: times.decodeTime },
  datetime: { decode: times.decodeDatetime },
  timestamp: { snapshot: { write: times.writeTimestamp }, decode: times.decodeTimestamp },
  char: text,
  varchar: text,
  tinytext: text,
  text,
  mediumtext: text,
  longtext: text,
  enum: { decode: decodeLabel },
  set: { decode: decodeLabels },
  json: { decode: (column) => (column.code === JSON_CODE ? decodeJson : decodeText(column)) },
  binary: hex,
  varbinary: hex,
  tinyblob: hex,
  blob: hex,
  mediumblob: hex,
  longblob: hex,
  vector: hex,
  uuid: { decode: () => network.decodeUuid },
  inet4: { decode: () => network.decodeInet4 },
  inet6: { decode: () => network.decodeInet6 },
  geometry: shape,
  point: shape,
  linestring: shape,
  polygon: shape,
  multipoint: shape,
  multilinestring: shape,
  multipolygon: shape,
  geometrycollection: shape,
  geomcollection: shape,
};

const JSON_CODE = 245;

/** `type`: as of `information_schema.COLUMN_TYPE`. Undefined: no such type is known. */
export function canonOf(type: string): Canon | undefined {
  const entry = ENTRIES[dataType(type)];
  if (entry === undefined) return undefined;
  const { select = (name: string) => name, form, ...made } = entry.snapshot ?? {};
  const write = made.write === withoutZeros && !/zerofill/i.test(type) ? undefined : made.write; // most have none
  return {
    form: form ?? (write ? 'whole' : 'as is'),
    select,
    write: write
      ? (bytes, start, end) => write(bytes, start, end, type)
      : (bytes, start, end) => bytes.subarray(start, end),
    decode: entry.decode,
  };
}

/** The type's name alone: of `int(10) unsigned` `int`. */
export const dataType = (type: string): string => /^\w+/.exec(type.toLowerCase())?.[0] ?? '';
