import { describe, expect, it } from 'vitest';
import { Reducer } from '../../../src/change/reduce.js';
import type { ChangedTable, NetChanges, RowChange, RowOp } from '../../../src/model/change.js';

const table = (columns: string, identity: ChangedTable['identity'] = 'd'): ChangedTable => ({
  ...{ id: '1', schema: 'public', name: 'film', identity },
  columns: columns.split(' ').map((name) => ({ name: name.replace('*', ''), type: 'text', key: name.endsWith('*') })),
});
const film = table('id* title note');
const keyless = table('line note', 'f');
const journal = table('line note', 'n');

/** `I 1,a,b`; `K 1>2,a,b`; `R 1>`. */
function change(words: string, of: ChangedTable = film): RowChange {
  const op = words[0] as RowOp;
  const text = (values: string | undefined) =>
    values === undefined ? undefined : Buffer.from(values.replaceAll(',', '\t'));
  const [before, after] = words.slice(2).split('>');
  if (op === 'I' || op === 'U') return { op, table: of, old: undefined, row: text(before) };
  return { op, table: of, old: text(before), row: op === 'R' || op === 'X' ? undefined : text(after) };
}

const reduced = (changes: readonly string[], of: ChangedTable = film): Reducer => {
  const reducer = new Reducer();
  for (const words of changes) reducer.add(change(words, of));
  return reducer;
};

const words = (row: Uint8Array): string => Buffer.from(row).toString().replaceAll('\t', ',');
const sets = (updates: NetChanges['updates']) =>
  updates.map(({ columns, rows }) => [columns.join(), ...rows.map(words)]);

/** Lists that have something in them. */
function net(changes: readonly string[], of: ChangedTable = film): object {
  const [all] = reduced(changes, of).net();
  if (!all) return {};
  const { deletes, moves, updates, inserts, images } = all;
  const lists = {
    deletes: deletes.map(words),
    moves: sets(moves),
    updates: sets(updates),
    inserts: inserts.map(words),
    images: images.map(({ row, count }) => [words(row), count]),
  };
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

describe('of a table with a key', () => {
  it.each<[string, string[], object]>([
    ['an insert', ['I 1,a,b'], { inserts: ['1,a,b'] }],
    ['an insert that was updated', ['I 1,a,b', 'U 1,c,\\U'], { inserts: ['1,c,b'] }],
    ['an insert that got another key', ['I 1,a,b', 'K 1>2,c,\\U'], { inserts: ['2,c,b'] }],
    ['an insert that was deleted', ['I 1,a,b', 'K 1>2,c,\\U', 'R 2>'], {}],
    ['a delete', ['R 1>'], { deletes: ['1'] }],
    ['a delete after an update', ['U 1,a,b', 'R 1>'], { deletes: ['1'] }],
    ['a delete after a move', ['K 1>2,a,b', 'R 2>'], { deletes: ['1'] }],
    ['a delete and an insert', ['R 1>', 'I 1,a,b'], { updates: [['0,1,2', '1,a,b']] }],
    ['that, and a delete', ['R 1>', 'I 1,a,b', 'R 1>'], { deletes: ['1'] }],
    ['that, and a move', ['R 1>', 'I 1,a,b', 'K 1>2,a,\\U'], { deletes: ['1'], inserts: ['2,a,b'] }],
    ['the last of two updates', ['U 1,a,b', 'U 1,c,d'], { updates: [['0,1,2', '1,c,d']] }],
    ['what both updates sent', ['U 1,a,\\U', 'U 1,\\U,b'], { updates: [['0,1,2', '1,a,b']] }],
    [
      'updates by their columns',
      ['U 1,a,\\U', 'U 2,b,c', 'U 3,d,\\U'],
      {
        updates: [
          ['0,1,2', '2,b,c'],
          ['0,1', '1,a', '3,d'],
        ],
      },
    ],
    ['values that look like markers', ['U 1,\\\\U,b', 'U 2,c,d'], { updates: [['0,1,2', '1,\\\\U,b', '2,c,d']] }],
    ['a move', ['K 1>2,a,\\U'], { moves: [['0,1', '1,2,a']] }],
    ['two moves', ['K 1>2,a,\\U', 'K 2>3,\\U,b'], { moves: [['0,1,2', '1,3,a,b']] }],
    ['a move and back', ['K 1>2,a,\\U', 'K 2>1,\\U,\\U'], { updates: [['0,1', '1,a']] }],
    ['a move to where another was', ['R 2>', 'K 1>2,a,b'], { deletes: ['2'], moves: [['0,1,2', '1,2,a,b']] }],
    ['an insert where another was', ['K 1>2,a,b', 'I 1,c,d'], { moves: [['0,1,2', '1,2,a,b']], inserts: ['1,c,d'] }],
    ['swapped keys', ['K 1>0,a,b', 'K 2>1,c,d', 'K 0>2,a,b'], { moves: [['0,1,2', '2,1,c,d', '1,2,a,b']] }],
    ['a key that did not change', ['K 1>1,a,\\U'], { updates: [['0,1', '1,a']] }],
    [
      'far values as they are',
      ['I 1,\\F3,b', 'U 1,\\U,c', 'U 2,\\F4,\\U'],
      { updates: [['0,1', '2,\\F4']], inserts: ['1,\\F3,c'] },
    ],
  ])('it is %s', (_, changes, expected) => {
    expect(net(changes)).toEqual(expected);
  });

  it('keeps an old key value that was not sent anew', () => {
    expect(net(['K 1,2>\\U,t,3'], table('a* t b*'))).toEqual({ moves: [['0,1,2', '1,2,1,t,3']] });
  });

  it('finds the key in a full old row', () => {
    const full = table('t id* n', 'f');
    expect(net(['F a,1,b>c,1,\\U', 'X d,2,e>', 'F f,3,g>f,4,\\U'], full)).toEqual({
      ...{ deletes: ['2'], updates: [['0,1', 'c,1']], moves: [['0,1', '3,f,4']] },
    });
  });

  it.each([
    ['a second insert', ['I 1,a,b', 'I 1,a,b']],
    ['an insert of what was updated', ['U 1,a,b', 'I 1,a,b']],
    ['an update after a delete', ['R 1>', 'U 1,a,b']],
    ['a delete after a delete', ['R 1>', 'R 1>']],
    ['an update of what has another key', ['K 1>2,a,b', 'U 1,a,b']],
    ['a move to a key that is there', ['U 2,a,b', 'K 1>2,a,b']],
    ['a key that was not sent', ['U \\U,a,b']],
  ])('contradicts itself with %s', (_, changes) => {
    expect(() => reduced(changes)).toThrow(
      expect.objectContaining({ code: 'CONTRADICTION', place: { table: 'public.film' } }),
    );
  });
});

describe('of a table without one', () => {
  it.each<[string, string[], object]>([
    [
      'copies more and fewer',
      ['I a,b', 'I a,b', 'X c,d>', 'F e,f>a,\\U'],
      {
        images: [
          ['a,b', 2],
          ['c,d', -1],
          ['e,f', -1],
          ['a,f', 1],
        ],
      },
    ],
    ['nothing', ['X a,b>', 'I a,b', 'F c,d>\\U,d'], {}],
  ])('it is %s', (_, changes, expected) => {
    expect(net(changes, keyless)).toEqual(expected);
  });

  it('it is new rows, twins too, where nothing else comes', () => {
    expect(net(['I a,b', 'I a,b'], journal)).toEqual({ inserts: ['a,b', 'a,b'] });
  });

  it.each([
    ['R a>', keyless],
    ['U a,b', keyless],
    ['X a,b>', journal],
  ])('%s contradicts it', (line, of) => {
    expect(() => reduced([line], of)).toThrow(expect.objectContaining({ code: 'CONTRADICTION' }));
  });
});

describe('a window', () => {
  it('counts rows and the bytes that it holds of them', () => {
    const reducer = reduced(['I 1,a,b', 'U 1,c,d', 'R 2>', 'K 3>4,a,b', 'U 5,a,b', 'R 5>']);
    expect(reducer.keys).toBe(4);
    expect(reducer.bytes).toBe(15);
    expect(new Reducer().net()).toEqual([]);
  });

  it('does not grow with updates of the same row', () => {
    const reducer = new Reducer();
    for (let i = 0; i < 10_000; i += 1) reducer.add(change(`U 1,a,${i % 10}`));
    expect([reducer.keys, reducer.bytes]).toEqual([1, 5]);
  });

  it('holds nothing of what rows were read with, and little beside them', () => {
    const reducer = new Reducer();
    for (let i = 0; i < 200; i += 1) {
      const block = Buffer.alloc(1 << 20, `${i},title,note`.replaceAll(',', '\t'));
      reducer.add({ op: 'I', table: film, old: undefined, row: block.subarray(0, `${i},title,note`.length) });
    }
    const held = new Set(reducer.net()[0]!.inserts.map(({ buffer }) => buffer));
    expect([...held].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(100_000);
  });

  it('refuses a table that is described anew', () => {
    const reducer = reduced(['I 1,a,b']);
    expect(() => reducer.add(change('I 2,a', table('id* title')))).toThrow('described anew');
  });

  it('names each table that something happened to', () => {
    const other = { ...keyless, name: 'log' };
    const reducer = reduced(['I 1,a,b', 'R 1>']);
    reducer.add(change('I a,b', other));
    expect(reducer.net().map((one) => one.table)).toEqual([other]);
  });
});
