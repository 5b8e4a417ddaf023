import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Reducer } from '../../../src/change/reduce.js';
import type { RowChange } from '../../../src/model/change.js';
import { commands, Source, start, stateOf } from './history.js';
import { allSelves, applyNet, both, contentOf, copyOf, selvesOf } from './model.js';

/** What was read is gone once it was handed over, as a block of a file may be. */
function addAndSpoil(reducer: Reducer, { old, row, ...rest }: RowChange): void {
  const copy = (bytes: Uint8Array | undefined) => bytes && new Uint8Array(bytes);
  const spoiled = { ...rest, old: copy(old), row: copy(row) };
  reducer.add(spoiled);
  spoiled.old?.fill(0x21);
  spoiled.row?.fill(0x21);
}

it('net changes come to the same as changes one by one, wherever windows are cut', () => {
  fc.assert(
    fc.property(start, commands, (rows, history) => {
      const source = new Source(stateOf(rows));
      const target = copyOf(source.state);
      for (let at = 0; at < history.length;) {
        const cut = history.findIndex(({ act }, i) => i >= at && act === 'cut');
        const end = cut < 0 ? history.length : cut + 1;
        const reducer = new Reducer();
        const old = allSelves(target);
        for (const change of history.slice(at, end).flatMap((command) => source.do(command)))
          addAndSpoil(reducer, change);
        const net = reducer.net();
        expect(net.flatMap(both)).toEqual([]);
        applyNet(target, net);
        expect(contentOf(target)).toEqual(contentOf(source.state));
        // who was there before and is there still, is the same row: whatever refers to it need not be told
        const still = new Set([...old].filter((self) => allSelves(source.state).has(self)));
        expect(selvesOf(target, still)).toEqual(selvesOf(source.state, still));
        at = end;
        // the rest of them came in this window, under other names on both sides
        for (const [table, all] of source.state) target.set(table, [...all]);
      }
    }),
    { numRuns: 2000 },
  );
});
