import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cktName, compareNames, dktName, parseName, schemaName } from '../../../src/format/name.js';

it('keeps plain names plain and encodes the rest, the dot too', () => {
  expect(dktName({ schema: 'public', name: 'film_actor-1' }, 12)).toBe('public.film_actor-1.12.dkt');
  expect(dktName({ schema: 'a.b', name: 'c' }, 0)).toBe('a%2Eb.c.0.dkt');
  expect(dktName({ schema: 'a', name: 'b.c' }, 0)).toBe('a.b%2Ec.0.dkt');
  expect(dktName({ schema: '..', name: '../étc/\0' }, 1)).toBe('%2E%2E.%2E%2E%2F%C3%A9tc%2F%00.1.dkt');
  expect(cktName(7)).toBe('7.ckt');
  expect(schemaName('my shop', 'skt')).toBe('my%20shop.skt');
});

it('gives every table and number a file name of its own that any file system can hold', () => {
  const identifier = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 63 }),
    fc.string({ unit: fc.constantFrom('.', '%', '~', 'a', '2E'), maxLength: 20 }),
  );
  const chunk = fc.tuple(identifier, identifier, fc.nat());
  fc.assert(
    fc.property(chunk, chunk, (a, b) => {
      const [left, right] = [a, b].map(([schema, name, number]) => dktName({ schema, name }, number)) as [
        string,
        string,
      ];
      expect(left === right).toBe(JSON.stringify(a) === JSON.stringify(b));
      expect(left).toMatch(/^[\w.~%-]{1,200}$/);
      expect(parseName(left)).toMatchObject({ kind: 'dkt', number: a[2] });
    }),
  );
});

it('shortens what is longer than 180 bytes and keeps it apart', () => {
  const long = '表'.repeat(21);
  const name = dktName({ schema: long, name: long }, 3);
  expect(name).toMatch(/^[\w.%-]{150}~[0-9a-f]{16}\.3\.dkt$/);
  expect(dktName({ schema: long, name: `${long}x` }, 3)).not.toBe(name);
  expect(dktName({ schema: 'a'.repeat(90), name: 'b'.repeat(89) }, 3)).toBe(
    `${'a'.repeat(90)}.${'b'.repeat(89)}.3.dkt`,
  );
});

it('orders numbers as numbers', () => {
  const files = ['100.ckt', '9.ckt', '10.ckt', 's.b.1.dkt', 's.a.10.dkt', 's.a.9.dkt'];
  expect(files.sort(compareNames)).toEqual(['9.ckt', '10.ckt', '100.ckt', 's.a.9.dkt', 's.a.10.dkt', 's.b.1.dkt']);
});

it.each(['01.ckt', 'x.ckt', 's.t.dkt', 's.t.1.dkt.part', '1.dkt', '', 's.t.1.DKT', '-1.ckt', 'a.b.skt'])(
  'does not take %j for one of ours',
  (file) => expect(parseName(file)).toBeUndefined(),
);
