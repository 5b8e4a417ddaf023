import { decompress } from 'fzstd';
import { Fault } from '../../../base/fault.js';
import { Fields } from './bytes.js';
import { HEADER } from './event.js';

const END = 0;
const COMPRESSION = 2;
const ZSTD = 0;
const NONE = 255;

/** The events of a transaction that MySQL packed into one: without checksums, and with places that mean nothing. */
export function* unpackedEvents(
  bytes: Buffer,
  start: number,
  end: number,
): Generator<readonly [Buffer, number, number]> {
  const fields = new Fields(bytes, start, end);
  let compression = NONE;
  for (let kind = fields.packed(); kind !== END; kind = fields.packed()) {
    const next = fields.packed() + fields.at;
    if (kind === COMPRESSION) compression = fields.packed();
    fields.at = next;
  }
  const events = plain(bytes.subarray(fields.at, end), compression);
  for (let at = 0; at + HEADER <= events.length;) {
    const next = at + events.readUInt32LE(at + 9);
    yield [events, at, next];
    at = next;
  }
}

function plain(packed: Buffer, compression: number): Buffer {
  if (compression === NONE) return packed;
  if (compression !== ZSTD)
    throw new Fault('permanent', `a transaction is packed in way ${compression}`, { code: 'BINLOG' });
  const { buffer, byteOffset, byteLength } = decompress(packed);
  return Buffer.from(buffer, byteOffset, byteLength);
}
