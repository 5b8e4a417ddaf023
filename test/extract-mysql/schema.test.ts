/** The schema as it is read, and made again in another database from nothing but its definitions. */
import { afterAll, expect, it } from 'vitest';
import type { MyDb } from '../../src/db/mysql/my-db.js';
import { quoteIdentifier, quoteLiteral } from '../../src/db/mysql/quote.js';
import { tableName, type Column, type Schema, type Table } from '../../src/model/schema.js';
import { fileOfData, freshMariaDb } from '../servers/index.js';
import { extractor, runDumps, session } from './source.js';

const everything = `
  CREATE SEQUENCE s1 START WITH 5 INCREMENT BY 2;
  CREATE TABLE a (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, \`we\`\`ird, name\` VARCHAR(20) DEFAULT 'it''s, a (\\\\ "x"' COMMENT 'a, ''b'' (c)',
    v VARCHAR(30) CHARACTER SET latin1 COLLATE latin1_german1_ci NOT NULL DEFAULT '', e ENUM('a','b''c','d,e') DEFAULT 'b''c',
    st SET('x','y') NOT NULL DEFAULT 'x,y', b BIT(10) DEFAULT b'101', d DECIMAL(10,2) UNSIGNED DEFAULT 0.5, f FLOAT DEFAULT 1.5,
    dt DATETIME(3) DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3), ts TIMESTAMP NULL,
    ts2 TIMESTAMP(6) NOT NULL DEFAULT '2020-01-01 00:00:00.5', g INT AS (neg + 1) STORED,
    g2 VARCHAR(40) AS (concat(v, ', (''')) VIRTUAL INVISIBLE COMMENT 'x', inv INT NOT NULL DEFAULT 7 INVISIBLE, j JSON,
    chk INT CHECK (chk > 3 and v <> 'x,)'), u UUID DEFAULT uuid(), ip INET6, sq BIGINT DEFAULT nextval(s1),
    ex INT DEFAULT (1+2*3), ex2 VARCHAR(99) DEFAULT concat('a',"b"), p POINT REF_SYSTEM_ID=4326 NOT NULL, bl BLOB DEFAULT 'abc',
    y YEAR DEFAULT 1999, c CHAR(3) CHARACTER SET ascii, cc TEXT COMPRESSED, neg INT DEFAULT -5, zf INT(5) ZEROFILL DEFAULT 7,
    bo BOOLEAN DEFAULT TRUE, tm TIME(2) DEFAULT '-838:59:59', lb LONGBLOB, bn BINARY(3) DEFAULT 'a',
    PRIMARY KEY (id, v(5)), UNIQUE KEY u1 (\`we\`\`ird, name\`), UNIQUE u2 (v(3), e DESC), KEY k1 (d DESC, f) COMMENT 'idx, c',
    FULLTEXT KEY ft (v), SPATIAL KEY sp (p), KEY k2 (dt) IGNORED, CONSTRAINT named CHECK (d > 0 or e = 'a')
  ) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 COMMENT='table, ''c''; AUTO_INCREMENT=5 \\\\' AUTO_INCREMENT=77 STATS_PERSISTENT=1;
  CREATE TABLE pt (id INT NOT NULL, d DATE NOT NULL, PRIMARY KEY(id,d)) PARTITION BY RANGE (YEAR(d))
    SUBPARTITION BY HASH(id) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN MAXVALUE);
  CREATE TABLE parent (id INT PRIMARY KEY, o INT UNIQUE) DEFAULT CHARSET=latin1;
  CREATE TABLE child (id INT, p INT, o INT, KEY (id), CONSTRAINT f1 FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE,
    CONSTRAINT f2 FOREIGN KEY (o) REFERENCES parent (o) ON UPDATE SET NULL, CONSTRAINT f3 FOREIGN KEY (id) REFERENCES parent (id));
  CREATE FUNCTION fn(x INT) RETURNS INT DETERMINISTIC RETURN x+1;
  CREATE VIEW z AS SELECT id, v FROM a; CREATE VIEW y AS SELECT z.id, x.d FROM z JOIN pt x ON x.id=z.id;
  CREATE VIEW x AS SELECT fn(id) AS n FROM y;
  SET sql_mode = 'ANSI_QUOTES';
  CREATE PROCEDURE pr(OUT n INT) BEGIN DECLARE "q;" INT; SELECT COUNT(*) INTO n FROM "a"; END;
  CREATE TRIGGER t2 BEFORE INSERT ON pt FOR EACH ROW SET NEW.id = NEW.id * 2;
  CREATE TRIGGER t1 BEFORE INSERT ON pt FOR EACH ROW SET NEW.id = NEW.id + 1;
  CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM pt`;

/** CREATE TABLE as a loader of the same words would write it. */
function createTable({ name, columns, options, comment, constraints }: Table): string {
  const keys = constraints.filter(({ kind }) => kind === 'primary key').map(({ definition }) => definition);
  const counting = columns.some(({ counts }) => counts) ? keys : [];
  const said = comment === undefined ? [] : [`COMMENT=${quoteLiteral(comment)}`];
  const partitions = options.parameters.filter((text) => text.startsWith('PARTITION'));
  const others = options.parameters.filter((text) => !partitions.includes(text));
  const body = [...columns.map(columnText), ...(partitions.length > 0 ? keys : counting)].join(', ');
  return `CREATE TABLE ${quoteIdentifier(name)} (${body}) ${[...others, ...said, ...partitions].join(' ')}`;
}

function columnText(column: Column): string {
  const { name, type, generated, notNull, default: value, value: of, options, comment } = column;
  const digits = 'digits' in of && of.digits > 0 ? `(${of.digits})` : '';
  return [
    ...[quoteIdentifier(name), type],
    ...(generated ? [`GENERATED ALWAYS AS (${generated.expression}) ${generated.stored ? 'STORED' : 'VIRTUAL'}`] : []),
    ...(generated ? [] : [notNull ?? 'NULL', ...(value ? [`DEFAULT ${value.definition}`] : [])]),
    ...(column.counts ? ['AUTO_INCREMENT'] : []),
    ...(column.onUpdateNow ? [`ON UPDATE current_timestamp${digits}`] : []),
    ...(comment === undefined ? [] : [`COMMENT ${quoteLiteral(comment)}`]),
    ...options,
  ].join(' ');
}

/** Every thing once what it needs is there, the last named first. */
async function restore(db: MyDb, schema: Schema): Promise<void> {
  const acts = new Map<string, { needs: readonly string[]; statements: readonly string[] }>();
  for (const table of schema.tables) {
    const defaults = table.columns.flatMap((column) => column.default?.needs ?? []);
    acts.set(table.id, { needs: [...table.needs, ...defaults], statements: [createTable(table)] });
    const inside = table.constraints.filter(({ kind }) => kind === 'primary key' && needsKey(table));
    for (const part of inside) acts.set(part.id, { needs: part.needs, statements: [] });
    for (const part of [...table.constraints.filter((one) => !inside.includes(one)), ...table.indexes]) {
      const alter = `ALTER TABLE ${quoteIdentifier(table.name)} ADD ${part.definition}`;
      acts.set(part.id, { needs: part.needs, statements: [alter] });
    }
  }
  for (const { id, needs, statements } of schema.objects) acts.set(id, { needs, statements });
  const done = new Set<string>();
  while (acts.size > 0) {
    const [id, act] = [...acts].reverse().find(([, { needs }]) => needs.every((need) => done.has(need)))!;
    for (const statement of act.statements) await db.query(statement);
    acts.delete(id);
    done.add(id);
  }
}

const needsKey = (table: Table): boolean =>
  table.columns.some(({ counts }) => counts) || table.options.parameters.some((text) => text.startsWith('PARTITION'));

/** What information_schema has of a database, without its name, sizes and times. */
async function catalog(db: MyDb): Promise<string[]> {
  const { rows: named } = await db.query<{ name: string }>('SELECT DATABASE() AS name');
  const name = named[0]!.name;
  const lines: string[] = [];
  for (const [view, of] of VIEWS) {
    const { rows } = await db.query(`SELECT * FROM information_schema.${view} WHERE ${of} = :name`, { name });
    for (const row of rows) {
      for (const column of OURS) delete row[column];
      lines.push(`${view}: ${JSON.stringify(row).replaceAll(name, 'db')}`);
    }
  }
  return lines.sort();
}

const VIEWS = [
  ...[
    ['TABLES', 'TABLE_SCHEMA'] as const,
    ['COLUMNS', 'TABLE_SCHEMA'] as const,
    ['STATISTICS', 'TABLE_SCHEMA'] as const,
  ],
  ...[['KEY_COLUMN_USAGE', 'TABLE_SCHEMA'] as const, ['REFERENTIAL_CONSTRAINTS', 'CONSTRAINT_SCHEMA'] as const],
  ...[['CHECK_CONSTRAINTS', 'CONSTRAINT_SCHEMA'] as const, ['VIEWS', 'TABLE_SCHEMA'] as const],
  ...[
    ['TRIGGERS', 'TRIGGER_SCHEMA'] as const,
    ['ROUTINES', 'ROUTINE_SCHEMA'] as const,
    ['EVENTS', 'EVENT_SCHEMA'] as const,
  ],
  ...[['PARTITIONS', 'TABLE_SCHEMA'] as const, ['GEOMETRY_COLUMNS', 'G_TABLE_SCHEMA'] as const],
];
/** Sizes, times, and where a check is written. */
const OURS =
  `TABLE_ROWS AVG_ROW_LENGTH DATA_LENGTH MAX_DATA_LENGTH INDEX_LENGTH DATA_FREE AUTO_INCREMENT CREATE_TIME UPDATE_TIME
  CARDINALITY CREATED LAST_ALTERED STARTS LEVEL SEQ_IN_UNIQUE CHECKSUM`.split(/\s+/);

const open: MyDb[] = [];
afterAll(() => Promise.all(open.map((db) => db.close())));

async function movesWhole(url: URL): Promise<Schema> {
  const one = await extractor(url);
  const schema = await one.schema();
  const target = await freshMariaDb();
  const [from, to] = [await session(url), await session(target)];
  const { rows } = await from.query<{ c: string }>('SELECT @@collation_database AS c');
  await to.query(`ALTER DATABASE COLLATE ${rows[0]!.c}`);
  await restore(to, renamed(schema, url.pathname.slice(1), target.pathname.slice(1)));
  expect(await catalog(to)).toEqual(await catalog(from));
  await one.close();
  return schema;
}

/** The default of a column names its sequence with the database. */
const renamed = (schema: Schema, from: string, to: string): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll(`\`${from}\``, `\`${to}\``)) as Schema;

it('one of everything is made again from its definitions', async () => {
  const url = await freshMariaDb();
  await (await session(url)).query(everything);
  const schema = await movesWhole(url);
  expect(schema.notMoved).toEqual([]);
  const view = schema.objects.find(({ name }) => name === 'x')!;
  expect(view.needs.map((id) => id.replace(/ .*\./, ' '))).toEqual(['function fn', 'view y']);
  expect(schema.objects.filter(({ kind }) => kind === 'trigger').map(({ when }) => when)).toEqual([
    'at cutover',
    'at cutover',
  ]);
});

it('neutral words say what a loader of another dialect needs', async () => {
  const url = await freshMariaDb();
  const db = await session(url);
  await db.query(everything);
  const one = await extractor(url);
  const { tables, home } = await one.schema();
  const of = (name: string) => tables.find((table) => table.name === name)!;
  const column = (name: string) => of('a').columns.find((one) => one.name === name)!;
  expect(home).toBe(url.pathname.slice(1));
  expect(column('id')).toMatchObject({
    type: 'bigint(20) unsigned',
    counts: true,
    value: { kind: 'integer', bits: 64, unsigned: true },
  });
  expect(column('v')).toMatchObject({
    type: 'varchar(30) CHARACTER SET latin1 COLLATE latin1_german1_ci',
    value: { kind: 'text', length: 30, fixed: false, compares: { exact: false, padded: true } },
    default: { definition: "''", plain: { value: '' } },
  });
  expect(column('we`ird, name')).toMatchObject({
    comment: "a, 'b' (c)",
    default: { plain: { value: 'it\'s, a (\\ "x"' } },
  });
  expect(column('e')).toMatchObject({ value: { kind: 'enum', labels: ['a', "b'c", 'd,e'] } });
  expect(column('b').default?.plain).toEqual({ value: '0000000101' });
  expect(column('dt')).toMatchObject({ onUpdateNow: true, default: { plain: { now: 3 } } });
  expect(column('ts2').default?.plain).toEqual({ value: '2020-01-01 00:00:00.500000+00' });
  expect(column('zf').default?.plain).toEqual({ value: '7' });
  expect(column('ex').default?.plain).toBeUndefined();
  expect(column('j').value).toEqual({ kind: 'json', verbatim: true });
  expect(column('p').value).toEqual({ kind: 'geometry', shape: 'point', srid: 4326 });
  expect(column('u').value).toEqual({ kind: 'uuid' });
  expect(column('g').generated).toEqual({ expression: '`neg` + 1', stored: true });
  expect(of('a').constraints.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    ...['primary key PRIMARY', 'unique u1', 'check named', 'check chk'],
  ]);
  expect(of('a').indexes.map(({ name, unique, plain }) => [name, unique, plain?.method])).toEqual([
    ...[
      ['u2', true, 'ordered'],
      ['k1', false, 'ordered'],
      ['sp', false, 'spatial'],
      ['k2', false, 'ordered'],
    ],
    ['ft', false, 'fulltext'],
  ]);
  expect(of('a').indexes[0]?.plain?.parts).toEqual([
    { column: 'v', length: 3, descending: false },
    { column: 'e', descending: true },
  ]);
  const keys = of('child')
    .constraints.filter(({ kind }) => kind === 'foreign key')
    .map(({ references }) => references);
  const table = tableName(of('parent'));
  expect(keys).toEqual([
    { table, columns: ['id'], onDelete: 'cascade', onUpdate: 'no action', unlogged: true },
    { table, columns: ['o'], onDelete: 'no action', onUpdate: 'set null', unlogged: true },
    { table, columns: ['id'], onDelete: 'no action', onUpdate: 'no action' },
  ]);
  const values = await one.sequences();
  expect(values.map(({ sequence, last, called }) => [sequence.replace(`${home}.`, ''), last, called])).toEqual([
    ['a.id', '77', false],
    ['s1', '5', false],
  ]);
  await one.close();
});

it('what cannot be moved is named', async () => {
  const url = await freshMariaDb();
  await (
    await session(url)
  ).query(`
    CREATE TABLE mi (a INT) ENGINE=MyISAM; CREATE TABLE sv (a INT PRIMARY KEY) WITH SYSTEM VERSIONING;
    CREATE TABLE bh (a INT) ENGINE=MRG_MyISAM UNION=(mi); CREATE TABLE vb (v VARBINARY(5) DEFAULT 0x00ff)`);
  const one = await extractor(url);
  const { notMoved, tables } = await one.schema();
  expect(tables.map(({ name }) => name)).toEqual(['mi', 'sv', 'vb']);
  const home = url.pathname.slice(1);
  expect([...notMoved].sort()).toEqual([
    'a consistent view of table mi: MyISAM keeps none, so its rows are copied as they are when they are read',
    `of table ${home}.sv: WITH SYSTEM VERSIONING`,
    'table bh: its rows are kept elsewhere (engine MRG_MyISAM)',
    `the default of ${home}.vb.v: its bytes are no text`,
  ]);
  await one.close();
});

it.each([
  ['sakila', ['sakila_mysql/sakila-mv-schema.sql']],
  ['northwind', ['northwind_mysql/northwind.sql']],
])('%s is made again from its definitions', async (name, names) => {
  const files = names.map(fileOfData);
  if (!files.every((file) => file !== undefined)) return;
  const url = await freshMariaDb();
  runDumps(url, files, name);
  expect((await movesWhole(url)).notMoved).toEqual([]);
});
