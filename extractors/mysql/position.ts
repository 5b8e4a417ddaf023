import { Fault } from '../../src/base/fault.js';
import type { Position } from '../../src/model/position.js';

/** A place in the binary log of one server: everything before it has been written, and may be waited for. */
export interface BinlogPosition {
  readonly file: string;
  readonly offset: number;
  /** `serverId`: on another server the same file and offset mean something else. */
  readonly server: string;
  /** Everything that has been written, in the server's own notation and without spaces; '' where there are no GTIDs. */
  readonly gtid: string;
}

const FORM = /^(?<file>.+):(?<offset>\d+) server=(?<server>\S+)(?: gtid=(?<gtid>\S+))?$/;

/** `binlog.000007:4711 server=1 gtid=0-1-42`: what a DBA looks for comes first. */
export function formatPosition({ file, offset, server, gtid }: BinlogPosition): Position {
  const set = gtid.replace(/\s/g, '');
  return `${file}:${offset} server=${server}${set === '' ? '' : ` gtid=${set}`}`;
}

/** Fault POSITION when the text is none of ours. */
export function parsePosition(position: Position): BinlogPosition {
  const { file, offset, server, gtid = '' } = FORM.exec(position)?.groups ?? {};
  if (file === undefined || server === undefined)
    throw new Fault('permanent', `${JSON.stringify(position)} is no position in a binary log`, { code: 'POSITION' });
  return { file, offset: Number(offset), server, gtid };
}

/** The number at the end of a binary log's name: after 999999 comes 1000000. */
export const fileNumber = (file: string): number => Number(/\d+$/.exec(file)?.[0] ?? 0);

/** Negative: a is before b. Both are of one server. */
export function comparePositions(a: Position, b: Position): number {
  const [left, right] = [parsePosition(a), parsePosition(b)];
  return fileNumber(left.file) - fileNumber(right.file) || left.offset - right.offset;
}
