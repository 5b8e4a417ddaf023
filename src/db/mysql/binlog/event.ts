import { crc32 } from 'node:zlib';
import { Fault } from '../../../base/fault.js';

/** Numbers of the events that somebody reads. */
export const EVENT = {
  query: 2,
  stop: 3,
  rotate: 4,
  executeLoad: 18,
  description: 15,
  xid: 16,
  tableMap: 19,
  incident: 26,
  heartbeat: 27,
  gtid: 33,
  anonymousGtid: 34,
  xaPrepare: 38,
  partialUpdate: 39,
  payload: 40,
  heartbeat2: 41,
  taggedGtid: 42,
  mariadbGtid: 162,
  compressedQuery: 165,
} as const;

/** Events without meaning for rows: notes, random seeds and variables of statements, checkpoints, lists of GTIDs. */
const PASSED = new Set([0, 3, 5, 9, 10, 13, 14, 28, 29, 35, 36, 37, 160, 161, 163]);
const IGNORABLE = 0x80;

export const mayPass = (type: number, flags: number): boolean => PASSED.has(type) || (flags & IGNORABLE) !== 0;

export interface RowsKind {
  readonly op: 'write' | 'update' | 'delete';
  /** Has a variable part behind its flags. */
  readonly extended: boolean;
  readonly compressed: boolean;
}

const rows = (op: RowsKind['op'], extended: boolean, compressed = false): RowsKind => ({ op, extended, compressed });

export const ROWS: ReadonlyMap<number, RowsKind> = new Map([
  [23, rows('write', false)],
  [24, rows('update', false)],
  [25, rows('delete', false)],
  [30, rows('write', true)],
  [31, rows('update', true)],
  [32, rows('delete', true)],
  [166, rows('write', false, true)],
  [167, rows('update', false, true)],
  [168, rows('delete', false, true)],
  [169, rows('write', true, true)],
  [170, rows('update', true, true)],
  [171, rows('delete', true, true)],
]);

export const HEADER = 19;
export const CHECKSUM = 4;

export interface Header {
  /** Seconds since 1970. */
  readonly time: number;
  readonly type: number;
  readonly size: number;
  /** Where it ends in its file, the lowest 32 bits; 0: it is in none. */
  readonly end: number;
  readonly flags: number;
}

export const headerOf = (bytes: Buffer, at: number): Header => ({
  time: bytes.readUInt32LE(at),
  type: bytes[at + 4]!,
  size: bytes.readUInt32LE(at + 9),
  end: bytes.readUInt32LE(at + 13),
  flags: bytes.readUInt16LE(at + 17),
});

/** Whether events carry checksums: what a description of the format says of itself and all that follow. */
export const hasChecksums = (bytes: Buffer, end: number): boolean => bytes[end - CHECKSUM - 1] === 1;

/** Fault BINLOG_DAMAGED unless the event is as it was written. */
export function verify(bytes: Buffer, start: number, end: number): void {
  const written = bytes.readUInt32LE(end - CHECKSUM);
  const found = crc32(bytes.subarray(start, end - CHECKSUM));
  if (written === found) return;
  throw new Fault('transient', `an event of the binary log has the checksum ${found}, and ${written} was written`, {
    code: 'BINLOG_DAMAGED',
    safe: 'nothing of it was taken',
    hint: 'If it comes again, the log itself is damaged: FLUSH BINARY LOGS and load anew.',
  });
}
