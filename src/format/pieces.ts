import type { FarValues } from '../model/change.js';
import { nextFar } from './fields.js';

const SIZE = 1 << 16;
const LF = Buffer.from('\n');

/**
 * Rows as the body of a COPY, in pieces of some 64 KiB, with far values in their places. `tx.load` sends pieces uncopied
 * and is done with one when it asks for the next but one: hence two buffers, filled in turn.
 */
export async function* pieces(rows: Iterable<Uint8Array>, far: FarValues | undefined): AsyncGenerator<Uint8Array> {
  let [filling, sent] = [Buffer.allocUnsafe(SIZE), Buffer.allocUnsafe(SIZE)];
  let at = 0;
  for (const row of rows) {
    const whole = far === undefined || nextFar(row, 0) === undefined;
    if (!whole || row.length >= SIZE - at) {
      if (at > 0) yield filling.subarray(0, at);
      [filling, sent, at] = [sent, filling, 0];
    }
    if (whole && row.length < SIZE) at = appendRow(filling, at, row);
    else if (whole) yield* [row, LF];
    else yield* withFar(row, far);
  }
  if (at > 0) yield filling.subarray(0, at);
}

function appendRow(to: Buffer, at: number, row: Uint8Array): number {
  to.set(row, at);
  to[at + row.length] = LF[0]!;
  return at + row.length + 1;
}

async function* withFar(row: Uint8Array, far: FarValues): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let mark = nextFar(row, at); mark !== undefined; mark = nextFar(row, at)) {
    yield row.subarray(at, mark.start);
    yield* far.read(mark.number);
    at = mark.end;
  }
  yield row.subarray(at);
  yield LF;
}
