import { BACKSLASH } from '../../../src/format/text.js';

/** What LOAD DATA would take for the letter: it knows no such escapes, and needs none for these bytes. */
const RAW: ReadonlyMap<number, number> = new Map([
  [0x66, 0x0c],
  [0x76, 0x0b],
]);

/** COPY text as LOAD DATA reads it. A piece is taken before the next is asked for, and may be written over in place. */
export async function* asLoaded(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let open = false;
  for await (const piece of pieces) {
    if (!open && !piece.includes(BACKSLASH)) {
      yield piece;
      continue;
    }
    const { bytes, ends } = rewritten(piece, open);
    open = ends;
    if (bytes.length > 0) yield bytes;
  }
}

/** `open`: a backslash came before it. A backslash at its end waits for what follows. */
function rewritten(piece: Uint8Array, open: boolean): { bytes: Uint8Array; ends: boolean } {
  const bytes = Buffer.allocUnsafe(piece.length + 1);
  let length = 0;
  for (let at = 0; at < piece.length; at += 1) {
    const byte = piece[at]!;
    if (!open && byte === BACKSLASH) {
      open = true;
      continue;
    }
    const raw = open ? RAW.get(byte) : undefined;
    if (open && raw === undefined) bytes[length++] = BACKSLASH;
    bytes[length++] = raw ?? byte;
    open = false;
  }
  return { bytes: bytes.subarray(0, length), ends: open };
}
