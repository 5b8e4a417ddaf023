import { unpacked } from './bytes.js';

/** A statement in the log. */
export interface QueryEvent {
  /** In which names without a database are found. */
  readonly database: string;
  readonly sql: string;
}

const FIXED = 13;

export function parseQuery(bytes: Buffer, start: number, end: number, compressed: boolean): QueryEvent {
  const names = start + FIXED + bytes.readUInt16LE(start + 11);
  const name = names + bytes[start + 8]!;
  const database = bytes.toString('utf8', names, name);
  const sql = compressed ? unpacked(bytes, name + 1, end).toString() : bytes.toString('utf8', name + 1, end);
  return { database, sql };
}
