/** What the operator is told, and what he may say, of columns. */
import { beforeAll, expect, it } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { configured, expectMistake, fill, openkite, within } from './openkite.js';

let source: URL;
beforeAll(async () => {
  source = await freshDatabase();
  await fill(source);
});

async function withColumns(columns: Record<string, unknown>): Promise<{ file: string; target: URL }> {
  const target = await freshDatabase();
  return { file: configured(source, target, `tables: { columns: ${JSON.stringify(columns)} }\n`), target };
}

it('plan says what becomes of every column, and with --sql how', async () => {
  const { file } = await withColumns({});
  const { code, out } = await openkite(['plan', '--all', '-c', file]);
  expect(code).toBe(0);
  expect(out).toMatch(/^public\.customer -> "public"\."customer"\n {4}id +\w+ -> \w+$/m);
  expect((await openkite(['plan', '--sql', '-c', file])).out).toMatch(/^CREATE TABLE "public"."customer" \(/m);
});

it('a column becomes what the operator wants', async () => {
  const { file, target } = await withColumns({
    'public.customer.name': { type: 'varchar(99)', expression: 'upper(:value)' },
  });
  expect((await openkite(['plan', '-c', file])).out).toMatch(/name +text -> varchar\(99\)/);
  expect(await openkite(['run', '--execute', '-c', file])).toMatchObject({ code: 0 });
  const { rows } = await within(target, (db) =>
    db.query(`SELECT DISTINCT pg_typeof(name)::text AS type, name = upper(name) AS up FROM public.customer`),
  );
  expect(rows).toEqual([{ type: 'character varying', up: true }]);
});

it('a column that is not there is a mistake, and so is an expression without the value', async () => {
  const wrong = await withColumns({ 'public.customer.nmae': { type: 'text' } });
  expectMistake(await openkite(['plan', '-c', wrong.file]), /tables.columns names public.customer.nmae/);
  const without = await withColumns({ 'public.customer.name': { expression: 'upper(value)' } });
  expectMistake(await openkite(['plan', '-c', without.file]), /expected :value in it/);
});

it('SQL has the last word on a column, while the migration stands', async () => {
  const { file, target } = await withColumns({ 'public.customer.name': { expression: 'upper(:value)' } });
  expect(await openkite(['run', '--execute', '-c', file])).toMatchObject({ code: 0 });
  const shown = `SELECT target_type, expression FROM wirekite.wirekite_column WHERE column_name = 'name' AND table_name = 'public.customer'`;
  const ask = (sql: string) => within(target, async (db) => (await db.query(sql)).rows);
  expect(await ask(shown)).toEqual([{ target_type: 'text', expression: 'upper(:value)' }]);
  await expect(ask(`UPDATE wirekite.wirekite_column SET expression = 'upper(value)'`)).rejects.toMatchObject({
    kind: 'data',
  });
  await ask(`UPDATE wirekite.wirekite_column SET expression = 'reverse(:value)' WHERE expression IS NOT NULL`);
  await ask(`UPDATE wirekite.wirekite_action SET action = 'STOP'`);
  expect(await openkite(['reset', '--execute', '-c', file])).toMatchObject({ code: 0 });
  await ask(`UPDATE wirekite.wirekite_action SET action = 'RUN'`);
  expect(await openkite(['run', '--execute', '-c', file])).toMatchObject({ code: 0 });
  const names = (url: URL, sql: string) => within(url, async (db) => (await db.query(sql)).rows);
  const reversed = await names(source, 'SELECT reverse(name) AS name FROM public.customer ORDER BY id');
  expect(await names(target, 'SELECT name FROM public.customer ORDER BY id')).toEqual(reversed);
});
