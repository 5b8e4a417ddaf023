import { createHash } from 'node:crypto';
import type { Table } from '../model/schema.js';

/** What a chunk file's name says. `stem` is the table part as written in the name; the header has the names in full. */
export type ChunkName =
  | { readonly kind: 'dkt'; readonly stem: string; readonly number: number }
  | { readonly kind: 'ckt'; readonly number: number }
  | { readonly kind: 'skt' | 'okt'; readonly stem: string };

/** `<schema>.<table>.<n>.dkt` */
export const dktName = (table: Pick<Table, 'schema' | 'name'>, number: number): string =>
  `${shortened(`${encoded(table.schema)}.${encoded(table.name)}`)}.${number}.dkt`;

/** `<n>.ckt` */
export const cktName = (number: number): string => `${number}.ckt`;

/** `<migration>.skt`, `<migration>.okt`; of a later version of the plan `<migration>.<version>.skt` */
export const schemaName = (migration: string, kind: 'skt' | 'okt', version = 0): string =>
  `${shortened(encoded(migration))}${version === 0 ? '' : `.${version}`}.${kind}`;

/** Undefined for a name that is none of ours. */
export function parseName(file: string): ChunkName | undefined {
  const match = /^(?:(.+)\.)?(0|[1-9]\d{0,14})\.(dkt|ckt)$/.exec(file);
  if (match?.[3] === 'dkt' && match[1]) return { kind: 'dkt', stem: match[1], number: Number(match[2]) };
  if (match?.[3] === 'ckt' && !match[1]) return { kind: 'ckt', number: Number(match[2]) };
  const schema = /^([^.]+)(?:\.[1-9]\d{0,14})?\.(skt|okt)$/.exec(file);
  return schema ? { kind: schema[2] as 'skt' | 'okt', stem: schema[1]! } : undefined;
}

/** Order of work: tables by name, numbers as numbers (9, 10, 100). */
export function compareNames(a: string, b: string): number {
  const [left, right] = [parseName(a), parseName(b)];
  if (left === undefined || right === undefined) return a < b ? -1 : Number(a > b);
  return compare(stem(left), stem(right)) || compare(number(left), number(right)) || compare(a, b);
}

const stem = (name: ChunkName): string => ('stem' in name ? name.stem : '');
const number = (name: ChunkName): number => ('number' in name ? name.number : 0);
const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : Number(a > b));

/** All but letters, digits, `_` and `-` as %XX of its UTF-8 bytes, the dot too: `a.b`+`c` is not `a`+`b.c`. */
const encoded = (name: string): string =>
  Buffer.from(name).reduce(
    (text, byte) => text + (/[\w-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : percent(byte)),
    '',
  );

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** A file name holds 255 bytes; encoded names may be longer. `~` cannot come out of the encoding. */
function shortened(name: string): string {
  if (name.length <= 180) return name;
  return `${name.slice(0, 150)}~${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}
