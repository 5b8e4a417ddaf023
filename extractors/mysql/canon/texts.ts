import iconv from 'iconv-lite';
import { inflateRawSync, inflateSync } from 'node:zlib';
import type { Decode, Logged } from './canon.js';

/** How the sets of characters are called that are not what their names say elsewhere. */
const CHARSETS: Readonly<Record<string, string>> = {
  utf8: 'utf8',
  utf8mb3: 'utf8',
  utf8mb4: 'utf8',
  ascii: 'utf8',
  latin1: 'cp1252',
  latin2: 'iso-8859-2',
  latin5: 'iso-8859-9',
  latin7: 'iso-8859-13',
  greek: 'iso-8859-7',
  hebrew: 'iso-8859-8',
  tis620: 'tis620',
  koi8r: 'koi8-r',
  koi8u: 'koi8-u',
  ucs2: 'utf-16be',
  utf16: 'utf-16be',
  utf16le: 'utf-16le',
  utf32: 'utf-32be',
  sjis: 'shift_jis',
  cp932: 'shift_jis',
  ujis: 'euc-jp',
  eucjpms: 'euc-jp',
  euckr: 'euc-kr',
  macroman: 'macroman',
  macce: 'macce',
};

/** Undefined: none of which values could be read. */
export function charsetOf(name: string): string | undefined {
  const known = CHARSETS[name] ?? name;
  return iconv.encodingExists(known) ? known : undefined;
}

/** Five values that cp1252 leaves free the server takes for the control characters of the same number. */
const FREE = /[\x81\x8d\x8f\x90\x9d]/;

export function toUtf8(bytes: Buffer, charset: string): Buffer {
  if (charset === 'utf8') return bytes;
  if (charset !== 'cp1252' || !FREE.test(bytes.toString('latin1')))
    return Buffer.from(iconv.decode(bytes, charset, { stripBOM: false }));
  const pieces = bytes.toString('latin1').split(/([\x81\x8d\x8f\x90\x9d])/);
  return Buffer.from(
    pieces.map((piece) => (FREE.test(piece) ? piece : iconv.decode(Buffer.from(piece, 'latin1'), charset))).join(''),
  );
}

const COMPRESSED = new Set([140, 141]);

export function decodeText({ charset, code }: Logged): Decode {
  if (COMPRESSED.has(code))
    return (bytes, start, end, out) => {
      const plain = toUtf8(inflated(bytes, start, end), charset);
      out.pass(plain, 0, plain.length);
    };
  if (charset === 'utf8') return (bytes, start, end, out) => out.pass(bytes, start, end);
  const wide = charset.startsWith('utf');
  return (bytes, start, end, out) => {
    if (!wide && isAscii(bytes, start, end)) return out.pass(bytes, start, end);
    const plain = toUtf8(bytes.subarray(start, end), charset);
    out.pass(plain, 0, plain.length);
  };
}

/** The same in every set of characters whose smallest unit is a byte. */
function isAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at]! > 0x7f) return false;
  return true;
}

const PLAIN = 0;
const LENGTH_BITS = 7;
const RAW = 8;

/** Of a compressed column: how it is stored, the length before, and what zlib made of it. */
export function inflated(bytes: Buffer, start: number, end: number): Buffer {
  if (end === start || bytes[start] === PLAIN) return bytes.subarray(Math.min(start + 1, end), end);
  const kind = bytes[start]!;
  const body = bytes.subarray(start + 1 + (kind & LENGTH_BITS), end);
  return (kind & RAW) !== 0 ? inflateRawSync(body) : inflateSync(body);
}

/** The number of its label; 0 is the empty text that stands for a wrong one. */
export function decodeLabel({ labels }: Logged): Decode {
  const texts = ['', ...labels].map((label) => Buffer.from(label));
  return (bytes, start, end, out) => {
    const text = texts[bytes.readUIntLE(start, end - start)] ?? texts[0]!;
    out.pass(text, 0, text.length);
  };
}

/** A bit for each label, the first one's is the lowest. */
export function decodeLabels({ labels }: Logged): Decode {
  return (bytes, start, end, out) => {
    const chosen = labels.filter(
      (_, i) => ((bytes[start + (i >> 3)] ?? 0) & (1 << (i & 7))) !== 0 && start + (i >> 3) < end,
    );
    const text = Buffer.from(chosen.join(','));
    out.pass(text, 0, text.length);
  };
}
