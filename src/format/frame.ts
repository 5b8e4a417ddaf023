/** The fixed parts of a chunk file as bytes: FORMAT.md draws them. Pure; integers are big-endian. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type Kind = 'dkt' | 'ckt' | 'skt' | 'okt';
export type Compression = 'none' | 'brotli';

export const VERSION = 1;
/** Raw bytes of a block at most. */
export const BLOCK_BYTES = 1 << 20;
export const ENTRY_BYTES = 32;
export const FOOTER_BYTES = 64;
export const END = 'OKITEND1';

/** One line of the block table. */
export interface Entry {
  readonly offset: number;
  readonly stored: number;
  readonly raw: number;
  /** Rows that ended before this block (ckt: the last seq that did). */
  readonly endedBefore: number;
  readonly crc: number;
  /** It begins inside a row. */
  readonly inside: boolean;
}

export interface Footer {
  readonly bodyOffset: number;
  readonly tableOffset: number;
  readonly blocks: number;
  readonly headCrc: number;
  readonly tableCrc: number;
  /** ckt: it ends inside a transaction. */
  readonly open: boolean;
  /** Rows of the file (ckt: its last seq). */
  readonly ended: number;
  readonly raw: number;
}

/** Kind line and header line. */
export const encodeHead = (kind: Kind, header: object): Buffer =>
  Buffer.from(`openkite ${kind} ${VERSION}\n${JSON.stringify(sorted(header))}\n`);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

export function encodeTable(entries: readonly Entry[]): Buffer {
  const table = Buffer.alloc(entries.length * ENTRY_BYTES);
  entries.forEach((entry, i) => {
    const at = i * ENTRY_BYTES;
    table.writeBigUInt64BE(BigInt(entry.offset), at);
    table.writeUInt32BE(entry.stored, at + 8);
    table.writeUInt32BE(entry.raw, at + 12);
    table.writeBigUInt64BE(BigInt(entry.endedBefore), at + 16);
    table.writeUInt32BE(entry.crc, at + 24);
    table.writeUInt32BE(Number(entry.inside), at + 28);
  });
  return table;
}

export function decodeTable(table: Buffer): Entry[] {
  return Array.from({ length: table.length / ENTRY_BYTES }, (_, i) => {
    const at = i * ENTRY_BYTES;
    return {
      offset: Number(table.readBigUInt64BE(at)),
      stored: table.readUInt32BE(at + 8),
      raw: table.readUInt32BE(at + 12),
      endedBefore: Number(table.readBigUInt64BE(at + 16)),
      crc: table.readUInt32BE(at + 24),
      inside: (table.readUInt32BE(at + 28) & 1) === 1,
    };
  });
}

export function encodeFooter(footer: Footer): Buffer {
  const bytes = Buffer.alloc(FOOTER_BYTES);
  bytes.writeBigUInt64BE(BigInt(footer.bodyOffset), 0);
  bytes.writeBigUInt64BE(BigInt(footer.tableOffset), 8);
  bytes.writeUInt32BE(footer.blocks, 16);
  bytes.writeUInt32BE(footer.headCrc, 20);
  bytes.writeUInt32BE(footer.tableCrc, 24);
  bytes.writeUInt32BE(Number(footer.open), 28);
  bytes.writeBigUInt64BE(BigInt(footer.ended), 32);
  bytes.writeBigUInt64BE(BigInt(footer.raw), 40);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 52)), 52);
  bytes.write(END, 56, 'latin1');
  return bytes;
}

/** Its own crc32 and `END` are the caller's to check. */
export function decodeFooter(bytes: Buffer): Footer {
  return {
    bodyOffset: Number(bytes.readBigUInt64BE(0)),
    tableOffset: Number(bytes.readBigUInt64BE(8)),
    blocks: bytes.readUInt32BE(16),
    headCrc: bytes.readUInt32BE(20),
    tableCrc: bytes.readUInt32BE(24),
    open: (bytes.readUInt32BE(28) & 1) === 1,
    ended: Number(bytes.readBigUInt64BE(32)),
    raw: Number(bytes.readBigUInt64BE(40)),
  };
}

/** What `wirekite_progress.checksum` holds, in hex. Through the block table it stands for every byte of the file. */
export const checksumOf = (...parts: readonly Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
