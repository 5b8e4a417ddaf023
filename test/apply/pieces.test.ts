import { expect, test } from 'vitest';
import { pieces } from '../../src/format/pieces.js';
import { farMark, row } from './bed.js';

test('a piece stays as it is until the next but one is asked for, whatever the lengths of rows', async () => {
  const lengths = [10, 65_535, 65_536, 40_000, 30_000, 1, 65_534, 200_000, 5, 65_535, 25_530, 40_004, 3];
  const rows = lengths.map((length, i) => row(String(i), String(i % 10).repeat(length), farMark(i)));
  const far = {
    read: async function* (n: number) {
      yield Buffer.from(`far ${n}`);
    },
  };
  for (const values of [far, undefined]) {
    const got: Buffer[] = [];
    let before: { piece: Uint8Array; copy: Buffer } | undefined;
    for await (const piece of pieces([...rows, ...rows, ...rows], values)) {
      if (before) expect(before.copy.equals(before.piece)).toBe(true);
      before = { piece, copy: Buffer.from(piece) };
      got.push(before.copy);
    }
    const body = rows
      .map((one, i) => `${values ? one.toString().replace(`\\F${i}`, `far ${i}`) : one.toString()}\n`)
      .join('');
    expect(Buffer.concat(got).equals(Buffer.from(body.repeat(3)))).toBe(true);
  }
});
