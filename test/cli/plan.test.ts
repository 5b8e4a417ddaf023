/** What the operator is told, and what he may say, of columns, and of the order in which all is done. */
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

it('plan says what will be done in which phase, as a table, as JSON, as a chart and in virtual time', async () => {
  const { file } = await withColumns({});
  const plan = async (...options: string[]) => (await openkite(['plan', ...options, '-c', file])).out;
  expect(await plan()).toMatch(/^task +phase +needs +estimate +slack +critical$/m);
  expect(await plan()).toMatch(/^chunk 1 of public.customer +1 +1 +0.05 s +0 s +yes$/m);
  expect(await plan()).toMatch(/^phases, with their tables: 1 reference \(1\), 2 master \(1\)$/m);
  const [first, second] = [await plan('--json'), await plan('--json')];
  const without = (text: string) => text.replace(/"batch_run_id": "[0-9a-f-]{36}"/, '');
  expect(without(first)).toBe(without(second));
  expect(first).not.toBe(second);
  expect(JSON.parse(first)).toMatchObject({
    phases: [
      { phase: 1, name: 'reference' },
      { phase: 2, name: 'master' },
    ],
  });
  expect(await plan('--gantt')).toMatch(/^public.orders +\|.{80}\|$/m);
  expect(await plan('--simulate')).toMatch(/^total duration +61 h +58 h +58 h/m);
  expectMistake(await openkite(['plan', '--json', '--gantt', '-c', file]), /--json and --gantt are two answers/);
});

it('the rows of tables and tasks have what the plan says, and what the configuration says of tables', async () => {
  const target = await freshDatabase();
  const file = configured(
    source,
    target,
    `phases: [{ name: people, tables: ["public.cust*"] }]
tables: { weights: { "public.orders": { business_value: 5, risk_score: 0.5, critical: true } } }\n`,
  );
  expect(await openkite(['run', '--execute', '-c', file])).toMatchObject({ code: 0 });
  const ask = (sql: string) => within(target, async (db) => (await db.query(sql)).rows);
  expect(
    await ask(`SELECT t.table_name, t.phase, t.business_value::int AS value, t.risk_score::text AS risk, t.critical, t.priority = k.priority AS same,
      t.priority > 0 AS weighed, k.estimate_seconds > 0 AS estimated
      FROM wirekite.wirekite_table t JOIN wirekite.wirekite_task k ON k.task_id = 'load ' || t.table_name ORDER BY 1`),
  ).toEqual([
    { table_name: 'public.customer', phase: 1, value: 1, risk: '0', critical: 'NO', ...GIVEN },
    { table_name: 'public.orders', phase: 2, value: 5, risk: '0.5', critical: 'YES', ...GIVEN },
  ]);
  expect(await ask(`SELECT max(phase) AS phase FROM wirekite.wirekite_task`)).toEqual([{ phase: 2 }]);
  expect(
    await ask(
      `SELECT string_agg(name, ', ' ORDER BY phase) AS names, max(opened_at) < min(ended_at) AS at_once FROM wirekite.wirekite_phase`,
    ),
  ).toEqual([{ names: 'people, master', at_once: true }]);
});

const GIVEN = { same: true, weighed: true, estimated: true };

it('a phase or a weight of a table that is not moved is a mistake', async () => {
  const wrong = (more: string) => openkite(['plan', '-c', configured(source, source, more)]);
  expectMistake(
    await wrong('phases: [{ name: a, tables: [customer] }]\n'),
    /yaml:4: phases.0.tables.0 expected schema.table/,
  );
  const target = await freshDatabase();
  const named = (more: string) => openkite(['plan', '-c', configured(source, target, more)]);
  expectMistake(
    await named('phases: [{ name: a, tables: ["public.none"] }]\n'),
    /phases.a names public.none, and no such table is moved/,
  );
  expectMistake(
    await named('tables: { weights: { "public.none": { critical: true } } }\n'),
    /tables.weights names public.none, and no such table is moved/,
  );
});
