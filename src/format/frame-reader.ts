import { promisify } from 'node:util';
import { brotliDecompress, crc32 } from 'node:zlib';
import type { ByteReader, ByteStore } from '../model/bytes.js';
import {
  BLOCK_BYTES,
  checksumOf,
  decodeFooter,
  decodeTable,
  END,
  ENTRY_BYTES,
  FOOTER_BYTES,
  VERSION,
  type Compression,
  type Entry,
  type Footer,
  type Kind,
} from './frame.js';
import { refused } from './refusal.js';

/** A piece of a file's body, in memory of its own. */
export interface Piece {
  readonly bytes: Buffer;
  /** Rows of the whole file that have ended after it (ckt: the last seq that has). */
  readonly rowsEnded: number;
  /** False inside a row that is longer than a block: a batch must not end here. */
  readonly endsRow: boolean;
}

const HEAD_MAX = 16 << 20;
const unpack = promisify(brotliDecompress);
const hex = (crc: number): string => crc.toString(16).padStart(8, '0');

/** A chunk file whose tail, table and header have been verified. Each block is when it is read. */
export class FrameReader {
  readonly name: string;
  /** The header line, parsed. */
  readonly header: unknown;
  readonly footer: Footer;
  readonly size: number;
  readonly checksum: string;
  readonly #file: ByteReader;
  readonly #entries: readonly Entry[];

  private constructor(file: ByteReader, name: string, parts: Parts) {
    this.#file = file;
    this.#entries = parts.entries;
    this.name = name;
    this.header = parts.header;
    this.footer = parts.footer;
    this.size = file.size;
    this.checksum = parts.checksum;
  }

  /** Reads the tail first. Faults: every `Refusal` but SWAPPED and STALE, which need the meaning of the header. */
  static async open(store: ByteStore, name: string, kind: Kind): Promise<FrameReader> {
    const file = await store.open(name);
    try {
      return new FrameReader(file, name, await readParts(file, name, kind));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The block in which that row (from 0) begins. */
  blockOf(row: number): number {
    return this.#entries.findLastIndex((entry) => !entry.inside && entry.endedBefore <= row);
  }

  endedBefore(block: number): number {
    return this.#entries[block]?.endedBefore ?? this.footer.ended;
  }

  /** Reads one block ahead. */
  async *pieces(compression: Compression, first = 0): AsyncGenerator<Piece> {
    let next = this.#ahead(compression, first);
    for (let block = first; block < this.#entries.length; block += 1) {
      const bytes = await next!;
      next = this.#ahead(compression, block + 1);
      yield { bytes, rowsEnded: this.endedBefore(block + 1), endsRow: !this.#entries[block + 1]?.inside };
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #ahead(compression: Compression, block: number): Promise<Buffer> | undefined {
    const bytes = this.#entries[block] && this.#block(compression, block, this.#entries[block]);
    bytes?.catch(() => undefined); // thrown when it is awaited; until then, or if it never is, nobody is to be told
    return bytes;
  }

  async #block(compression: Compression, block: number, entry: Entry): Promise<Buffer> {
    const safe = `no byte of block ${block} was sent; the first ${entry.endedBefore} rows of the file are whole`;
    const damaged = (what: string, expected: string | number, found: string | number) =>
      refused('CHUNK_DAMAGED', this.name, `block ${block} of ${this.#entries.length}: ${what}`, expected, found, safe);
    const stored = await this.#file.read(entry.offset, entry.stored);
    const crc = crc32(stored);
    if (crc !== entry.crc) throw damaged('crc32', hex(entry.crc), hex(crc));
    const raw = compression === 'none' ? stored : await unpacked(stored, entry.raw);
    if (raw.length !== entry.raw) throw damaged('raw bytes', entry.raw, raw.length || 'none that can be unpacked');
    return raw;
  }
}

/** Bounded by the size that was declared; empty where the bytes cannot be unpacked into that. */
const unpacked = (stored: Buffer, raw: number): Promise<Buffer> =>
  unpack(stored, { maxOutputLength: Math.max(1, raw) }).catch(() => Buffer.alloc(0));

interface Parts {
  readonly header: unknown;
  readonly footer: Footer;
  readonly entries: readonly Entry[];
  readonly checksum: string;
}

async function readParts(file: ByteReader, name: string, kind: Kind): Promise<Parts> {
  const tail = await readFooter(file, name, kind);
  const footer = checkedFooter(tail, file.size, name);
  const table = await file.read(footer.tableOffset, footer.blocks * ENTRY_BYTES);
  check(name, 'crc32 of the block table', footer.tableCrc, crc32(table));
  const head = await file.read(0, footer.bodyOffset);
  check(name, 'crc32 of the header', footer.headCrc, crc32(head));
  checkKind(head, name, kind);
  const entries = decodeTable(table);
  checkTiling(entries, footer, name);
  return { header: parsed(head, name), footer, entries, checksum: checksumOf(head, table, tail) };
}

function parsed(head: Buffer, name: string): unknown {
  const line = head.toString('utf8', head.indexOf(0x0a) + 1);
  try {
    return JSON.parse(line);
  } catch (error) {
    throw refused('CHUNK_DAMAGED', name, 'header line', 'JSON', (error as Error).message);
  }
}

/** Tells the empty, the foreign and the cut file apart. */
async function readFooter(file: ByteReader, name: string, kind: Kind): Promise<Buffer> {
  const { size } = file;
  if (size === 0) throw refused('CHUNK_EMPTY', name, 'the file is empty', `at least ${FOOTER_BYTES} bytes`, '0 bytes');
  const tail = size < FOOTER_BYTES ? undefined : await file.read(size - FOOTER_BYTES, FOOTER_BYTES);
  if (tail?.toString('latin1', 56) === END) return tail;
  checkKind(await file.read(0, Math.min(size, 64)), name, kind);
  const found = tail ? `${JSON.stringify(tail.toString('latin1', 56))} after ${size} bytes` : `${size} bytes in all`;
  throw refused(
    'CHUNK_CUT',
    name,
    'the file has no end, it was cut or is still being copied',
    `${END} at its end`,
    found,
  );
}

function checkedFooter(tail: Buffer, size: number, name: string): Footer {
  check(name, 'crc32 of the footer', tail.readUInt32BE(52), crc32(tail.subarray(0, 52)));
  const footer = decodeFooter(tail);
  const expected = footer.tableOffset + footer.blocks * ENTRY_BYTES + FOOTER_BYTES;
  if (expected !== size) throw refused('CHUNK_CUT', name, 'size of the file', `${expected} bytes`, `${size} bytes`);
  if (footer.bodyOffset > Math.min(HEAD_MAX, footer.tableOffset)) {
    throw refused(
      'CHUNK_DAMAGED',
      name,
      'size of the header',
      `at most ${HEAD_MAX} bytes`,
      `${footer.bodyOffset} bytes`,
    );
  }
  return footer;
}

function checkKind(head: Buffer, name: string, kind: Kind): void {
  const line = head.toString('latin1', 0, 64).split('\n', 1)[0]!;
  const [, found, version] = /^openkite ([a-z]{3}) (\d+)$/.exec(line) ?? [];
  if (found !== kind) {
    throw refused(
      'CHUNK_FOREIGN',
      name,
      'first line of the file',
      `"openkite ${kind} ${VERSION}"`,
      JSON.stringify(line),
    );
  }
  if (version !== String(VERSION)) throw refused('CHUNK_VERSION', name, 'version of the format', VERSION, version!);
}

/** Blocks lie one after another from the header to the table, none larger than a block may be. */
function checkTiling(entries: readonly Entry[], footer: Footer, name: string): void {
  let offset = footer.bodyOffset;
  let raw = 0;
  for (const entry of entries) {
    check(name, 'offset of a block', offset, entry.offset);
    const size = Math.max(entry.raw, entry.stored / 2);
    if (size > BLOCK_BYTES) throw refused('CHUNK_DAMAGED', name, 'size of a block', `at most ${BLOCK_BYTES}`, size);
    offset += entry.stored;
    raw += entry.raw;
  }
  check(name, 'end of the blocks', footer.tableOffset, offset);
  check(name, 'raw bytes of the blocks', footer.raw, raw);
}

function check(name: string, what: string, expected: number, found: number): void {
  if (expected === found) return;
  const figure = what.startsWith('crc32') ? hex : String;
  throw refused('CHUNK_DAMAGED', name, what, figure(expected), figure(found));
}
