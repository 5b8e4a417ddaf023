/** What is made on the source for a stream, and what its catalogs say afterwards. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import connector from '../../extractors/postgres/index.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { Table } from '../../src/model/schema.js';
import { freshDatabase, startServer, type Major } from '../servers/index.js';
import { Stream } from './stream.js';

const TABLES = `
  CREATE TABLE keyed (id int PRIMARY KEY, v text);
  CREATE TABLE "Odd name" (id int PRIMARY KEY);
  CREATE TABLE keyless (v text);
  CREATE TABLE agreed (v text);
  CREATE TABLE delayed (id int PRIMARY KEY DEFERRABLE);
  CREATE TABLE nothing (id int PRIMARY KEY);
  ALTER TABLE nothing REPLICA IDENTITY NOTHING;
  CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY);
  CREATE TABLE parent (id int PRIMARY KEY);
  CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
  CREATE TABLE parted (id int, v text) PARTITION BY LIST (id);
  CREATE TABLE leaf PARTITION OF parted (PRIMARY KEY (id)) FOR VALUES IN (1);`;

const agreed = ({ name }: Table) => name === 'agreed';
const streams: Stream[] = [];
afterAll(() => Promise.all(streams.map((stream) => stream.close())));

describe.each([10, 18] as const)('what is made on %i', (major: Major) => {
  let stream: Stream;
  let whole: string;
  beforeAll(async () => {
    stream = await Stream.open(await freshDatabase(major), TABLES);
    streams.push(stream);
    stream.tables = (await stream.extractor.schema()).tables;
    whole = major === 10 ? 'insert, update, delete' : 'insert, update, delete, truncate';
  });
  const plan = () => stream.changes.provision(stream.tables, agreed);

  test('is said before: leaves and not roots, keyless tables apart, and what will not come', async () => {
    const { steps, partly } = await plan();
    expect(steps.map(({ statements }) => statements)).toEqual([
      ['ALTER TABLE ONLY "public"."agreed" REPLICA IDENTITY FULL'],
      [
        `CREATE PUBLICATION "${stream.name}" FOR TABLE ONLY "public"."Odd name", ONLY "public"."agreed", ONLY "public"."child", ` +
          `ONLY "public"."keyed", ONLY "public"."leaf", ONLY "public"."parent" WITH (publish = '${whole}')`,
      ],
      [
        `CREATE PUBLICATION "${stream.name}_insert" FOR TABLE ONLY "public"."delayed", ONLY "public"."keyless", ` +
          `ONLY "public"."nothing" WITH (publish = '${major === 10 ? 'insert' : 'insert, truncate'}')`,
      ],
    ]);
    expect(partly.map(({ table }) => table)).toEqual([
      'public.scratch',
      'public.delayed',
      'public.keyless',
      'public.nothing',
    ]);
    expect(partly[0]?.why).toContain('unlogged');
  });

  test('and once it is made, nothing is missing and no update fails', async () => {
    for (const step of (await plan()).steps) await stream.changes.perform(step);
    expect((await plan()).steps).toEqual([]);
    for (const table of ['keyless', 'agreed', 'delayed', 'nothing'])
      await stream.db.query(
        `INSERT INTO ${table} VALUES (1); UPDATE ${table} SET ${
          ['keyless', 'agreed'].includes(table) ? 'v' : 'id'
        } = '2'; DELETE FROM ${table}`,
      );
  });

  test('a table without a key in a publication of updates would be an outage', async () => {
    await stream.db.query(
      `CREATE TABLE kl (v text); INSERT INTO kl VALUES (1); CREATE PUBLICATION naive_${major} FOR TABLE kl`,
    );
    await expect(stream.db.query(`UPDATE kl SET v = 2`)).rejects.toThrow(/replica identity/);
    await stream.db.query(`DROP PUBLICATION naive_${major}; DROP TABLE kl`);
  });

  test('what has changed since is mended: members, strangers, what is published, keys', async () => {
    await stream.db.query(`
      CREATE TABLE stranger (id int PRIMARY KEY);
      ALTER PUBLICATION ${stream.name} ADD TABLE stranger; ALTER PUBLICATION ${stream.name} DROP TABLE keyed;
      ALTER PUBLICATION ${stream.name} SET (publish = 'insert');
      ALTER TABLE nothing REPLICA IDENTITY DEFAULT;
      ALTER TABLE "Odd name" DROP CONSTRAINT "Odd name_pkey"`);
    const { steps } = await plan();
    expect(steps.map(({ statements }) => statements)).toEqual([
      [
        `ALTER PUBLICATION "${stream.name}" DROP TABLE ONLY "public"."Odd name", ONLY public.stranger`,
        `ALTER PUBLICATION "${stream.name}" SET (publish = '${whole}')`,
        `ALTER PUBLICATION "${stream.name}" ADD TABLE ONLY "public"."keyed", ONLY "public"."nothing"`,
      ],
      [
        `ALTER PUBLICATION "${stream.name}_insert" DROP TABLE ONLY "public"."nothing"`,
        `ALTER PUBLICATION "${stream.name}_insert" ADD TABLE ONLY "public"."Odd name"`,
      ],
    ]);
    for (const step of steps) await stream.changes.perform(step);
    expect((await plan()).steps).toEqual([]);
  });

  test('is gone once it is removed', async () => {
    await stream.changes.create(() => undefined);
    await stream.changes.remove();
    const left = `SELECT pubname FROM pg_publication WHERE pubname LIKE '${stream.name}%'
      UNION ALL SELECT slot_name FROM pg_replication_slots WHERE slot_name = '${stream.name}'`;
    expect((await stream.db.query(left)).rows).toEqual([]);
    await stream.changes.remove(); // once more does no harm
  });
});

describe('what the log does not carry', () => {
  let stream: Stream;
  beforeAll(async () => {
    const sql = `CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TYPE alien AS ENUM ('x');
      CREATE TABLE item (id int PRIMARY KEY, m mood[], name text DEFAULT 'a', price numeric(8,2));
      CREATE TABLE part (id int PRIMARY KEY) PARTITION BY LIST (id);
      CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
      CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (2);
      CREATE TABLE other (id int PRIMARY KEY, v int);`;
    stream = await (await Stream.open(await freshDatabase(13), sql)).create();
    streams.push(stream);
  });

  /** What is found after these statements that was not found before, as `table: found`, with ! where rows are concerned. */
  async function found(sql: string): Promise<string[]> {
    const { tables, objects } = await stream.extractor.schema();
    const look = async () =>
      (await stream.changes.differences(tables, objects)).map(
        (d) => `${d.concernsRows ? '!' : ''}${d.table ?? ''}: ${d.found}`,
      );
    const [print, before] = [await stream.changes.catalogFingerprint(), await look()];
    await stream.db.query(sql);
    expect(await stream.changes.catalogFingerprint()).not.toBe(print);
    return (await look()).filter((line) => !before.includes(line));
  }

  test.each([
    ['ALTER TABLE item ADD extra int', '!public.item: column extra (integer) is new'],
    ['ALTER TABLE item DROP extra', '!public.item: column extra (integer) is gone'],
    [
      'ALTER TABLE item ALTER price TYPE numeric(10,2)',
      '!public.item: column price was numeric(8,2), is numeric(10,2)',
    ],
    [
      "ALTER TYPE mood ADD VALUE 'meh'",
      `!public.item: type public.mood of its columns was CREATE TYPE public.mood AS ENUM ('sad', 'glad'), is CREATE TYPE public.mood AS ENUM ('sad', 'glad', 'meh')`,
    ],
    ["ALTER TABLE item ALTER name SET DEFAULT 'b'", `public.item: default of column name was 'a'::text, is 'b'::text`],
    ['ALTER TABLE item ALTER name SET NOT NULL', 'public.item: NULL in column name was allowed, is refused'],
    [
      'CREATE INDEX item_name ON item (name)',
      'public.item: index item_name is new: CREATE INDEX item_name ON public.item USING btree (name)',
    ],
    [
      'ALTER TABLE item ADD CONSTRAINT dear CHECK (price > 1)',
      'public.item: constraint dear is new: CHECK ((price > (1)::numeric))',
    ],
    ['CREATE TABLE newcomer (id int)', ': table public.newcomer is not followed'],
    [
      'CREATE TABLE part_3 PARTITION OF part FOR VALUES IN (3)',
      '!public.part: its partition public.part_3 (FOR VALUES IN (3)) is not followed',
    ],
    ['ALTER TABLE part DETACH PARTITION part_1', '!public.part_1: partition of is gone: public.part FOR VALUES IN (1)'],
    ['DROP TABLE part_2', '!public.part_2: the table is not there any more: dropped, renamed or moved'],
  ])('%s', async (sql, line) => {
    expect(await found(sql)).toContain(line);
  });

  test('a renamed column, a renamed table, a table that is published no more, or that lost its key', async () => {
    expect(await found('ALTER TABLE item RENAME name TO title')).toEqual(
      expect.arrayContaining(['!public.item: column name (text) is gone', '!public.item: column title (text) is new']),
    );
    expect(await found(`ALTER PUBLICATION ${stream.name} DROP TABLE item`)).toEqual([
      expect.stringContaining('!public.item: it was in the publication'),
    ]);
    expect(await found('ALTER TABLE other DROP CONSTRAINT other_pkey')).toEqual(
      expect.arrayContaining([
        '!public.other: primary key is gone: id',
        expect.stringContaining('!public.other: its rows had a replica identity, and have none now'),
      ]),
    );
    expect(await found('ALTER TABLE other RENAME TO another')).toEqual(
      expect.arrayContaining(['!public.other: the table is not there any more: dropped, renamed or moved']),
    );
  });

  test('rows, statistics, storage and temporary tables change nothing', async () => {
    const print = await stream.changes.catalogFingerprint();
    await stream.db.query(
      `INSERT INTO another VALUES (1, 1); TRUNCATE another; CREATE TEMP TABLE passing (id int PRIMARY KEY)`,
    );
    await stream.db.query('ANALYZE another');
    await stream.db.query('VACUUM FULL another');
    expect(await stream.changes.catalogFingerprint()).toBe(print);
  });

  test('a thousand tables are looked at in a fraction of ten seconds', async () => {
    await stream.db.query(`DO $$ BEGIN FOR i IN 1..1000 LOOP
      EXECUTE format('CREATE TABLE many_%s (id int PRIMARY KEY, a int DEFAULT 1, b text, c text, d text, e text, f text, g text)', i);
      END LOOP; END $$`);
    const { tables } = await stream.extractor.schema();
    const started = performance.now();
    await stream.changes.catalogFingerprint();
    const printed = performance.now();
    await stream.changes.differences(tables);
    expect(printed - started).toBeLessThan(1000);
    expect(performance.now() - printed).toBeLessThan(5000);
  });
});

describe.each([10, 18] as const)('doctor on %i', (major: Major) => {
  test('names what the role lacks, and what the version cannot', async () => {
    const url = await freshDatabase(major);
    const stream = await Stream.open(url, TABLES);
    streams.push(stream);
    const role = `mover_${stream.name}`;
    await stream.db.query(
      `CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
    );
    const { tables } = await stream.extractor.schema();
    const failures = async (at: URL, changes = true) => {
      const extractor = await connector.open(at, { name: 'test', controlSchema: 'wirekite' });
      const findings = await extractor.check(tables, { changes });
      await extractor.close();
      return findings.filter(({ level }) => level === 'failure').map(({ what, mend }) => `${what}: ${mend}`);
    };
    expect(await failures(url)).toEqual([]);
    const as = new URL(url);
    as.username = role;
    as.password = 'x';
    const lacks = await failures(as);
    expect(lacks).toContain(`source role may replicate: ALTER ROLE "${role}" REPLICATION;`);
    expect(lacks).toContain(`publish "public"."keyed": GRANT "postgres" TO "${role}";`);
    expect(lacks.some((one) => one.startsWith('source role may create publications'))).toBe(true);
    expect(await failures(as, false)).toEqual([]);
    const warned = (await stream.extractor.check(tables, { changes: true })).map(({ what }) => what);
    expect(warned.includes('source logs TRUNCATE')).toBe(major === 10);
    await stream.db.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});

test('doctor names a server that does not log for decoding', async () => {
  const server = await startServer({
    settings: { fsync: 'off', max_replication_slots: '1', max_slot_wal_keep_size: '1GB' },
  });
  try {
    const extractor = await connector.open(server.url(), { name: 'test', controlSchema: 'wirekite' });
    const findings = (await extractor.check([], { changes: true })).filter(({ level }) => level !== 'ok');
    await extractor.close();
    expect(findings.map(({ what, level }) => [what, level])).toEqual(
      expect.arrayContaining([
        ['source logs for decoding', 'failure'],
        ['source replication slots', 'failure'],
        ['source keeps its log for us', 'warning'],
      ]),
    );
  } finally {
    await server.stop('immediate');
  }
});

test('a step that waits for a lock gives up rather than make everybody queue', async () => {
  const stream = await Stream.open(await freshDatabase(), 'CREATE TABLE bag (v int)');
  streams.push(stream);
  const blocker = await connect(stream.url, { name: 'test', searchPath: 'public' });
  await blocker.query('BEGIN; LOCK TABLE bag IN ACCESS SHARE MODE');
  stream.tables = (await stream.extractor.schema()).tables;
  const [identity] = (await stream.changes.provision(stream.tables, () => true)).steps;
  await expect(stream.changes.perform(identity!)).rejects.toMatchObject({ code: '55P03', kind: 'transient' });
  await blocker.close();
});
