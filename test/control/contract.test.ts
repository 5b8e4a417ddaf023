import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Major } from '../servers/index.js';
import { bareDatabase, freshControl, isPostgres, login, setUpShop, TARGETS } from './schema.js';

const MAJORS: Major[] = [10, 15, 18];
const SHORT: readonly (readonly [RegExp, string])[] = [
  [/timestamp with time zone/, 'timestamptz'],
  [/timestamp without time zone/, 'timestamp'],
  [/double precision/, 'double'],
  [/character varying/, 'varchar'],
];

if (!TARGETS.includes('MySQL'))
  console.warn('The control plane is not tested on MySQL itself: OPENKITE_MYSQL_URL names no server.');

/** `table.column type`, in order, as the page lists them. */
function listed(): string[] {
  const page = readFileSync(new URL('../../sql/CONTROL.md', import.meta.url), 'utf8');
  return page.split(/^### /m).flatMap((part) => {
    const name = part.slice(0, part.indexOf('\n'));
    return [...(part.split(/^## /m)[0] ?? '').matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(
      (row) => `${name}.${row[1]} ${row[2]}`,
    );
  });
}

const CATALOG = `
  SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = 'wirekite'::regnamespace AND c.relkind IN ('r', 'v') ORDER BY c.relname, a.attnum`;

describe.each(MAJORS)('on PostgreSQL %i', (major) => {
  test('CONTROL.md lists what the catalog has, in the same order', async () => {
    const { db } = await freshControl(major);
    const { rows } = await db.query<{ name: string; type: string }>(CATALOG);
    const found = rows.map(
      (row) => `${row.name} ${SHORT.reduce((type, [long, short]) => type.replace(long, short), row.type)}`,
    );
    expect(byTable(listed())).toEqual(byTable(found));
  });

  test('setting up again changes nothing, keeps grants and a view that a DBA made', async () => {
    const control = await freshControl(major);
    const { db } = control;
    await db.query('CREATE VIEW mine AS SELECT records_total FROM wirekite_status');
    await db.query('GRANT SELECT ON wirekite_status TO PUBLIC');
    const before = await db.query(CATALOG);
    await setUpShop(control);
    expect((await db.query(CATALOG)).rows).toEqual(before.rows);
    expect((await db.query(`SELECT has_table_privilege('public', 'wirekite_status', 'SELECT') AS yes`)).rows).toEqual([
      { yes: true },
    ]);
  });
});

const byTable = (names: string[]): Record<string, string[]> => {
  const tables: Record<string, string[]> = {};
  for (const name of [...names]) (tables[name.slice(0, name.indexOf('.'))] ??= []).push(name);
  return tables;
};

test("an application's own table of migrations is left alone", async () => {
  const control = await bareDatabase(18);
  const { db } = control;
  await db.query('CREATE TABLE public.migrations (id text); INSERT INTO public.migrations VALUES (1)');
  await setUpShop(control);
  expect((await db.query('SELECT id FROM public.migrations')).rows).toEqual([{ id: '1' }]);
  expect((await db.query('SELECT count(*)::int AS n FROM wirekite.migrations')).rows[0]?.['n']).toBeGreaterThan(8);
});

describe.each(TARGETS)('on %s', (target) => {
  test('three set-ups at once make one schema', async () => {
    const control = await bareDatabase(target);
    const sessions = await Promise.all([control.open(), control.open(), control.open()]);
    await Promise.all(sessions.map((db) => setUpShop({ ...control, db })));
    expect((await control.db.query('SELECT action FROM wirekite_action')).rows).toEqual([{ action: 'RUN' }]);
  });
});

/** What stands for each of the page's types: no longer than that, so that it can be in a key. */
const NEAREST: Readonly<Record<string, RegExp>> = {
  text: /^(longtext|varchar\(\d+\)|char\(0\)|binary\(0\)|varbinary\(0\))$/,
  varchar: /^(varchar\(\d+\)|longtext)$/,
  timestamptz: /^datetime(\(6\))?$/,
  timestamp: /^datetime\(6\)$/,
  numeric: /^(decimal\(\d+,\d+\)|double(\(\d+,\d+\))?|bigint(\(\d+\))?)$/,
  bigint: /^(bigint|int)(\(\d+\))?$/,
  integer: /^(int|bigint)(\(\d+\))?$/,
  double: /^double$/,
};

describe.each(TARGETS.filter((target) => !isPostgres(target)))('on %s', (target) => {
  const COLUMNS = `SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) AS name, SUBSTRING_INDEX(COLUMN_TYPE, ' ', 1) AS type
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND EXTRA NOT LIKE '%INVISIBLE%'
    ORDER BY TABLE_NAME, ORDINAL_POSITION`;

  test('CONTROL.md lists what the catalog has, in the same order, of the nearest types', async () => {
    const { db } = await freshControl(target);
    const { rows } = await db.query<{ name: string; type: string }>(COLUMNS);
    const names = listed().map((line) => line.slice(0, line.indexOf(' ')));
    expect(byTable(rows.map((row) => row.name))).toEqual(byTable(names));
    const types = new Map(rows.map((row) => [row.name, row.type]));
    const others = listed().filter((line) => {
      const [name = '', type = ''] = line.split(' ');
      const [kind = ''] = type.split('(');
      const found = types.get(name) ?? '';
      return !(type === found || (kind === type && NEAREST[kind]?.test(found)));
    });
    expect(others.map((line) => `${line}: ${types.get(line.split(' ')[0] ?? '')}`)).toEqual([]);
  });

  test('setting up again changes nothing, keeps grants and a view that a DBA made', async () => {
    const control = await freshControl(target);
    const { db } = control;
    await db.query('CREATE VIEW mine AS SELECT records_total FROM wirekite_status');
    const viewer = await control.open(await login(control, 'SELECT ON {schema}.wirekite_status'));
    const before = await db.query(COLUMNS);
    await setUpShop(control);
    expect((await db.query(COLUMNS)).rows).toEqual(before.rows);
    expect((await viewer.query('SELECT action FROM wirekite_status')).rows).toEqual([{ action: 'RUN' }]);
  });
});

test('no name is a reserved word, no type is one that only some databases have', async () => {
  const elsewhere =
    'rows key keys default line lines column table interval read condition trigger lag rank system mode file size level start session comment date number resource validate';
  const { db } = await freshControl(18);
  const { rows } = await db.query<{ word: string }>(`SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')`);
  const reserved = new Set([...rows.map((row) => row.word), ...elsewhere.split(' ')]);
  const names = listed().map((name) => /\.(\w+) /.exec(name)?.[1] ?? '');
  expect(names.filter((name) => reserved.has(name))).toEqual([]);
  expect(listed().filter((name) => /boolean|interval|\[\]/.test(name))).toEqual([]);
});

test('nobody but the owner may call a routine until it is granted', async () => {
  const { db } = await freshControl(18);
  const open = await db.query(
    `SELECT proname FROM pg_proc WHERE pronamespace = 'wirekite'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE')`,
  );
  expect(open.rows).toEqual([]);
});
