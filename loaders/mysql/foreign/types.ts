import type { ValueType } from '../../../src/model/type.js';
import { formOf, type Form } from '../forms.js';
import { quoteLiteral } from '../../../src/db/mysql/quote.js';
import { exactCollation, type Server } from '../server.js';

/** What becomes of a column of another dialect. */
export interface Translation extends Form {
  /** As declared, with character set and collation. */
  readonly type: string;
  readonly refuses?: string;
  readonly loses?: string;
}

/** What a text or bytes may take of a row or of a key, in bytes; undefined: as much as it likes. */
export type Room = number | undefined;

type Of<K extends ValueType['kind']> = Extract<ValueType, { kind: K }>;

/** Longer texts are declared without a bound: a row holds 65,535 bytes of those with one. */
const MOST_CHARACTERS = 2_000;

/** `room`: for a column that a key needs whole. */
export function translate(value: ValueType, server: Server, room: Room): Translation {
  switch (value.kind) {
    case 'text':
      return text(value, server, room);
    case 'bytes':
      return bytes(value, room);
    case 'bits':
      return bits(value, server, room);
    case 'decimal':
      return decimal(value, server, room);
    case 'enum':
      return labels(value, server, room);
    case 'network':
      return network(value, server);
    case 'json':
      return json(server, room);
    case 'geometry':
      return geometry(value, server);
    case 'timetz':
      return { ...ascii(24), loses: 'it is a text there, and sorts as one' };
    case 'uuid':
      return server.mariadb && server.version >= 100_700 ? { type: 'uuid' } : ascii(36);
    case 'interval':
    case 'array':
    case 'set':
    case 'other':
      return { ...anyText(server, room), loses: 'it is a text there, and sorts as one' };
    default:
      return { type: plain(value), ...formOf(value, false), ...limits(value) };
  }
}

function plain(
  value: Exclude<ValueType, Of<'text' | 'bytes' | 'bits' | 'decimal' | 'enum' | 'network' | 'json'>>,
): string {
  switch (value.kind) {
    case 'boolean':
      return 'tinyint(1)';
    case 'integer':
      return INTEGERS[value.bits] + (value.unsigned ? ' unsigned' : '');
    case 'float':
      return value.bits === 32 ? 'float' : 'double';
    case 'time':
      return `time(${value.digits})`;
    case 'timestamp':
    case 'timestamptz':
      return `datetime(${value.digits})`;
    case 'date':
    case 'year':
      return value.kind;
    default:
      return 'longtext';
  }
}

const INTEGERS = { 8: 'tinyint', 16: 'smallint', 24: 'mediumint', 32: 'int', 64: 'bigint' } as const;

function limits(value: ValueType): Pick<Translation, 'refuses' | 'loses'> {
  switch (value.kind) {
    case 'float':
      return value.special ? { refuses: 'NaN and infinities' } : {};
    case 'date':
    case 'timestamp':
      return value.special ? { refuses: TIMES } : {};
    case 'timestamptz':
      return {
        ...(value.special ? { refuses: TIMES } : {}),
        loses: 'that it is a moment: it is kept in UTC, without a time zone',
      };
    default:
      return {};
  }
}

const TIMES = 'infinities, years before 1 and after 9999';

const ascii = (length: number): Translation => ({ type: `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin` });

/** A text of any length; in a key, of as many characters as there is room for. */
function anyText(server: Server, room: Room): Translation {
  const exact = `CHARACTER SET utf8mb4 COLLATE ${exactCollation(server)}`;
  if (room === undefined) return { type: `longtext ${exact}` };
  const most = Math.floor(room / 4);
  return { type: `varchar(${most}) ${exact}`, refuses: `more than ${most} characters, since it is in a key` };
}

function text(value: Of<'text'>, server: Server, room: Room): Translation {
  const { length, fixed, compares } = value;
  const collation = compares.padded ? 'utf8mb4_bin' : exactCollation(server);
  const set = `CHARACTER SET utf8mb4 COLLATE ${collation}`;
  const loses = compares.exact ? {} : { loses: 'in comparisons and keys, case and accents count there' };
  const fits = length !== undefined && length <= (room === undefined ? MOST_CHARACTERS : Math.floor(room / 4));
  if (fits && fixed && length <= 255) return { type: `char(${length}) ${set}`, ...formOf(value, false), ...loses };
  if (fits) return { type: `varchar(${length}) ${set}`, ...loses };
  const any = anyText(server, room);
  const unbounded = length !== undefined && room === undefined ? { loses: `its bound of ${length} characters` } : {};
  return { ...any, type: any.type.replace(exactCollation(server), collation), ...unbounded, ...loses };
}

function bytes(value: Of<'bytes'>, room: Room): Translation {
  const { length, fixed } = value;
  const form = formOf(value, false);
  const fits = length !== undefined && length <= (room ?? 4 * MOST_CHARACTERS);
  if (fits && fixed && length <= 255) return { type: `binary(${length})`, ...form };
  if (fits) return { type: `varbinary(${length})`, ...form };
  if (room === undefined) return { type: 'longblob', ...form };
  return { type: `varbinary(${room})`, ...form, refuses: `more than ${room} bytes, since it is in a key` };
}

/** More than 64 of them, or a varying number, are a text of 0 and 1. */
function bits(value: Of<'bits'>, server: Server, room: Room): Translation {
  const { length = value.varying ? undefined : 1, varying } = value;
  if (!varying && length !== undefined && length <= 64) return { type: `bit(${length})`, ...formOf(value, false) };
  const words = { loses: 'it is a text of 0 and 1 there' };
  const fits = length !== undefined && length <= (room ?? MOST_CHARACTERS);
  return fits ? { ...ascii(length), ...words } : { ...anyText(server, room), ...words };
}

/** Without a precision, and beyond what the server holds exactly, the digits are kept as a text. */
function decimal(value: Of<'decimal'>, server: Server, room: Room): Translation {
  const { precision, scale = 0, unsigned, special } = value;
  const [digits, after] = [Math.max(precision ?? 0, scale) - Math.min(scale, 0), Math.max(scale, 0)];
  if (precision === undefined || digits > 65 || after > 30) {
    const shown = room === undefined ? anyText(server, room) : anyText(server, Math.min(room, 800));
    return { ...shown, loses: 'it is a text of all its digits there, and sorts as one: no type holds so many' };
  }
  const type = `decimal(${digits},${after})${unsigned ? ' unsigned' : ''}`;
  return { type, ...(special ? { refuses: 'NaN' } : {}) };
}

/** Spaces at the end of a label are cut by the server, which then are two labels in one. */
function labels(value: Of<'enum'>, server: Server, room: Room): Translation {
  const kept = value.labels.every((label) => !label.endsWith(' ') && label.length <= 255 && !/[\0]/.test(label));
  if (!kept || value.labels.length === 0 || value.labels.length > 3_000) return anyText(server, room);
  const list = value.labels.map(quoteLiteral).join(',');
  return { type: `enum(${list}) CHARACTER SET utf8mb4 COLLATE ${exactCollation(server)}` };
}

const LENGTHS = { inet: 43, cidr: 43, inet4: 15, inet6: 45, macaddr: 17, macaddr8: 23 } as const;

function network({ name }: Of<'network'>, server: Server): Translation {
  const own =
    server.mariadb &&
    ((name === 'inet6' && server.version >= 100_500) || (name === 'inet4' && server.version >= 101_000));
  return own ? { type: name } : { ...ascii(LENGTHS[name]), loses: 'it is a text there, and sorts as one' };
}

/** As it was written: a type that parses it would print it in its own way. */
function json(server: Server, room: Room): Translation {
  return room === undefined ? { type: `longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin` } : anyText(server, room);
}

function geometry(value: Of<'geometry'>, _server: Server): Translation {
  return { type: value.shape, ...formOf(value, false), refuses: 'heights and measures (Z, M), and empty points' };
}
