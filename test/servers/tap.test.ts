import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect } from '../../src/db/postgres/connect.js';
import { freshDatabase, only } from './index.js';
import { Tap } from './tap.js';

let tap: Tap;

beforeEach(async () => {
  tap = await Tap.start(await freshDatabase(15));
});
afterEach(() => tap.stop());

const open = () => connect(tap.url, { name: 'test', searchPath: 'public' });

it('carries everything, and names what it carries', async () => {
  const db = await open();
  await db.query('CREATE TABLE t (a text)');
  await db.load('COPY t FROM STDIN', only(Buffer.alloc(300_000, 'x'), Buffer.from('\n')));
  const { rows } = await db.query('SELECT length(a) AS n FROM t WHERE a <> :a', { a: '' });
  expect(rows).toEqual([{ n: 300_000 }]);
  await db.close();
  expect([...tap.seen]).toEqual(
    expect.arrayContaining([
      '> startup',
      '> Q CREATE',
      '> Q COPY',
      '> P SELECT',
      '> d',
      '> c',
      '> X',
      '< R',
      '< Z',
      '< D',
    ]),
  );
});

it.each([
  ['before', 0],
  ['within', 0],
  ['after', 1],
] as const)('cuts %s a message: it did its work %i times', async (how, times) => {
  const db = await open();
  await db.query('CREATE TABLE t (a integer)');
  tap.next = { at: /^> Q INSERT/, how };
  await expect(db.query('INSERT INTO t VALUES (1)')).rejects.toThrow();
  const again = await open();
  const { rows } = await again.query('SELECT count(*)::int AS n FROM t');
  expect(rows).toEqual([{ n: times }]);
  expect(tap.cuts).toBe(1);
  await again.close();
});

it('cuts the second of a kind, and answers too', async () => {
  const db = await open();
  tap.next = { at: /^< C/, how: 'before', passing: 1 };
  await db.query('SELECT 1');
  await expect(db.query('SELECT 2')).rejects.toThrow();
});
