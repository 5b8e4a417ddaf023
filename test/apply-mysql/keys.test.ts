/** Foreign keys: kept still, and done by hand where the source's log leaves out what they do; triggers; emptying tables. */
import { expect, test } from 'vitest';
import { Applier } from '../../loaders/mysql/apply/applier.js';
import { serverOf } from '../../loaders/mysql/server.js';
import { Moved } from '../../loaders/mysql/targets.js';
import {
  apply,
  bed,
  change,
  changed,
  contents,
  net,
  replay,
  row,
  session,
  U,
  whole,
  windowOf,
  type Bed,
  type Kin,
} from './bed.js';

const FAMILY = `
  CREATE TABLE parent (id int PRIMARY KEY, code varchar(10) UNIQUE NOT NULL);
  CREATE TABLE child (id int PRIMARY KEY, code varchar(10), FOREIGN KEY (code) REFERENCES parent (code) ON DELETE CASCADE);
  CREATE TABLE grandchild (id int PRIMARY KEY, child int, FOREIGN KEY (child) REFERENCES child (id) ON DELETE CASCADE);
  INSERT INTO parent VALUES (1, 'one'), (2, 'two');
  INSERT INTO child VALUES (10, 'one'), (11, 'one'), (20, 'two');
  INSERT INTO grandchild VALUES (100, 10), (200, 20)`;

const family = async (target: Bed) => ({
  parent: await changed(target, 'parent'),
  child: await changed(target, 'child'),
  grandchild: await changed(target, 'grandchild'),
});

test('a moved key takes no children with it that hang on another column', async () => {
  const target = await bed(FAMILY);
  const { parent } = await family(target);
  await apply(target, windowOf(net(parent, { moves: [whole(parent, row('1', '7', 'one'))] })));
  expect(await replay(target, [change('K', parent, row('7'), row('8', U))])).toEqual([]);
  expect(await contents(target, 'parent')).toEqual(['2\ttwo', '8\tone']);
  expect(await contents(target, 'child')).toHaveLength(3);
});

test('where the log has everything, a family comes and goes in one window and nothing is done besides', async () => {
  const target = await bed(FAMILY);
  const { parent, child, grandchild } = await family(target);
  await apply(
    target,
    windowOf(
      net(parent, { deletes: [row('1')], inserts: [row('3', 'three')] }),
      net(grandchild, { deletes: [row('100')], inserts: [row('300', '30')] }),
      net(child, { deletes: [row('10'), row('11')], inserts: [row('30', 'three')] }),
    ),
  );
  await apply(target, windowOf(net(parent, { deletes: [row('2')] })));
  expect(await contents(target, 'parent')).toEqual(['3\tthree']);
  expect(await contents(target, 'child')).toEqual(['20\ttwo', '30\tthree']);
  expect(await replay(target, [change('R', child, row('12'))])).toMatchObject([{ cause: 'there is no such row' }]);
});

const SHOP = `
  CREATE TABLE customer (id int PRIMARY KEY, code varchar(10) COLLATE utf8mb4_general_ci UNIQUE);
  CREATE TABLE bill (id int PRIMARY KEY, customer int, v text, t timestamp NOT NULL DEFAULT '2020-01-01' ON UPDATE NOW(), KEY (customer));
  CREATE TABLE line (bill int, n int, item varchar(5), PRIMARY KEY (bill, n));
  CREATE TABLE note (line_bill int, line_n int, v text, KEY (line_bill, line_n), t timestamp NOT NULL DEFAULT '2020-01-01' ON UPDATE NOW());
  CREATE TABLE alias (code varchar(10) COLLATE utf8mb4_general_ci, v text, KEY (code));
  CREATE TABLE nick (code varchar(10) COLLATE utf8mb4_general_ci, v text, KEY (code));
  INSERT INTO customer VALUES (1, 'one'), (2, 'two'), (3, 'three');
  INSERT INTO bill (id, customer, v) VALUES (10, 1, 'a'), (11, 1, 'b'), (20, 2, 'c'), (30, 3, 'd');
  INSERT INTO line VALUES (10, 1, 'x'), (10, 2, 'y'), (11, 1, 'z'), (20, 1, 'w');
  INSERT INTO note (line_bill, line_n, v) VALUES (10, 1, 'n1'), (11, 1, 'n2'), (20, 1, 'n3');
  INSERT INTO alias VALUES ('one', 'a1'), ('two', 'a2'), ('three', 'a3');
  INSERT INTO nick VALUES ('one', 'k1'), ('three', 'k3')`;

const KIN: Kin[] = [
  ['bill(customer)', 'customer(id)', 'cascade', 'cascade'],
  ['line(bill)', 'bill(id)', 'cascade', 'cascade'],
  ['note(line_bill,line_n)', 'line(bill,n)', 'set null', 'cascade'],
  ['alias(code)', 'customer(code)', 'set null', 'cascade'],
  ['nick(code)', 'alias(code)', 'no action', 'set null'],
];
const TIME = '2020-01-01 00:00:00';

const everything = async (target: Bed) =>
  Object.fromEntries(
    await Promise.all(
      ['customer', 'bill', 'line', 'note', 'alias', 'nick'].map(
        async (name) => [name, (await contents(target, name)).map((one) => one.replace(`\t${TIME}`, ''))] as const,
      ),
    ),
  );

/** Once as a window and once one by one: the same. */
const WAYS = [
  ['as a set', (target: Bed, window: Parameters<typeof apply>[1]) => apply(target, window)],
  [
    'one by one',
    async (target: Bed, { tables }: Parameters<typeof apply>[1]) => {
      const changes = tables.flatMap(({ table, deletes, moves, updates }) => [
        ...deletes.map((key) => change('R', table, Buffer.from(key))),
        ...moves.flatMap(({ rows }) =>
          rows.map((one) => {
            const [old = '', ...after] = one.toString().split('\t');
            return change('K', table, row(old), row(...after));
          }),
        ),
        ...updates.flatMap(({ rows }) => rows.map((one) => change('U', table, undefined, Buffer.from(one)))),
      ]);
      expect(await replay(target, changes)).toEqual([]);
    },
  ],
] as const;

test.each(WAYS)('rows that vanish with their parents, two levels and more, and values that do (%s)', async (_, way) => {
  const target = await bed(SHOP, KIN);
  const [customer, bill] = [await changed(target, 'customer'), await changed(target, 'bill')];
  await way(target, windowOf(net(bill, { updates: [whole(bill, row('11', '2', 'moved', TIME))] })));
  await way(target, windowOf(net(customer, { deletes: [row('1'), row('3')] })));
  expect(await everything(target)).toEqual({
    customer: ['2\ttwo'],
    bill: ['11\t2\tmoved', '20\t2\tc'],
    line: ['11\t1\tz', '20\t1\tw'],
    note: ['11\t1\tn2', '20\t1\tn3', '\\N\t\\N\tn1'],
    alias: ['\\N\ta1', '\\N\ta3', 'two\ta2'],
    nick: ['\\N\tk1', '\\N\tk3'],
  });
});

test.each(WAYS)('values that change with their parents, whether those move or only change (%s)', async (_, way) => {
  const target = await bed(SHOP, KIN);
  const customer = await changed(target, 'customer');
  await way(
    target,
    windowOf(
      net(customer, {
        moves: [whole(customer, row('1', '100', 'ONE'))],
        updates: [whole(customer, row('2', 'two'), row('3', 'drei'))],
      }),
    ),
  );
  expect(await everything(target)).toEqual({
    customer: ['100\tONE', '2\ttwo', '3\tdrei'],
    bill: ['10\t100\ta', '11\t100\tb', '20\t2\tc', '30\t3\td'],
    line: ['10\t1\tx', '10\t2\ty', '11\t1\tz', '20\t1\tw'],
    note: ['10\t1\tn1', '11\t1\tn2', '20\t1\tn3'],
    alias: ['ONE\ta1', 'drei\ta3', 'two\ta2'],
    nick: ['\\N\tk1', '\\N\tk3'],
  });
});

test.each(WAYS)('a changed key goes down through keys that hold it (%s)', async (_, way) => {
  const target = await bed(SHOP, KIN);
  const bill = await changed(target, 'bill');
  await way(target, windowOf(net(bill, { moves: [whole(bill, row('10', '77', '1', 'a', TIME))] })));
  const after = await everything(target);
  expect(after['line']).toEqual(['11\t1\tz', '20\t1\tw', '77\t1\tx', '77\t2\ty']);
  expect(after['note']).toEqual(['11\t1\tn2', '20\t1\tn3', '77\t1\tn1']);
});

test('the same rows follow as InnoDB itself would take', async () => {
  const own = await bed(`${FAMILY}; SET foreign_key_checks = 1`);
  await own.db.query('SET foreign_key_checks = 1; DELETE FROM parent WHERE id = 1');
  const ours = await bed(FAMILY, [
    ['child(code)', 'parent(code)', 'cascade'],
    ['grandchild(child)', 'child(id)', 'cascade'],
  ]);
  const { parent } = await family(ours);
  await apply(ours, windowOf(net(parent, { deletes: [row('1')] })));
  for (const name of ['parent', 'child', 'grandchild'])
    expect(await contents(ours, name)).toEqual(await contents(own, name));
});

test('a table that refers to itself, also in a circle', async () => {
  const target = await bed(
    `CREATE TABLE staff (id int PRIMARY KEY, boss int, KEY (boss));
     INSERT INTO staff VALUES (1, 1), (2, 1), (3, 2), (4, 3), (5, NULL), (6, 7), (7, 6), (8, 7)`,
    [['staff(boss)', 'staff(id)', 'cascade']],
  );
  const staff = await changed(target, 'staff');
  await apply(target, windowOf(net(staff, { deletes: [row('2')] })));
  expect(await contents(target, 'staff')).toEqual(['1\t1', '5\t\\N', '6\t7', '7\t6', '8\t7']);
  expect(await replay(target, [change('R', staff, row('5'))])).toEqual([]);
});

test('triggers of the target cannot be kept still, and that is said', async () => {
  const target = await bed('CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE other (id int)');
  await target.db.query(`CREATE TRIGGER o BEFORE INSERT ON other FOR EACH ROW SET NEW.id = 1`);
  const t = await changed(target, 't');
  const columns = t.columns.map(({ name, type }) => ({
    ...{ name, type, value: { kind: 'other', name: type } as const, numbered: false, nullable: true, options: [] },
    local: true,
  }));
  const table = {
    ...{
      id: 't',
      schema: 's',
      name: 't',
      columns,
      hasRows: true,
      inherits: [],
      constraints: [],
      indexes: [],
      needs: [],
    },
    ...{ options: { unlogged: false, parameters: [] }, rowsEstimated: 0, bytesEstimated: 0, encodings: [] },
  };
  const schema = { dialect: 'mysql', serverVersion: '', home: 's', tables: [table], objects: [], notMoved: [] };
  const home = target.url.pathname.slice(1);
  const db = await session(target.url);
  const prepare = () => new Applier(new Moved(schema, home, serverOf('10.11.0-MariaDB', 0))).prepare(db);
  expect(await prepare()).toBeUndefined();
  await target.db.query(`CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.v = 'spoilt'`);
  expect(await prepare()).toBe(
    `tables of the target have triggers, which fire while changes are applied: \`${home}\`.\`t\``,
  );
});

test('tables are emptied within the transaction, whatever refers to them', async () => {
  const target = await bed(FAMILY);
  const { parent, child } = await family(target);
  const given = new Error('given up');
  const empty = (fails: boolean) =>
    target.db.transaction(async (tx) => {
      await target.applier.truncate(tx, [parent, child]);
      if (fails) throw given;
    });
  await expect(empty(true)).rejects.toBe(given);
  expect(await contents(target, 'parent')).toHaveLength(2);
  await empty(false);
  expect(await contents(target, 'parent')).toEqual([]);
  expect(await contents(target, 'child')).toEqual([]);
  expect(await contents(target, 'grandchild')).toHaveLength(2);
});
