/** Keys, defaults, comments, partitions and counters of another dialect, made on a real server and read from its catalog. */
import { expect, it } from 'vitest';
import connector from '../../loaders/mysql/index.js';
import type { Column, Table } from '../../src/model/schema.js';
import { freshMariaDb } from '../servers/index.js';
import { bed, load, perform, type Bed } from './bed.js';
import { column, constraint, index, int, schema, table, text, withDefault } from './made.js';

const bigint = (name: string, more: Partial<Column> = {}): Column =>
  column(name, { kind: 'integer', bits: 64, unsigned: false }, { nullable: false, ...more });

const notNull = { nullable: false };

async function shown({ loader, database }: Bed, name: string): Promise<string> {
  const { rows } = await loader.db.query<Record<string, string>>(`SHOW CREATE TABLE \`${database}\`.\`${name}\``);
  return Object.values(rows[0] ?? {})[1] ?? '';
}

const made = async (tables: readonly Table[], more: Parameters<typeof schema>[1] = {}): Promise<Bed> => {
  const whole = schema(tables, more);
  const here = await bed(whole);
  await perform(here.loader, here.loader.steps(whole));
  return here;
};

it('keys and indexes, also of texts without a bound', async () => {
  const parent = table(
    'parent',
    [int('id', { counts: true }), text('code', undefined, notNull), text('note', 900), bigint('n')],
    {
      constraints: [
        constraint('parent', 'primary key', ['id']),
        constraint('parent', 'unique', ['code', 'n'], { name: 'code_n' }),
        constraint('parent', 'check', ['n'], { name: 'above', condition: 'n > 0' }),
      ],
      indexes: [
        index('parent', 'both', ['note', 'n'], {
          plain: {
            method: 'ordered',
            parts: [
              { column: 'note', descending: true },
              { column: 'n', descending: false },
            ],
          },
        }),
        index('parent', 'hashed', ['note'], {
          plain: { method: 'hash', parts: [{ column: 'note', descending: false }] },
        }),
        { ...index('parent', 'partial', ['n']), plain: undefined } as never,
      ],
    },
  );
  const child = table('child', [int('id'), text('code'), bigint('n'), int('p'), int('strict')], {
    constraints: [
      constraint('child', 'primary key', ['id']),
      constraint('child', 'foreign key', ['n', 'code'], {
        name: 'turned',
        references: { table: 'public.parent', columns: ['n', 'code'], onDelete: 'cascade', onUpdate: 'no action' },
      }),
      constraint('child', 'foreign key', ['p'], {
        name: 'up',
        references: { table: 'public.parent', columns: ['id'], onDelete: 'restrict', onUpdate: 'cascade' },
      }),
      constraint('child', 'foreign key', ['id'], {
        name: 'me',
        references: { table: 'public.child', columns: ['id'], onDelete: 'no action', onUpdate: 'no action' },
      }),
      constraint('child', 'foreign key', ['p'], {
        name: 'default',
        references: { table: 'public.parent', columns: ['id'], onDelete: 'set default', onUpdate: 'no action' },
      }),
      constraint('child', 'foreign key', ['n'], {
        name: 'unlike',
        references: { table: 'public.parent', columns: ['id'], onDelete: 'no action', onUpdate: 'no action' },
      }),
      constraint('child', 'foreign key', ['strict'], {
        name: 'null',
        references: { table: 'public.parent', columns: ['id'], onDelete: 'set null', onUpdate: 'no action' },
      }),
    ],
  });
  const here = await made([child, parent]);
  const sql = await shown(here, 'parent');
  for (const words of [
    '`id` int(11) NOT NULL AUTO_INCREMENT',
    '`code` varchar(766)',
    '`note` varchar(900)',
    'PRIMARY KEY (`id`)',
    'UNIQUE KEY `code_n` (`code`,`n`)',
    'KEY `both` (`note`(384) DESC,`n`)',
    'KEY `hashed` (`note`(768))',
    'COLLATE=utf8mb4_nopad_bin ROW_FORMAT=DYNAMIC',
  ])
    expect(sql).toContain(words);
  const other = await shown(here, 'child');
  expect(other).toContain(
    'CONSTRAINT `turned` FOREIGN KEY (`code`, `n`) REFERENCES `parent` (`code`, `n`) ON DELETE CASCADE',
  );
  expect(other).toContain('CONSTRAINT `up` FOREIGN KEY (`p`) REFERENCES `parent` (`id`) ON UPDATE CASCADE');
  expect(other).toContain('CONSTRAINT `me`');
  const { notMade } = here.loader.mapping(schema([child, parent]));
  for (const name of ['above', 'partial', 'default', 'unlike', 'null'])
    expect(notMade, name).toContainEqual(expect.stringMatching(new RegExp(`\\b${name} of public`)));
  await expect(load(here, parent, [['1', 'x'.repeat(800), null, '1']])).rejects.toMatchObject({
    kind: 'data',
    place: { table: 'public.parent', column: 'code', row: 1 },
  });
  await here.close();
});

it('names the column and the row of what does not fit', async () => {
  const one = table('one', [int('id'), text('v', 3)], { constraints: [constraint('one', 'primary key', ['id'])] });
  const here = await made([one]);
  await expect(
    load(here, one, [
      ['1', 'abc'],
      ['2', 'abcd'],
      ['3', 'abcde'],
    ]),
  ).rejects.toMatchObject({ kind: 'data', place: { table: 'public.one', column: 'v', row: 2 } });
  await expect(
    load(here, one, [
      ['1', 'a'],
      ['1', 'b'],
    ]),
  ).rejects.toMatchObject({ kind: 'data' });
  expect(await here.loader.countRows(here.loader.layout(one, 'text'))).toBe(0);
  await here.close();
});

it('defaults, comments and what only its own server can say', async () => {
  const long = 'c'.repeat(3_000);
  const columns = [
    int('id'),
    withDefault(int('seven'), { value: '7' }),
    withDefault(text('t'), { value: "it's\n\\" }),
    withDefault(text('v', 9), { value: '' }),
    withDefault(column('yes', { kind: 'boolean' }), { value: 't' }),
    withDefault(column('raw', { kind: 'bytes', fixed: false }), { value: '\\x00ff' }),
    withDefault(column('bit', { kind: 'bits', length: 3, varying: false }), { value: '101' }),
    withDefault(column('json', { kind: 'json', verbatim: true }), { value: '{"a": 1}' }),
    withDefault(column('local', { kind: 'timestamp', digits: 3, zero: false, special: true }), { now: 3 }),
    withDefault(column('brief', { kind: 'timestamp', digits: 6, zero: false, special: true }), { now: 0 }),
    withDefault(column('moment', { kind: 'timestamptz', digits: 6, zero: false, special: true }), { now: 6 }),
    withDefault(column('never', { kind: 'date', zero: false, special: true }), { value: 'infinity' }),
    withDefault(column('day', { kind: 'date', zero: false, special: true }), { value: '2024-02-29' }),
    withDefault(column('geo', { kind: 'geometry', shape: 'point' }), {
      value: '0101000020E6100000000000000000F03F0000000000000040',
    }),
    withDefault(int('computed')),
    int('sum', { generated: { expression: 'seven + 1', stored: true } }),
    text('said', 5, { comment: `it's ${long}` }),
  ];
  const one = table('defaults', columns, {
    comment: "a 'comment'",
    constraints: [constraint('defaults', 'primary key', ['id'])],
  });
  const here = await made([one]);
  await here.loader.db.query(`INSERT INTO \`${here.database}\`.defaults (id, computed) VALUES (1, 0)`);
  const { rows } = await here.loader.db.query(
    `SELECT seven, t, v, yes, HEX(raw) AS raw, HEX(bit) AS bit, json, never, day, ST_SRID(geo) AS srid, local IS NULL AS local,
      TIMESTAMPDIFF(SECOND, brief, NOW()) < 60 AS brief, TIMESTAMPDIFF(SECOND, moment, UTC_TIMESTAMP()) < 60 AS moment
    FROM \`${here.database}\`.defaults`,
  );
  expect(rows).toEqual([
    {
      seven: 7,
      t: "it's\n\\",
      v: '',
      yes: 1,
      raw: '00FF',
      bit: '5',
      json: '{"a": 1}',
      never: null,
      day: '2024-02-29',
      srid: 4326,
      local: 0,
      brief: 1,
      moment: 1,
    },
  ]);
  const sql = await shown(here, 'defaults');
  expect(sql).toContain("COMMENT='a ''comment'''");
  expect(sql).not.toContain('`sum`');
  const { notMade } = here.loader.mapping(schema([one]));
  for (const what of [
    'default of public.defaults.never',
    'default of public.defaults.computed',
    'computed column public.defaults.sum',
    'the comment of column said',
  ])
    expect(notMade).toContainEqual(expect.stringContaining(what));
  await here.close();
});

it('counts on where the source stood, by the one column that can', async () => {
  const counting = (name: string) => int(name, { counts: true });
  const first = table('first', [counting('id'), counting('other')], {
    constraints: [constraint('first', 'primary key', ['id'])],
  });
  const second = table('second', [int('a'), counting('b')], {
    constraints: [
      constraint('second', 'primary key', ['a', 'b']),
      constraint('second', 'unique', ['b', 'a'], { name: 'led' }),
    ],
  });
  const third = table('third', [counting('id')]);
  const here = await made([first, second, third]);
  expect(await shown(here, 'second')).toMatch(/AUTO_INCREMENT,[\s\S]*UNIQUE KEY `led`/);
  const { notMade } = here.loader.mapping(schema([first, second, third]));
  for (const what of ['public.first.other', 'public.third.id'])
    expect(notMade).toContainEqual(expect.stringContaining(`${what} does not count`));
  const value = (name: string, last: string, called: boolean) => ({
    sequence: `s_${name}`,
    last,
    called,
    column: { table: `public.${name}`, name: name === 'second' ? 'b' : 'id' },
  });
  const steps = here.loader.sequenceSteps([
    value('first', '4000000', true),
    value('second', '9', false),
    value('third', '5', true),
    value('gone', '1', true),
    { sequence: 's', last: '1', called: true },
  ]);
  expect(steps.map(({ id }) => id)).toEqual(['value of sequence s_first', 'value of sequence s_second']);
  await perform(
    here.loader,
    steps.map((step) => ({ ...step, needs: [] })),
  );
  expect(await shown(here, 'first')).toContain('AUTO_INCREMENT=4000001');
  expect(await shown(here, 'second')).toContain('AUTO_INCREMENT=9');
  await load(here, first, [['0', '1']]);
  const { rows } = await here.loader.db.query(`SELECT id FROM \`${here.database}\`.first`);
  expect(rows).toEqual([{ id: 0 }]); // which this family takes for "the next" unless told otherwise
  await here.close();
});

it('partitions are tables, and their root a view of them', async () => {
  const of = (parent: string) => ({ partition: { of: { parent: `public.${parent}`, bound: 'FOR VALUES …' } } });
  const key = (name: string) => ({ constraints: [constraint(name, 'primary key', ['id'])] });
  const columns = [int('id', { counts: true }), text('v')];
  const root = table('root', columns, { hasRows: false, partition: { by: 'RANGE (id)' } });
  const middle = table('middle', columns, { hasRows: false, partition: { by: 'RANGE (id)', ...of('root').partition } });
  const low = table('low', columns, { ...of('root'), ...key('low') });
  const high = table('high', [columns[1]!, columns[0]!], { ...of('middle'), ...key('high') });
  const empty = table('empty', columns, { hasRows: false, partition: { by: 'RANGE (id)' } });
  const referring = table('referring', [int('id')], {
    constraints: [
      constraint('referring', 'foreign key', ['id'], {
        name: 'to_root',
        references: { table: 'public.root', columns: ['id'], onDelete: 'no action', onUpdate: 'no action' },
      }),
    ],
  });
  const here = await made([root, middle, low, high, empty, referring]);
  await load(here, low, [['1', 'a']]);
  await load(here, high, [['b', '2']]);
  const { rows } = await here.loader.db.query(`SELECT * FROM \`${here.database}\`.root ORDER BY id`);
  expect(rows).toEqual([
    { id: 1, v: 'a' },
    { id: 2, v: 'b' },
  ]);
  const { notMade } = here.loader.mapping(schema([root, middle, low, high, empty, referring]));
  for (const what of [
    'public.root is a view',
    'public.low.id does not count',
    'to_root of public.referring: public.root is no table',
  ])
    expect(notMade).toContainEqual(expect.stringContaining(what));
  expect(await here.loader.existing([root, low, table('absent', [])])).toEqual(['public.root', 'public.low']);
  await here.loader.db.transaction((tx) => here.loader.empty(tx, [here.loader.layout(low, 'text')]));
  expect(await here.loader.countRows(here.loader.layout(low, 'text'))).toBe(0);
  expect(await here.loader.countRows(here.loader.layout(high, 'text'))).toBe(1);
  await here.close();
});

it('schemas other than the home one are databases of their name', async () => {
  const far = { ...table('t', [int('id')]), schema: `far ${process.pid}`, id: 'table far.t' };
  const near = table('t', [int('id')]);
  const here = await made([near, far]);
  expect(here.loader.targetName(far)).toBe(`\`far ${process.pid}\`.\`t\``);
  expect(here.loader.targetName(near)).toBe(`\`${here.database}\`.\`t\``);
  await load(here, far, [['1']]);
  expect(await here.loader.countRows(here.loader.layout(far, 'text'))).toBe(1);
  await here.loader.db.query(`DROP DATABASE \`far ${process.pid}\``);
  expect(await here.loader.countRows(here.loader.layout(far, 'text'))).toBeUndefined();
  await here.close();
});

it('what has no place is refused before anything is written', async () => {
  const long = 'n'.repeat(65);
  const names = [
    table('cases', [int('Id'), int('iD')]),
    table('ends ', [int('id')]),
    table('😀', [int('id')]),
    table('columns', [int('x '), int(long), int('😀')]),
    table('nothing', []),
    table(
      'wide',
      Array.from({ length: 1_018 }, (_, i) => int(`c${i}`)),
    ),
    table(
      'texts',
      Array.from({ length: 400 }, (_, i) => text(`c${i}`)),
    ),
    { ...table('t', [int('id')]), schema: 'mysql', id: 'table mysql.t' },
  ];
  const here = await bed(schema(names));
  const { refused } = here.loader.mapping(schema(names));
  for (const what of [
    'Id and iD',
    'table public.ends ',
    'table public.😀',
    'column x ',
    `column ${long}`,
    'column 😀',
    'public.nothing has no column',
    '1018 columns',
    'public.texts is wider',
    'schema mysql',
  ])
    expect(refused, what).toContainEqual(expect.stringContaining(what));
  await here.close();
});

it('a row that is too wide with bounds is declared without', async () => {
  const columns = [text('key', 300, notNull), ...Array.from({ length: 60 }, (_, i) => text(`c${i}`, 500))];
  const wide = table('wide', columns, { constraints: [constraint('wide', 'primary key', ['key'])] });
  const here = await made([wide]);
  const sql = await shown(here, 'wide');
  expect(sql).toContain('`key` varchar(300)');
  expect(sql).toContain('`c59` longtext');
  expect(here.loader.mapping(schema([wide])).tables[0]?.columns[1]?.loses).toContain('its bound of 500');
  await here.close();
});

it('what the operator wants goes before it', async () => {
  const override = (type: string, expression?: string) => ({
    override: { type, ...(expression === undefined ? {} : { expression }) },
  });
  const one = table('wanted', [
    column('u', { kind: 'uuid' }, override('binary(16)', "UNHEX(REPLACE(:value, '-', ''))")),
    column('b', { kind: 'boolean' }, override('varchar(5)')),
    text('q', undefined, override('varchar(20)', `CONCAT(':value', UPPER(:value))`)),
    column('m', { kind: 'timestamptz', digits: 6, zero: false, special: false }, override('timestamp(6)')),
  ]);
  const here = await made([one]);
  await load(here, one, [['00000000-0000-0000-0000-0000000000ff', 't', 'x', '2024-01-01 00:00:00.5+00']]);
  const { rows } = await here.loader.db.query(`SELECT HEX(u) AS u, b, q, m FROM \`${here.database}\`.wanted`);
  expect(rows).toEqual([{ u: `${'0'.repeat(30)}FF`, b: 't', q: ':valueX', m: '2024-01-01 00:00:00.500000' }]);
  await here.close();
});

it('keys of names that are one there', async () => {
  const one = table('one', [int('a'), int('b'), int('c')], {
    constraints: [
      constraint('one', 'unique', ['a'], { name: 'Key' }),
      constraint('one', 'foreign key', ['b'], {
        name: 'primary',
        references: { table: 'public.one', columns: ['a'], onDelete: 'no action', onUpdate: 'no action' },
      }),
    ],
    indexes: [
      index('one', 'key', ['b', 'c']),
      index('one', 'kéy', ['c', 'b']),
      index('one', 'é😀', ['c']),
      index('one', 'PRIMARY', ['a', 'c']),
    ],
  });
  const other = table('other', [int('a')], {
    constraints: [
      constraint('other', 'foreign key', ['a'], {
        name: 'primary',
        references: { table: 'public.one', columns: ['a'], onDelete: 'no action', onUpdate: 'no action' },
      }),
    ],
  });
  const here = await made([one, other]);
  const sql = await shown(here, 'one');
  for (const words of [
    'UNIQUE KEY `Key` (`a`)',
    'KEY `key_2` (`b`,`c`)',
    'KEY `kéy` (`c`,`b`)',
    'KEY `é_` (`c`)',
    'KEY `PRIMARY_3` (`a`,`c`)',
    'CONSTRAINT `one_primary`',
  ])
    expect(sql).toContain(words);
  expect(await shown(here, 'other')).toContain('CONSTRAINT `other_primary`');
  await here.close();
});

it('takes back what comes after the rows, and makes it again', async () => {
  const one = table('one', [int('id'), int('n')], {
    constraints: [
      constraint('one', 'primary key', ['id']),
      constraint('one', 'foreign key', ['n'], {
        name: 'me',
        references: { table: 'public.one', columns: ['id'], onDelete: 'no action', onUpdate: 'no action' },
      }),
    ],
    indexes: [index('one', 'i', ['n'])],
  });
  const here = await made([one]);
  const before = await shown(here, 'one');
  const steps = here.loader.steps(schema([one]));
  for (const sql of steps.flatMap(({ undo = [] }) => undo).reverse())
    for (let i = 0; i < 2; i += 1) await here.loader.db.query(sql);
  expect(await shown(here, 'one')).not.toContain('CONSTRAINT');
  const again = steps.filter(({ undo }) => undo !== undefined);
  await perform(
    here.loader,
    again.map((step) => ({ ...step, needs: step.needs.filter((id) => again.some((other) => other.id === id)) })),
  );
  expect(await shown(here, 'one')).toBe(before);
  await here.close();
});

it('says what the server lacks, with the statement that mends it', async () => {
  const here = await bed(schema([table('t', [int('id')])]));
  const findings = await here.loader.check(schema([table('t', [int('id')])]));
  expect(findings.filter(({ level }) => level === 'failure')).toEqual([]);
  expect(findings.find(({ what }) => what.startsWith('target lets us work'))).toMatchObject({ level: 'ok' });
  expect(findings.find(({ what }) => what === 'target keeps what it confirms')).toMatchObject({
    level: 'warning',
    mend: expect.stringContaining('SET GLOBAL') as string,
  });
  await here.close();
});

it('a database that is not there is told before anything else', async () => {
  const url = Object.assign(new URL(await freshMariaDb()), { pathname: '/not%20there' });
  const opened = connector.open(url, { name: 'openkite:test', controlSchema: 'wirekite_not_there' });
  await expect(opened).rejects.toMatchObject({ kind: 'operator', code: '1049' });
});
