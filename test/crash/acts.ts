/** What the writer can do to the tables of `changing.sql`. */
import type { Lots } from './lots.js';

/** One way to change rows: its statements, in one transaction. */
export interface Act {
  readonly kind: string;
  /** How often, beside others. */
  readonly weight: number;
  /** `rows`: about how many it should change. */
  sql(lot: Lots, rows: number): readonly string[];
}

const HOSTILE = [String.raw`E'\\N'`, String.raw`E'\\U'`, String.raw`E'\\.'`, String.raw`E'tab\tline\nback\\slash\r'`];
const TEXTS = [...HOSTILE, `''`, `NULL`, `'NULL'`, `'É😀\u2028'`, `repeat('x', 3000)`];
const ODD = `"a.b ""c%/$1;--"."Tab le\né\\"`;

/** `BETWEEN` of about so many keys out of the first `keys`. */
export function some(lot: Lots, rows: number, keys: number): string {
  const from = 1 + lot.below(keys);
  return `BETWEEN ${from} AND ${from + Math.min(rows, keys) - 1}`;
}
const series = (lot: Lots, rows: number, keys: number): string =>
  `generate_series(${some(lot, rows, keys).slice(8).replace(' AND', ',')}) AS i`;
/** A value too long for its page, of its own each time. */
const big = (lot: Lots): string => `repeat(md5(i::text || ${lot.below(1e9)}), ${70 + lot.below(400)})`;
const two = (lot: Lots, keys: number): readonly [number, number] => {
  const a = 1 + lot.below(keys);
  return [a, 1 + ((a + lot.below(keys - 1)) % keys)];
};
/** Two keys change places through a third one. */
const swapKeys = (table: string, [a, b]: readonly [number, number]): readonly string[] =>
  [`-7 WHERE id = ${a}`, `${a} WHERE id = ${b}`, `${b} WHERE id = -7`].map((set) => `UPDATE ${table} SET id = ${set}`);

const INSERTS: readonly Act[] = [
  {
    kind: 'insert',
    weight: 12,
    sql: (lot, rows) => [
      `INSERT INTO account SELECT i, 'new ' || i || ' ' || ${lot.below(1e6)}, ${lot.below(1e6)} / 100.0, ${lot.of(TEXTS)}
       FROM ${series(lot, rows, 3000)} ON CONFLICT DO NOTHING`,
    ],
  },
  {
    kind: 'insert long values',
    weight: 4,
    sql: (lot, rows) => [
      `INSERT INTO toasted SELECT i, ${big(lot)}, i, ${big(lot)} FROM ${series(lot, Math.min(rows, 50), 400)} ON CONFLICT DO NOTHING`,
      `INSERT INTO full_keyed SELECT i, ${big(lot)}, i FROM ${series(lot, Math.min(rows, 20), 200)} ON CONFLICT DO NOTHING`,
      `INSERT INTO indexed SELECT i, 'new ' || i, i, ${big(lot)} FROM ${series(lot, Math.min(rows, 20), 200)} ON CONFLICT DO NOTHING`,
    ],
  },
  {
    kind: 'insert without a key',
    weight: 4,
    sql: (lot, rows) => [
      `INSERT INTO journal SELECT date_trunc('second', now()), ${lot.of(TEXTS)} FROM ${series(lot, rows, 1000)}`,
      `INSERT INTO twins SELECT i % 9, ${lot.of(TEXTS)}, ${lot.of([`'{"a" :1}'`, `'{"a": 1}'`, 'NULL'])} FROM ${series(lot, rows, 1000)}`,
    ],
  },
  {
    kind: 'insert identities',
    weight: 2,
    sql: (lot, rows) => [
      `INSERT INTO counted (v) SELECT i FROM ${series(lot, rows, 1000)}`,
      `UPDATE counted SET v = v + 1 WHERE id ${some(lot, rows, 3000)}`,
      `DELETE FROM counted WHERE id ${some(lot, rows, 3000)}`,
    ],
  },
  {
    kind: 'insert families',
    weight: 5,
    sql: (lot, rows) => [
      `INSERT INTO parent SELECT i, 'p' || i FROM ${series(lot, rows, 400)} ON CONFLICT DO NOTHING`,
      `INSERT INTO child SELECT ${1 + lot.below(2000)} + row_number() OVER (), id, code FROM parent WHERE id ${some(lot, rows, 400)} ON CONFLICT DO NOTHING`,
      `INSERT INTO grandchild SELECT ${1 + lot.below(3000)} + row_number() OVER (), id FROM child WHERE id ${some(lot, rows, 2000)} ON CONFLICT DO NOTHING`,
      `INSERT INTO node SELECT i, nullif(i / 3, 0) FROM ${series(lot, rows, 400)} ON CONFLICT DO NOTHING`,
    ],
  },
];

const UPDATES: readonly Act[] = [
  {
    kind: 'update',
    weight: 12,
    sql: (lot, rows) => [
      `UPDATE account SET balance = balance + 1.01, note = ${lot.of(TEXTS)} WHERE id ${some(lot, rows, 3000)}`,
    ],
  },
  {
    kind: 'update odd names',
    weight: 3,
    sql: (lot, rows) => [
      `INSERT INTO ${ODD} SELECT ${lot.of(TEXTS)}, i, '\\x5c4e', ARRAY[${lot.of(HOSTILE)}] FROM ${series(lot, rows, 200)} ON CONFLICT DO NOTHING`,
      `UPDATE ${ODD} SET "sel""ect" = ${lot.of(TEXTS)} WHERE "order" ${some(lot, rows, 200)}`,
      `DELETE FROM ${ODD} WHERE "order" ${some(lot, rows, 200)}`,
    ],
  },
  {
    kind: 'leave a long value as it is',
    weight: 6,
    sql: (lot, rows) => [
      `UPDATE toasted SET small = small + 1 WHERE id ${some(lot, rows, 400)}`,
      `UPDATE full_keyed SET small = small + 1 WHERE id ${some(lot, Math.min(rows, 50), 200)}`,
      `UPDATE indexed SET v = v + 1 WHERE code = 'code ${1 + lot.below(100)}'`,
    ],
  },
  {
    kind: 'change a long value',
    weight: 4,
    sql: (lot, rows) => [
      `UPDATE toasted SET big = ${lot.of(['NULL', `'short'`, 'other', big(lot).replace('i::', 'id::')])} WHERE id ${some(lot, Math.min(rows, 50), 400)}`,
      `UPDATE full_keyed SET big = ${big(lot).replace('i::', 'id::')} WHERE id ${some(lot, Math.min(rows, 20), 200)}`,
    ],
  },
  {
    kind: 'insert, then leave a long value as it is',
    weight: 3,
    sql: (lot) => {
      const id = 1000 + lot.below(50);
      return [
        `DELETE FROM toasted WHERE id IN (${id}, ${id + 100})`,
        `INSERT INTO toasted SELECT i, ${big(lot)}, 0, ${big(lot)} FROM generate_series(${id}, ${id}) AS i`,
        `UPDATE toasted SET small = small + 1 WHERE id = ${id}`,
        `UPDATE toasted SET id = id + 100, small = small + 1 WHERE id = ${id}`,
        `UPDATE toasted SET other = 'short' WHERE id = ${id + 100}`,
      ];
    },
  },
  {
    kind: 'change without a key',
    weight: 5,
    sql: (lot) => [
      `DELETE FROM twins WHERE ctid = (SELECT min(ctid) FROM twins WHERE a = ${lot.below(200)})`,
      `UPDATE twins SET a = ${lot.below(9)}, b = ${lot.of(TEXTS)} WHERE ctid IN (SELECT ctid FROM twins WHERE a = ${lot.below(200)} LIMIT 2)`,
      `UPDATE twins SET b = b WHERE a = ${lot.below(200)}`,
    ],
  },
  {
    kind: 'move between partitions',
    weight: 5,
    sql: (lot, rows) => [
      `INSERT INTO parted SELECT i, '2023-11-01'::date + i % 120, chr(97 + i % 4), 'new' FROM ${series(lot, rows, 2000)} ON CONFLICT DO NOTHING`,
      `UPDATE parted SET day = day + ${lot.of([-40, -1, 20, 40])} WHERE id ${some(lot, rows, 2000)}`,
      `UPDATE parted SET kind = 'a', what = ${lot.of(TEXTS)} WHERE id ${some(lot, rows, 2000)}`,
    ],
  },
  {
    kind: 'change many rows',
    weight: 1,
    sql: (lot, rows) => [
      `INSERT INTO bulk SELECT i, ${lot.below(100)}, 'bulk ' || i FROM ${series(lot, rows, 100_000)} ON CONFLICT DO NOTHING`,
      `UPDATE bulk SET v = v + 1 WHERE id ${some(lot, rows, 100_000)}`,
      `DELETE FROM bulk WHERE id ${some(lot, rows, 100_000)}`,
    ],
  },
];

const KEYS: readonly Act[] = [
  {
    kind: 'move keys',
    weight: 5,
    sql: (lot, rows) => [
      `UPDATE account SET id = id ${lot.of(['+ 10000', '- 10000'])} WHERE id ${some(lot, rows, 13_000)}`,
      `UPDATE composite SET y = y || 'm', z = z + ${lot.below(2)} WHERE z ${some(lot, 5, 500)}`,
      `UPDATE toasted SET id = id + 500 WHERE id ${some(lot, 3, 400)}`,
      `UPDATE full_keyed SET id = id + 500 WHERE id ${some(lot, 3, 200)}`,
      `UPDATE indexed SET code = code || 'm', id = -id WHERE id ${some(lot, 3, 200)}`,
    ],
  },
  {
    kind: 'swap keys',
    weight: 4,
    sql: (lot) => [...swapKeys('account', two(lot, 3000)), ...swapKeys('toasted', two(lot, 400))],
  },
  {
    kind: 'move keys along a chain',
    weight: 4,
    sql: (lot) => {
      const from = 1 + lot.below(400);
      const chain = [9, 8, 7, 6, 5].map((n) => `UPDATE account SET id = ${from + n} + 1 WHERE id = ${from + n}`);
      return [
        `DELETE FROM account WHERE id = ${from + 10}`,
        ...chain,
        `DELETE FROM toasted WHERE id = ${from + 5}`,
        `UPDATE toasted SET id = -id WHERE id BETWEEN ${from} AND ${from + 4}`,
        `UPDATE toasted SET id = 1 - id WHERE id BETWEEN ${-from - 4} AND ${-from}`,
      ];
    },
  },
  {
    kind: 'swap unique values',
    weight: 4,
    sql: (lot) => {
      const [a, b] = two(lot, 300);
      return [
        `UPDATE account SET code = '~' || code WHERE id IN (${a}, ${b})`,
        `UPDATE account AS x SET code = substr(y.code, 2) FROM account AS y WHERE (x.id, y.id) IN ((${a}, ${b}), (${b}, ${a}))`,
        `UPDATE ranked SET rank = (SELECT sum(rank) FROM ranked WHERE id IN (${a}, ${b})) - rank WHERE id IN (${a}, ${b})`,
        `UPDATE ranked SET rank = rank % 300 + 1`,
      ];
    },
  },
  {
    kind: 'delete and insert the same key',
    weight: 5,
    sql: (lot) => {
      const [id, salt] = [1 + lot.below(300), lot.below(1e6)];
      return [
        `DELETE FROM account WHERE id = ${id}`,
        `INSERT INTO account VALUES (${id}, 'again ${salt}', ${lot.below(1000)}, ${lot.of(TEXTS)})`,
        `DELETE FROM toasted WHERE id = ${id}`,
        `INSERT INTO toasted SELECT i, ${big(lot)}, 0, 'short' FROM generate_series(${id}, ${id}) AS i`,
        ...(lot.below(3) > 0 ? [] : [`DELETE FROM account WHERE id = ${id}`]),
      ];
    },
  },
];

const DELETES: readonly Act[] = [
  {
    kind: 'delete',
    weight: 4,
    sql: (lot, rows) => [
      `DELETE FROM account WHERE id ${some(lot, rows / 2, 13_000)}`,
      `DELETE FROM toasted WHERE id ${some(lot, 2, 900)}`,
      `DELETE FROM parted WHERE id ${some(lot, 5, 2000)}`,
      `DELETE FROM indexed WHERE id ${some(lot, 2, 200)}`,
    ],
  },
  {
    kind: 'cascade',
    weight: 6,
    sql: (lot) => {
      const id = 1 + lot.below(400);
      return lot.of([
        [`DELETE FROM parent WHERE id BETWEEN ${id} AND ${id + 3}`, `DELETE FROM node WHERE id = ${id}`],
        [`UPDATE parent SET id = id + 1000 WHERE id BETWEEN ${id} AND ${id + 3}`],
        [`UPDATE parent SET code = code || 'x' WHERE id = ${id}`],
        [`UPDATE child SET id = id + 5000 WHERE parent_id = ${id}`],
        [`UPDATE parent SET id = -id WHERE id = ${id}`, `UPDATE parent SET code = 'q' || code WHERE id = -${id}`],
        [
          `UPDATE child SET parent_id = (SELECT min(id) FROM parent WHERE id > ${id}) WHERE parent_id = ${id}`,
          `DELETE FROM parent WHERE id = ${id}`,
        ],
      ]);
    },
  },
  {
    kind: 'truncate',
    weight: 1,
    sql: (lot) =>
      lot.of([
        ['TRUNCATE journal, twins', `INSERT INTO twins VALUES (1, 'first', NULL), (1, 'first', NULL)`],
        ['TRUNCATE parent CASCADE', `INSERT INTO parent VALUES (1, 'p1')`],
        ['TRUNCATE child, grandchild'],
        ['TRUNCATE parted_new_a', `INSERT INTO parted VALUES (1, '2024-01-01', 'a', 'first')`],
        ['TRUNCATE parted'],
        [
          `INSERT INTO counted (v) VALUES (-1)`,
          'TRUNCATE counted RESTART IDENTITY',
          'INSERT INTO counted (v) VALUES (1)',
        ],
        ['TRUNCATE composite', `INSERT INTO composite SELECT i, 'w', 'y', i FROM generate_series(1, 99) AS i`],
        ['TRUNCATE full_keyed'],
      ]),
  },
];

const OTHERS: readonly Act[] = [
  {
    kind: 'message',
    weight: 1,
    sql: (lot) => [`SELECT pg_logical_emit_message(${lot.of([true, false])}, 'app', repeat('m', ${lot.below(9000)}))`],
  },
  { kind: 'nothing', weight: 1, sql: () => ['CREATE TEMPORARY TABLE IF NOT EXISTS passing (x integer)'] },
];

export const ACTS: readonly Act[] = [...INSERTS, ...UPDATES, ...KEYS, ...DELETES, ...OTHERS];
