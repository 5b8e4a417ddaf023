import type { Decode } from './canon.js';

const UUID = [
  [0, 4],
  [4, 6],
  [6, 8],
  [8, 10],
  [10, 16],
] as const;

/** The log does not hold the zero bytes at the end. */
function whole(bytes: Buffer, start: number, end: number, size: number): Buffer {
  if (end - start === size) return bytes.subarray(start, end);
  const full = Buffer.alloc(size);
  bytes.copy(full, 0, start, end);
  return full;
}

export const decodeUuid: Decode = (bytes, start, end, out) => {
  const id = whole(bytes, start, end, 16);
  out.ascii(UUID.map(([from, to]) => id.toString('hex', from, to)).join('-'));
};

export const decodeInet4: Decode = (bytes, start, end, out) => out.ascii(dotted(whole(bytes, start, end, 4), 0));

const dotted = (bytes: Buffer, start: number): string =>
  `${bytes[start]}.${bytes[start + 1]}.${bytes[start + 2]}.${bytes[start + 3]}`;

const WORDS = 8;

/** The longest run of zero words, the first of several, is left out, were it only one. */
export const decodeInet6: Decode = (bytes, start, end, out) => {
  const address = whole(bytes, start, end, 2 * WORDS);
  const words = Array.from({ length: WORDS }, (_, i) => address.readUInt16BE(2 * i));
  const gap = gapOf(words);
  const last = isInet4(words, gap) ? dotted(address, 12) : undefined;
  const shown = (from: number, to: number) => words.slice(from, to).map((word) => word.toString(16));
  if (gap.length === 0) return out.ascii(shown(0, WORDS).join(':'));
  const after = last === undefined ? shown(gap.at + gap.length, WORDS) : [...shown(gap.length, 6), last];
  out.ascii(`${shown(0, gap.at).join(':')}::${after.join(':')}`);
};

interface Gap {
  readonly at: number;
  readonly length: number;
}

function gapOf(words: readonly number[]): Gap {
  let best: Gap = { at: 0, length: 0 };
  for (let at = 0; at < WORDS; at += 1) {
    let length = 0;
    while (at + length < WORDS && words[at + length] === 0) length += 1;
    if (length > best.length) best = { at, length };
    at += length;
  }
  return best;
}

const isInet4 = (words: readonly number[], { at, length }: Gap): boolean =>
  at === 0 && (length === 6 || (length === 5 && words[5] === 0xffff));
