/** What the source did to rows that refer to others, and did not log: apply and replay do it. */
import { describe, expect, test } from 'vitest';
import { PgLoader } from '../../loaders/postgres/loader.js';
import type { RowChange, Window } from '../../src/model/change.js';
import type { References, Table } from '../../src/model/schema.js';
import { column, constraint, schemaOf, table } from '../schema/foreign-schema.js';
import { apply, bed, change, changed, net, replay, row, session, whole, windowOf, type Bed } from './bed.js';
import { freshDatabase } from '../servers/index.js';

const int = { kind: 'integer', bits: 32, unsigned: false } as const;

type Key = readonly [
  columns: string,
  parent: string,
  referred: string,
  onDelete: References['onDelete'],
  onUpdate?: References['onUpdate'],
];

/** A table of numbers, with its primary key first. */
function numbers(name: string, columns: string, key: string, ...keys: Key[]): Table {
  const made = columns.split(' ').map((one) => column(one, int));
  return table(name, made, {
    constraints: [
      constraint(name, 'primary key', 'PRIMARY', key.split(' ')),
      ...keys.map(([own, parent, referred, onDelete, onUpdate = 'no action'], i) =>
        constraint(name, 'foreign key', `${name}_${i}`, own.split(' '), {
          references: { table: `shop.${parent}`, columns: referred.split(' '), onDelete, onUpdate, unlogged: true },
        }),
      ),
    ],
  });
}

const TABLES = [
  numbers('parent', 'id code', 'id'),
  numbers('child', 'parent n', 'parent n', ['parent', 'parent', 'id', 'cascade', 'cascade']),
  numbers('grand', 'id parent n', 'id', ['parent n', 'child', 'parent n', 'cascade', 'cascade']),
  numbers('great', 'id grand', 'id', ['grand', 'grand', 'id', 'set null']),
  numbers('note', 'id parent', 'id', ['parent', 'parent', 'id', 'set null', 'set null']),
  numbers('coded', 'id code', 'id', ['code', 'parent', 'code', 'cascade', 'cascade']),
  numbers('tree', 'id up', 'id', ['up', 'tree', 'id', 'cascade']),
  numbers('leaf', 'id tree', 'id', ['tree', 'tree', 'id', 'cascade']),
];

const DDL = `
  CREATE SCHEMA shop;
  CREATE TABLE shop.parent (id int PRIMARY KEY, code int UNIQUE);
  CREATE TABLE shop.child (parent int, n int, PRIMARY KEY (parent, n));
  CREATE TABLE shop.grand (id int PRIMARY KEY, parent int, n int);
  CREATE TABLE shop.great (id int PRIMARY KEY, grand int);
  CREATE TABLE shop.note (id int PRIMARY KEY, parent int);
  CREATE TABLE shop.coded (id int PRIMARY KEY, code int);
  CREATE TABLE shop.tree (id int PRIMARY KEY, up int);
  CREATE TABLE shop.leaf (id int PRIMARY KEY, tree int);
  INSERT INTO shop.parent SELECT i, 10 * i FROM generate_series(1, 4) AS i;
  INSERT INTO shop.child SELECT i, n FROM generate_series(1, 4) AS i, generate_series(1, 2) AS n;
  INSERT INTO shop.grand SELECT 10 * parent + n, parent, n FROM shop.child;
  INSERT INTO shop.great SELECT 10 * id, id FROM shop.grand;
  INSERT INTO shop.note SELECT i, i FROM generate_series(1, 4) AS i;
  INSERT INTO shop.coded SELECT i, 10 * i FROM generate_series(1, 4) AS i;
  INSERT INTO shop.tree VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, NULL), (6, 5), (7, 7), (8, 9), (9, 8);
  INSERT INTO shop.leaf SELECT 10 * i, i FROM generate_series(1, 9) AS i;`;

const KEYS = `
  ALTER TABLE shop.child ADD FOREIGN KEY (parent) REFERENCES shop.parent ON DELETE CASCADE ON UPDATE CASCADE;
  ALTER TABLE shop.grand ADD FOREIGN KEY (parent, n) REFERENCES shop.child ON DELETE CASCADE ON UPDATE CASCADE;
  ALTER TABLE shop.great ADD FOREIGN KEY (grand) REFERENCES shop.grand ON DELETE SET NULL;
  ALTER TABLE shop.note ADD FOREIGN KEY (parent) REFERENCES shop.parent ON DELETE SET NULL ON UPDATE SET NULL;
  ALTER TABLE shop.coded ADD FOREIGN KEY (code) REFERENCES shop.parent (code) ON DELETE CASCADE ON UPDATE CASCADE;
  ALTER TABLE shop.tree ADD FOREIGN KEY (up) REFERENCES shop.tree ON DELETE CASCADE;
  ALTER TABLE shop.leaf ADD FOREIGN KEY (tree) REFERENCES shop.tree ON DELETE CASCADE;`;

/** Only the last key of a chain, so that the target acts in the middle of what we do. */
const SOME_KEYS = KEYS.split('\n')
  .filter((line) => /shop\.(grand|note) ADD/.test(line))
  .join('\n');

/** With these of the target's own keys, which act unless the session may keep them still. */
async function target(keys: string, still: boolean): Promise<Bed> {
  const made = still ? await bed(DDL + keys) : await acting(DDL + keys);
  made.loader.learn(schemaOf(TABLES));
  return made;
}

async function acting(sql: string): Promise<Bed> {
  const url = await freshDatabase(15);
  const db = await session(url);
  await db.query(sql);
  return { url, db, loader: new PgLoader(db, 15) };
}

async function contents({ db }: Bed): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name } of TABLES) {
    const { rows } = await db.query<{ line: string }>(
      `SELECT trim(both '()' from t::text) AS line FROM shop.${name} AS t ORDER BY 1`,
    );
    found[name] = rows.map(({ line }) => line).join(' ');
  }
  return found;
}

const WAYS = ['window', 'replay'] as const;

async function act(
  made: Bed,
  way: (typeof WAYS)[number],
  window: Window,
  changes: readonly RowChange[],
): Promise<void> {
  if (way === 'window') return apply(made, window);
  expect(await replay(made, changes)).toEqual([]);
}

describe.each([
  ['no keys', '', true],
  ['its keys still', KEYS, true],
  ['its keys acting', KEYS, false],
  ['some keys acting', SOME_KEYS, false],
] as const)('on a target with %s', (_, keys, still) => {
  test.each(WAYS)('a delete takes along what refers to it, however deep (%s)', async (way) => {
    const made = await target(keys, still);
    const before = await contents(made);
    const parent = await changed(made.db, 'shop', 'parent');
    const window = windowOf(net(parent, { deletes: [row('1'), row('3')] }));
    await act(made, way, window, [change('R', parent, row('1')), change('R', parent, row('3'))]);
    expect(await contents(made)).toEqual({
      ...before,
      parent: '2,20 4,40',
      child: '2,1 2,2 4,1 4,2',
      grand: '21,2,1 22,2,2 41,4,1 42,4,2',
      great: '110, 120, 210,21 220,22 310, 320, 410,41 420,42',
      note: '1, 2,2 3, 4,4',
      coded: '2,20 4,40',
    });
  });

  test.each(WAYS)('a tree goes with its root, and a circle with any of it (%s)', async (way) => {
    const made = await target(keys, still);
    const before = await contents(made);
    const tree = await changed(made.db, 'shop', 'tree');
    const gone = ['1', '7', '8'].map((id) => row(id));
    await act(
      made,
      way,
      windowOf(net(tree, { deletes: gone })),
      gone.map((key) => change('R', tree, key)),
    );
    expect(await contents(made)).toEqual({ ...before, tree: '5, 6,5', leaf: '50,5 60,6' });
  });

  test.each(WAYS)(
    'a new key is followed, two levels down, and a new value of another unique column (%s)',
    async (way) => {
      const made = await target(keys, still);
      const before = await contents(made);
      const parent = await changed(made.db, 'shop', 'parent');
      const window = windowOf(
        net(parent, {
          moves: [{ columns: [0, 1], rows: [row('4', '5', '40'), row('1', '9', '10')] }],
          updates: [whole(parent, row('2', '21'), row('3', '30'))],
        }),
      );
      await act(made, way, window, [
        change('K', parent, row('4'), row('5', '40')),
        change('K', parent, row('1'), row('9', '10')),
        change('U', parent, undefined, row('2', '21')),
        change('U', parent, undefined, row('3', '30')),
      ]);
      expect(await contents(made)).toEqual({
        ...before,
        parent: '2,21 3,30 5,40 9,10',
        child: '2,1 2,2 3,1 3,2 5,1 5,2 9,1 9,2',
        grand: '11,9,1 12,9,2 21,2,1 22,2,2 31,3,1 32,3,2 41,5,1 42,5,2',
        note: '1, 2,2 3,3 4,',
        coded: '1,10 2,21 3,30 4,40',
      });
    },
  );

  test.each(WAYS)('keys that are handed on are followed once (%s)', async (way) => {
    const made = await target(keys, still);
    const parent = await changed(made.db, 'shop', 'parent');
    const moves = [row('4', '5', '40'), row('3', '4', '30'), row('2', '3', '20')];
    for (const moved of moves) {
      const [from, to, code] = moved.toString().split('\t') as [string, string, string];
      const window = windowOf(net(parent, { moves: [{ columns: [0, 1], rows: [moved] }] }));
      await act(made, way, window, [change('K', parent, row(from), row(to, code))]);
    }
    expect((await contents(made))['grand']).toBe('11,1,1 12,1,2 21,3,1 22,3,2 31,4,1 32,4,2 41,5,1 42,5,2');
  });
});

test('keys that are handed on within one window are followed once', async () => {
  const made = await target('', true);
  await made.db.query(
    `ALTER TABLE shop.parent DROP CONSTRAINT parent_pkey, ADD PRIMARY KEY (id) DEFERRABLE;
     ALTER TABLE shop.child DROP CONSTRAINT child_pkey, ADD PRIMARY KEY (parent, n) DEFERRABLE`,
  );
  const parent = await changed(made.db, 'shop', 'parent');
  const rows = [row('2', '3', '20'), row('3', '4', '30'), row('4', '5', '40')];
  await apply(made, windowOf(net(parent, { moves: [{ columns: [0, 1], rows }] })));
  expect((await contents(made))['grand']).toBe('11,1,1 12,1,2 21,3,1 22,3,2 31,4,1 32,4,2 41,5,1 42,5,2');
});

test('more rows than go along with a statement', async () => {
  const made = await target('', true);
  await made.db.query(`INSERT INTO shop.parent SELECT i FROM generate_series(1000, 1999) AS i;
    INSERT INTO shop.child SELECT i, 1 FROM generate_series(1000, 1999) AS i;
    INSERT INTO shop.grand SELECT i, i, 1 FROM generate_series(1000, 1999) AS i`);
  const parent = await changed(made.db, 'shop', 'parent');
  const deletes = Array.from({ length: 1000 }, (_, i) => row(String(1000 + i)));
  await apply(made, windowOf(net(parent, { deletes })));
  expect(await contents(made)).toMatchObject({
    child: '1,1 1,2 2,1 2,2 3,1 3,2 4,1 4,2',
    grand: '11,1,1 12,1,2 21,2,1 22,2,2 31,3,1 32,3,2 41,4,1 42,4,2',
  });
});
