import { describe, expect, test } from 'vitest';
import { PgLoader } from '../../loaders/postgres/loader.js';
import { quoteIdentifier } from '../../src/db/postgres/quote.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import { storedColumns, type Schema, type Table } from '../../src/model/schema.js';
import type { Step } from '../../src/model/step.js';
import { freshDatabase, type Major } from '../servers/index.js';
import { change, changed, net, noFar, row, session, whole, windowOf } from '../apply/bed.js';
import { column, constraint, exact, index, KINDS, loose, parts, schemaOf, table } from './foreign-schema.js';

interface Made {
  readonly db: PgDb;
  readonly loader: PgLoader;
  readonly schema: Schema;
}

/** Runs all steps, each after what it needs. */
async function make(schema: Schema, major: Major = 18): Promise<Made> {
  const db = await session(await freshDatabase(major));
  const loader = new PgLoader(db, major);
  loader.learn(schema);
  await run(db, loader.steps(schema));
  return { db, loader, schema };
}

async function run(db: PgDb, steps: readonly Step[]): Promise<void> {
  const waiting = new Map(steps.map((step) => [step.id, step]));
  expect(waiting.size).toBe(steps.length);
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(({ needs }) => !needs.some((need) => waiting.has(need)));
    expect(ready).not.toEqual([]);
    for (const step of ready) {
      await db.transaction(async (tx) => {
        for (const statement of step.statements) await tx.query(statement);
      });
      waiting.delete(step.id);
    }
  }
}

async function typesIn(db: PgDb, name: string): Promise<Record<string, string>> {
  const { rows } = await db.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = to_regclass(:name) AND attnum > 0 ORDER BY attnum`,
    { name },
  );
  return Object.fromEntries(rows.map((found) => [found.name, found.type]));
}

async function lines(db: PgDb, sql: string): Promise<string[]> {
  const { rows } = await db.query<{ line: string }>(sql);
  return rows.map(({ line }) => line);
}

const printed = async (db: PgDb, { name, columns }: Table): Promise<string[]> =>
  lines(
    db,
    `SELECT concat_ws('|', ${columns.map((c) => `CASE num_nulls(${quoteIdentifier(c.name)}) WHEN 1 THEN 'NULL' ELSE format('%s', ${quoteIdentifier(c.name)}) END`).join(', ')}) AS line
     FROM shop.${quoteIdentifier(name)} ORDER BY id`,
  );

async function* copied(...rows: Buffer[]): AsyncGenerator<Buffer> {
  for (const one of rows) yield Buffer.concat([one, Buffer.from('\n')]);
}

const load = ({ db, loader }: Made, of: Table, ...rows: Buffer[]): Promise<number> =>
  db.transaction((tx) => loader.write(tx, loader.layout(of, 'text'), copied(...rows)));

const id = column('id', { kind: 'integer', bits: 32, unsigned: false }, { nullable: false });
const names = Object.keys(KINDS);
const kinds = table('kinds', [id, ...names.map((name) => column(name, KINDS[name]!.value))], {
  constraints: [constraint('kinds', 'primary key', 'PRIMARY', ['id'])],
});

const rowOfKinds = (number: number, at: 0 | 1 | undefined): Buffer =>
  row(String(number), ...names.map((name) => (at === undefined ? null : KINDS[name]!.texts[at]!)));

const printedKinds = (number: number, at: 0 | 1 | undefined): string =>
  [
    number,
    ...names.map((name) => (at === undefined ? 'NULL' : (KINDS[name]!.printed ?? KINDS[name]!.texts)[at]!)),
  ].join('|');

describe.each([15, 18] as const)('on PostgreSQL %i', (major) => {
  test('every kind of value gets its type, and comes in by load and by changes alike', async () => {
    const made = await make(schemaOf([kinds]), major);
    const types = await typesIn(made.db, 'shop.kinds');
    const wanted = Object.fromEntries(names.map((name) => [name, KINDS[name]!.type]));
    expect(types).toEqual({ id: 'integer', ...wanted });

    expect(await load(made, kinds, rowOfKinds(1, 0), rowOfKinds(2, 1), rowOfKinds(3, undefined))).toBe(3);
    const here = await changed(made.db, 'shop', 'kinds');
    await made.loader.prepareApply();
    const applied = (window: ReturnType<typeof windowOf>) =>
      made.db.transaction(async (tx) => expect(await made.loader.apply(tx, window)).toEqual([]));
    await applied(windowOf(net(here, { inserts: [rowOfKinds(4, 0), rowOfKinds(5, undefined)] })));
    await applied(windowOf(net(here, { updates: [whole(here, rowOfKinds(5, 1))] })));
    const rows = [
      printedKinds(1, 0),
      printedKinds(2, 1),
      printedKinds(3, undefined),
      printedKinds(4, 0),
      printedKinds(5, 1),
    ];
    expect(await printed(made.db, kinds)).toEqual(rows);
  });

  test('rows without a key are found although the server prints them otherwise', async () => {
    const keyless = { ...kinds, constraints: [] };
    const made = await make(schemaOf([keyless]), major);
    await load(made, keyless, rowOfKinds(1, 0), rowOfKinds(1, 0), rowOfKinds(2, 1));
    const here = await changed(made.db, 'shop', 'kinds');
    const images = [
      { row: rowOfKinds(1, 0), count: -1 },
      { row: rowOfKinds(2, 1), count: -1 },
    ];
    await made.db.transaction(async (tx) =>
      expect(await made.loader.apply(tx, windowOf(net(here, { images })))).toEqual([]),
    );
    expect(await printed(made.db, keyless)).toEqual([printedKinds(1, 0)]);
  });

  test('keys, indexes, foreign keys, identities, defaults and comments are there', async () => {
    const { db, loader, schema } = await make(shop, major);
    expect(
      await lines(
        db,
        `SELECT c.relname || ': ' || pg_get_constraintdef(k.oid) AS line FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
         WHERE k.contype IN ('p', 'u', 'f') AND k.connamespace = 'shop'::regnamespace ORDER BY 1`,
      ),
    ).toEqual([
      'customer: PRIMARY KEY (id)',
      'customer: UNIQUE (email)',
      'order: FOREIGN KEY (customer) REFERENCES shop.customer(id) ON UPDATE CASCADE ON DELETE SET NULL',
      'order: PRIMARY KEY (id)',
    ]);
    expect(
      await lines(
        db,
        `SELECT replace(indexdef, 'CREATE INDEX ', '') AS line FROM pg_indexes
         WHERE schemaname = 'shop' AND indexdef !~ 'UNIQUE' ORDER BY 1`,
      ),
    ).toEqual([
      'customer_by_name ON shop.customer USING btree ("left"((name)::text, 3), id DESC)',
      'customer_by_note ON shop.customer USING hash (note)',
      'order_by_customer ON shop."order" USING btree (customer)',
    ]);
    expect(await typesIn(db, 'shop.customer')).toMatchObject({ id: 'bigint', big: 'numeric(20,0)' });
    expect(await typesIn(db, 'shop."order"')).toEqual({ id: 'integer', customer: 'bigint', placed: expect.anything() });
    await run(
      db,
      loader.sequenceSteps([
        { sequence: 'customer', last: '41', called: true, column: { table: 'shop.customer', name: 'id' } },
        { sequence: 'elsewhere', last: '41', called: true, column: { table: 'shop.elsewhere', name: 'id' } },
      ]),
    );
    const inserted = await lines(
      db,
      `INSERT INTO shop.customer (email) VALUES ('a') RETURNING concat_ws('|', id, state, name, note, made IS NOT NULL) AS line`,
    );
    expect(inserted).toEqual([`42|new|it's \\ me|t`]);
    expect(
      await lines(
        db,
        `SELECT concat_ws('|', obj_description('shop.customer'::regclass), col_description('shop.customer'::regclass, 2)) AS line`,
      ),
    ).toEqual([`who buys|where 'mail' goes`]);
    expect(await loader.existing(schema.tables)).toEqual(['shop.customer', 'shop.order']);
    expect(loader.targetName(schema.tables[1]!)).toBe('"shop"."order"');
    expect((await loader.check(schema)).filter(({ level }) => level === 'failure')).toEqual([]);
  });
});

const text = (length: number | undefined, compares = loose) =>
  ({ kind: 'text', ...(length === undefined ? {} : { length }), fixed: false, compares }) as const;
const u64 = { kind: 'integer', bits: 64, unsigned: true } as const;
const plain = (definition: string, value: { value: string } | { now: number }) => ({
  default: { id: `default ${definition}`, definition, needs: [], plain: value },
});

const customer = table(
  'customer',
  [
    column('id', u64, { nullable: false, counts: true }),
    column('email', text(50), { nullable: false, comment: "where 'mail' goes" }),
    column('name', text(50, exact), plain('name', { value: "it's \\ me" })),
    column('note', text(undefined)),
    column('state', { kind: 'enum', labels: ['new', 'old'], compares: loose }, plain('state', { value: 'new' })),
    column('big', u64),
    column('doc', { kind: 'json', verbatim: true }),
    column(
      'made',
      { kind: 'timestamp', digits: 6, zero: true, special: false },
      { ...plain('made', { now: 6 }), onUpdateNow: true },
    ),
    column('seen', { kind: 'date', zero: true, special: false }, plain("'0000-00-00'", { value: '0000-00-00' })),
    column('shout', text(50), { generated: { expression: 'upper(`name`)', stored: true } }),
    column(
      'odd',
      { kind: 'integer', bits: 32, unsigned: false },
      { default: { id: 'd', definition: 'rand()', needs: [] } },
    ),
  ],
  {
    comment: 'who buys',
    constraints: [
      constraint('customer', 'primary key', 'PRIMARY', ['id']),
      constraint('customer', 'unique', 'email', ['email']),
      constraint('customer', 'unique', 'shout', ['shout']),
      constraint('customer', 'check', 'doc', ['doc'], { condition: 'json_valid(`doc`)' }),
      constraint('customer', 'check', 'positive', ['big'], { condition: '`big` > 0' }),
    ],
    indexes: [
      index('customer', 'by_name', {
        method: 'ordered',
        parts: [...parts(['name', 3]), { column: 'id', descending: true }],
      }),
      index('customer', 'by_note', { method: 'hash', parts: parts('note') }),
      index('customer', 'begin', { method: 'ordered', parts: parts(['note', 10]) }, true),
      index('customer', 'words', { method: 'fulltext', parts: parts('name', 'note') }),
    ],
  },
);

const order = table(
  'order',
  [
    column('id', { kind: 'integer', bits: 32, unsigned: false }, { nullable: false }),
    column('customer', u64),
    column('placed', { kind: 'timestamptz', digits: 0, zero: true, special: false }),
  ],
  {
    constraints: [
      constraint('order', 'primary key', 'PRIMARY', ['id']),
      constraint('order', 'foreign key', 'of_customer', ['customer'], {
        references: { table: 'shop.customer', columns: ['id'], onDelete: 'set null', onUpdate: 'cascade' },
      }),
      constraint('order', 'foreign key', 'lost', ['customer'], {
        references: { table: 'shop.gone', columns: ['id'], onDelete: 'no action', onUpdate: 'no action' },
      }),
    ],
    indexes: [index('order', 'by_customer', { method: 'ordered', parts: parts('customer') })],
  },
);

const view = {
  id: 'view shop.v',
  kind: 'view',
  name: 'v',
  statements: ['theirs'],
  needs: [],
  when: 'before rows',
} as const;
const shop = schemaOf([customer, order], [view]);

const pure = (major = 18, geometry?: string): PgLoader => new PgLoader(undefined as unknown as PgDb, major, geometry);

test('the mapping says what is refused, lost and not made', () => {
  const { tables, notMade, refused } = pure().mapping(shop);
  expect(refused).toEqual([]);
  expect(tables.map(({ table: name, target }) => [name, target])).toEqual([
    ['shop.customer', '"shop"."customer"'],
    ['shop.order', '"shop"."order"'],
  ]);
  const of = Object.fromEntries(tables[0]!.columns.map((c) => [c.column, c]));
  expect(Object.keys(of)).toEqual(storedColumns(customer).map((c) => c.name));
  expect(of['id']).toMatchObject({ targetType: 'bigint', refuses: 'numbers above 9223372036854775807' });
  expect(of['email']!.loses).toMatch(
    /differ only in case, accents or spaces at the end .*unique key will take.*'A' and 'a'/,
  );
  expect(of['name']!.loses).toBeUndefined();
  expect(of['made']).toMatchObject({
    refuses: expect.stringMatching(/0000-00-00/),
    loses: expect.stringMatching(/trigger/),
  });
  expect(of['state']).toMatchObject({ targetType: '"shop"."customer_state"' });
  expect(notMade).toEqual([
    `view shop.v: it is in the source's own words`,
    'column shout of table shop.customer: it is generated as upper(`name`)',
    `default of column seen of table shop.customer: '0000-00-00'`,
    'default of column odd of table shop.customer: rand()',
    'unique shout of table shop.customer: a column of it is not made',
    'check positive of table shop.customer: `big` > 0',
    'index begin of table shop.customer: it is unique by the beginning of a value only; instead: CREATE UNIQUE INDEX ' +
      `"customer_begin" ON "shop"."customer" USING btree (pg_catalog."left"("note", 10))`,
    'index words of table shop.customer: words are found otherwise there; instead: CREATE INDEX "customer_words" ON ' +
      `"shop"."customer" USING gin (to_tsvector('simple', coalesce("name", '') || ' ' || coalesce("note", '')))`,
    'foreign key lost of table shop.order: table shop.gone is not moved',
  ]);
});

test('names that cannot be there are refused, and those that are made are cut and never meet', async () => {
  const long = 'ä'.repeat(32);
  const wide = [...Array(1601).keys()].map((i) => column(`c${i}`, { kind: 'boolean' }));
  const bad = schemaOf([
    table(long, [column(long, { kind: 'boolean' }), column('ctid', { kind: 'boolean' })]),
    table('wide', wide),
    table('t', [id], { schema: 'pg_shop' }),
  ]);
  expect(pure().mapping(bad).refused).toEqual([
    "schema pg_shop: such names are the server's own",
    `table shop.${long}: its name has 64 bytes, and 63 is the most`,
    `column ${long} of table shop.${long}: its name has 64 bytes, and 63 is the most`,
    `column ctid of table shop.${long}: every table has one of that name already`,
    'table wide: it has 1601 columns, and 1600 is the most'.replace('wide', 'shop.wide'),
  ]);

  const tall = 'ä'.repeat(30);
  const ordered = (on: string, name: string) => index(on, name, { method: 'ordered', parts: parts('id') });
  const { db } = await make(
    schemaOf([
      table('a', [id], { indexes: [ordered('a', 'b_c'), ordered('a', 'x')] }),
      table('a_b', [id], { indexes: [ordered('a_b', 'c')] }),
      table('a_x', [id]),
      table(tall, [id], { indexes: [ordered(tall, 'first'), ordered(tall, 'second')] }),
    ]),
  );
  const made = await lines(
    db,
    `SELECT indexname AS line FROM pg_indexes WHERE schemaname = 'shop' ORDER BY tablename, 1`,
  );
  expect(made.map((name) => name.replace(/[0-9a-f]{8}$/, '#'))).toEqual([
    'a_b_c',
    'a_x_#',
    'a_b_c_#',
    ...['first', 'second'].map(() => `${'ä'.repeat(27)}_#`),
  ]);
});

test('geometry is that of PostGIS where it is installed', () => {
  const places = table('place', [column('at', { kind: 'geometry', shape: 'point', srid: 4326 })], {
    indexes: [index('place', 'at', { method: 'spatial', parts: parts('at') })],
  });
  const schema = schemaOf([places]);
  expect(pure(18, 'gis.geometry').mapping(schema).tables[0]!.columns[0]!.targetType).toBe('gis.geometry(point,4326)');
  expect(
    pure(18, 'gis.geometry')
      .steps(schema)
      .flatMap(({ statements }) => statements),
  ).toContain('CREATE INDEX "place_at" ON "shop"."place" USING gist ("at")');
  expect(pure().mapping(schema).notMade).toEqual([
    expect.stringMatching(/^index at of table shop.place: PostGIS is not/),
  ]);
});

test('a zero date is refused with its column, unless the operator says what it becomes', async () => {
  const date = { kind: 'date', zero: true, special: false } as const;
  const days = table('days', [id, column('day', date)]);
  const plainly = await make(schemaOf([days]));
  await expect(load(plainly, days, row('1', '0000-00-00'))).rejects.toMatchObject({
    kind: 'data',
    place: { column: 'day' },
  });
  expect(await lines(plainly.db, 'SELECT id::text AS line FROM shop.days')).toEqual([]);

  const override = { expression: `nullif(:value, '0000-00-00')` };
  const willing = { ...days, columns: [id, column('day', date, { override })] };
  const made = await make(schemaOf([willing]));
  expect(made.loader.accepts(willing)).toEqual(['text']);
  expect(await load(made, willing, row('1', '0000-00-00'), row('2', '2024-02-29'), row('3', null))).toBe(3);
  expect(await printed(made.db, willing)).toEqual(['1|NULL', '2|2024-02-29', '3|NULL']);
});

test.each([15, 18] as const)(
  'an expression acts alike by load, window and replay, also on a key (%i)',
  async (major) => {
    const override = {
      type: 'integer',
      expression: `length(:value) + ':value'::text::int * 0 + 0`.replace(/ \+ ':value'.*$/, ''),
    };
    const word = column('word', text(50), { nullable: false, override });
    const more = column('more', text(50), { override: { expression: 'upper(:value)' } });
    const words = table('words', [word, more], {
      constraints: [constraint('words', 'primary key', 'PRIMARY', ['word'])],
    });
    const made = await make(schemaOf([words]), major);
    expect(await typesIn(made.db, 'shop.words')).toEqual({ word: 'integer', more: 'character varying(50)' });
    await made.loader.prepareApply();
    await load(made, words, row('a', 'x'), row('bb', 'y'), row('ccc', 'z'));
    const here = await changed(made.db, 'shop', 'words');
    const window = windowOf(
      net(here, {
        deletes: [row('z')],
        moves: [{ columns: [0, 1], rows: [row('zz', 'zzzzz', 'm')] }],
        updates: [{ columns: [0, 1], rows: [row('zzz', 'u')] }],
        inserts: [row('zzzz', 'i')],
      }),
    );
    await made.db.transaction(async (tx) => expect(await made.loader.apply(tx, window)).toEqual([]));
    const all = `SELECT word || more AS line FROM shop.words ORDER BY word`;
    expect(await lines(made.db, all)).toEqual(['3U', '4I', '5M']);
    const many = Array.from({ length: 300 }, (_, i) => row('w'.repeat(6 + i), `many${i}`));
    await made.db.transaction(async (tx) =>
      expect(await made.loader.apply(tx, windowOf(net(here, { inserts: many })))).toEqual([]),
    );
    await made.db.transaction(async (tx) =>
      expect(
        await made.loader.apply(tx, windowOf(net(here, { deletes: many.map((_, i) => row('w'.repeat(6 + i))) }))),
      ).toEqual([]),
    );
    const found: unknown[] = [];
    const changes = async function* () {
      yield change('U', here, undefined, row('zzz', 'r'));
      yield change('R', here, row('zzzz'));
      yield change('I', here, undefined, row('q', 'q'));
      yield change('I', here, undefined, row('p', 'p'));
    };
    await made.db.transaction((tx) =>
      made.loader.replay(tx, changes(), noFar, async (one) => {
        found.push(one);
      }),
    );
    expect(await lines(made.db, all)).toEqual(['1Q', '3R', '5M']);
    expect(found).toMatchObject([{ key: 'p', found: '1\tQ', code: '23505' }]);
  },
);

test('an expression that names something else is refused', async () => {
  const override = { expression: 'upper(:valeu)' };
  const words = table('words', [id, column('word', text(50), { override })]);
  const made = await make(schemaOf([words]));
  await expect(load(made, words, row('1', 'x'))).rejects.toMatchObject({ kind: 'operator', message: /valeu/ });
});

test('what cannot go in beside an expression is told of its own table, row and column', async () => {
  const word = column('word', text(50), { override: { expression: 'upper(:value)' } });
  const words = table('words', [id, word, column('day', { kind: 'date', zero: true, special: false })]);
  const made = await make(schemaOf([words]));
  await expect(load(made, words, row('1', 'x', null), row('2', 'y', '2024-00-00'))).rejects.toMatchObject({
    kind: 'data',
    place: { table: 'shop.words', row: 2, column: 'day' },
  });
});

test('doctor says that geometry will be text', async () => {
  const { loader, schema } = await make(schemaOf([kinds]));
  expect(await loader.check(schema)).toContainEqual({
    what: 'target knows geometry',
    level: 'warning',
    found: 'PostGIS is not installed: shop.kinds.place will be text',
    mend: 'CREATE EXTENSION postgis;',
  });
});
