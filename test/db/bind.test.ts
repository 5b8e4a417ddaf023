import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bind } from '../../src/db/bind.js';

const one = { a: 1, b: 'two' };

test('a name becomes a number, the same name the same number', () => {
  expect(bind('SELECT :b, :a, :b', one)).toEqual({ text: 'SELECT $1, $2, $1', values: ['two', 1] });
});

test.each([
  ["SELECT ':a', 'it''s :a'"],
  ["SELECT E'\\':a'"],
  ["SELECT date'2020:a'"], // ends in e, but is no escape string
  ["SELECT 'back\\', ':a'"], // a backslash escapes nothing here
  ['SELECT ":a", "x"":a"'],
  ['SELECT $$ :a $$, $q$ :a $$ :a $q$'],
  ['SELECT a$1 -- :a'],
  ['SELECT /* :a /* :a */ :a */ 1'],
  ['SELECT x::a, y :: a'],
  ['SELECT f(x := 1)'],
])('%s is left alone', (sql) => {
  expect(bind(sql, one)).toEqual({ text: sql, values: [] });
});

test('a parameter is found behind each of the things that are skipped', () => {
  const sql = `SELECT ':a'::text, "b", $$:b$$, /* : */ :a::int, x -- :b\n, :b`;
  expect(bind(sql, one)).toEqual({
    text: `SELECT ':a'::text, "b", $$:b$$, /* : */ $1::int, x -- :b\n, $2`,
    values: [1, 'two'],
  });
});

test('a name without a value is refused, also one that every object has', () => {
  expect(() => bind('SELECT a[1:n]', one)).toThrow(':n');
  expect(() => bind('SELECT :constructor', one)).toThrow(':constructor');
});

test('whatever stands in quotes comes out as it went in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const quoted = `SELECT '${text.replaceAll("'", "''")}', "${text.replaceAll('"', '""')}"`;
      expect(bind(`${quoted}, :a`, one)).toEqual({ text: `${quoted}, $1`, values: [1] });
    }),
  );
});
