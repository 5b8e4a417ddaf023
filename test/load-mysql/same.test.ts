/** A schema of the same family, read from one database and made in another: read again, it is the same. */
import { expect, it } from 'vitest';
import { readSchema } from '../../extractors/mysql/catalog/read-schema.js';
import { readSequences } from '../../extractors/mysql/catalog/sequences.js';
import { connect } from '../../src/db/mysql/connect.js';
import type { Schema } from '../../src/model/schema.js';
import { fileOfData, runMariaDump } from '../servers/dump.js';
import { freshMariaDb } from '../servers/index.js';
import { bed, load, perform } from './bed.js';

const HOSTILE = `
  CREATE SEQUENCE ids START WITH 5;
  CREATE TABLE \`a b\`\`c\` (
    \`select\` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'it''s',
    other INT NOT NULL DEFAULT 7,
    latin VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_general_cs DEFAULT 'é',
    e ENUM('x','y''z','') NOT NULL DEFAULT 'y''z',
    s SET('a','b') NULL,
    t TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    z DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00',
    n TIMESTAMP NULL,
    b BIT(5) DEFAULT b'00101',
    j JSON DEFAULT '{}',
    g1 INT GENERATED ALWAYS AS (other + 1) STORED,
    g2 VARCHAR(30) GENERATED ALWAYS AS (CONCAT(latin, '!')) VIRTUAL,
    q INT INVISIBLE DEFAULT 3,
    u UUID DEFAULT UUID(),
    i6 INET6,
    long_text MEDIUMTEXT,
    p POINT NOT NULL,
    v BIGINT DEFAULT NEXTVAL(ids),
    CONSTRAINT positive CHECK (other > 0),
    PRIMARY KEY (other, \`select\`),
    KEY counting (\`select\`, other),
    UNIQUE KEY pre (latin(3), e),
    KEY down (other DESC, z),
    FULLTEXT KEY words (long_text),
    SPATIAL KEY places (p)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='a ''comment''' ROW_FORMAT=COMPRESSED;
  CREATE TABLE child (id INT PRIMARY KEY, a INT NOT NULL, b BIGINT UNSIGNED, KEY (a),
    CONSTRAINT up FOREIGN KEY (b, a) REFERENCES \`a b\`\`c\` (\`select\`, other) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT me FOREIGN KEY (a) REFERENCES child (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
  CREATE TABLE parted (id INT, d DATE, PRIMARY KEY (id, d)) PARTITION BY RANGE (YEAR(d))
    (PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN MAXVALUE);
  CREATE TABLE old (id INT PRIMARY KEY, t TEXT) ENGINE=MyISAM ROW_FORMAT=FIXED;
  CREATE TABLE keyless (a INT)`;

const renamed = (schema: Schema, from: string, to: string): unknown =>
  JSON.parse(JSON.stringify({ tables: schema.tables, objects: schema.objects }).replaceAll(from, to));

const withoutEstimates = (schema: Schema): Schema => ({
  ...schema,
  tables: schema.tables.map((table) => ({
    ...table,
    rowsEstimated: 0,
    bytesEstimated: 0,
    indexes: [...table.indexes].sort((a, b) => (a.id < b.id ? -1 : 1)),
    constraints: [...table.constraints].sort((a, b) => (a.id < b.id ? -1 : 1)),
  })),
});

const read = async (url: URL): Promise<Schema> => {
  const db = await connect(url, { name: 'openkite:test' });
  const schema = withoutEstimates(await readSchema(db));
  await db.close();
  return schema;
};

const urlOf = (source: URL, database: string): URL => Object.assign(new URL(source), { pathname: `/${database}` });

it('Sakila, with views, routines and triggers', async () => {
  const file = fileOfData('sakila_mysql/sakila-mv-schema.sql');
  if (file === undefined) return;
  const source = await freshMariaDb();
  runMariaDump(source, file, 'sakila');
  const schema = await read(source);
  const here = await bed(schema);
  await perform(here.loader, here.loader.steps(schema));
  const made = await read(urlOf(source, here.database));
  expect(renamed(made, here.database, 'x')).toEqual(renamed(schema, schema.home, 'x'));
  expect(schema.objects.length).toBeGreaterThan(15);
  const { rows } = await here.loader.db.query<Record<string, string>>(
    'SELECT @@time_zone AS zone, @@sql_mode AS mode, DATABASE() AS name',
  );
  expect(rows[0]).toMatchObject({
    zone: '+00:00',
    mode: expect.stringContaining('STRICT_ALL_TABLES') as string,
    name: here.database,
  });
  await here.close();
});

it('whatever else a table can have', async () => {
  const source = await freshMariaDb();
  const db = await connect(source, { name: 'openkite:test' });
  await db.query(HOSTILE);
  const schema = await read(source);
  const here = await bed(schema);
  await perform(here.loader, here.loader.steps(schema));
  const made = await read(urlOf(source, here.database));
  const mapping = here.loader.mapping(schema);
  expect(mapping.notMade).toContainEqual(expect.stringContaining('engine MyISAM'));
  expect(mapping.refused).toEqual([]);
  const old = made.tables.find(({ name }) => name === 'old');
  expect(old?.options.parameters).toContain('ENGINE=InnoDB');
  const but = (from: Schema) => ({ ...from, tables: from.tables.filter(({ name }) => name !== 'old') });
  expect(renamed(but(made), here.database, 'x')).toEqual(renamed(but(schema), schema.home, 'x'));
  const values = here.loader.sequenceSteps(await readSequences(db));
  expect(values.map(({ statements }) => statements[0])).toContainEqual(
    expect.stringMatching(/^SELECT SETVAL\(.*`ids`, 5, 0\)$/),
  );
  await perform(
    here.loader,
    values.map((step) => ({ ...step, needs: [] })),
  );
  await db.close();
  await here.close();
});

it('takes what only this family holds', async () => {
  const source = await freshMariaDb();
  const db = await connect(source, { name: 'openkite:test' });
  await db.query(`CREATE TABLE t (id INT PRIMARY KEY, d DATE, t DATETIME(2), m TIMESTAMP(2) NULL, s TIME(1), e SET('a','b'),
    l VARCHAR(9) CHARACTER SET latin1, c CHAR(4), y YEAR, f FLOAT, p POINT, b VARBINARY(9), g INT AS (id + 1))`);
  const schema = await read(source);
  const here = await bed(schema);
  const [table] = schema.tables;
  await perform(here.loader, here.loader.steps(schema), 'before rows');
  const zero = [
    '1',
    '0000-00-00',
    '2024-00-00 00:00:00.00',
    '0000-00-00 00:00:00',
    '-838:59:59.0',
    'a,b',
    '€',
    'ab',
    '0000',
    '0.1',
    null,
    '\\x00',
  ];
  const usual = [
    '2',
    '2024-00-10',
    '2024-02-29 01:02:03.45',
    '2024-03-31 02:30:00.12+00',
    '24:00:00.5',
    '',
    '',
    '',
    '2155',
    '16777216',
    '0101000020E6100000000000000000F03F0000000000000040',
    '\\x',
  ];
  expect(await load(here, table!, [zero, usual])).toBe(2);
  const { rows } = await here.loader.db.query(
    `SELECT d, t, m, s, e, l, c, y, HEX(b) AS b, ST_SRID(p) AS srid, g FROM \`${here.database}\`.t ORDER BY id`,
  );
  expect(rows).toEqual([
    {
      d: '0000-00-00',
      t: '2024-00-00 00:00:00.00',
      m: '0000-00-00 00:00:00.00',
      s: '-838:59:59.0',
      e: 'a,b',
      l: '€',
      c: 'ab',
      y: 0,
      b: '00',
      srid: null,
      g: 2,
    },
    {
      d: '2024-00-10',
      t: '2024-02-29 01:02:03.45',
      m: '2024-03-31 02:30:00.12',
      s: '24:00:00.5',
      e: '',
      l: '',
      c: '',
      y: 2155,
      b: '',
      srid: 4326,
      g: 3,
    },
  ]);
  await expect(
    load(here, table!, [['3', null, null, null, null, null, '😀', null, null, null, null, null]]),
  ).rejects.toMatchObject({ kind: 'data', place: { column: 'l', row: 1 } });
  await db.close();
  await here.close();
});
