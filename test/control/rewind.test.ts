import { expect, test } from 'vitest';
import { rewind } from '../../src/control/rewind.js';
import { insertTasks } from '../../src/control/task.js';
import { CUTOVER, rowsOf, type Step } from '../../src/model/step.js';
import { freshControl } from './schema.js';

const step = (id: string, needs: string[], more: Partial<Step> = {}): Step => ({
  id,
  kind: id.split(' ')[0] ?? '',
  statements: ['SELECT 1'],
  needs,
  bytes: 0,
  ...more,
});

/** A parent and a child, everything made: what a run leaves behind. */
async function finished() {
  const { db } = await freshControl(18);
  await db.query(`CREATE TABLE public.parent (id int CONSTRAINT parent_pkey PRIMARY KEY, name text);
    CREATE TABLE public.child (id int, CONSTRAINT child_fk FOREIGN KEY (id) REFERENCES public.parent);
    CREATE VIEW public.grouped AS SELECT id, name FROM public.parent GROUP BY id`);
  const undo = (table: string, name: string) => [`ALTER TABLE public.${table} DROP CONSTRAINT ${name}`];
  await insertTasks(db, [
    step('table parent', []),
    step('table child', []),
    { ...step(rowsOf('public.parent'), ['table parent']), kind: 'event' },
    { ...step(rowsOf('public.child'), ['table child']), kind: 'event' },
    step('key parent', [rowsOf('public.parent')], { undo: undo('parent', 'parent_pkey') }),
    step('fk child', ['key parent', rowsOf('public.child')], { undo: undo('child', 'child_fk') }),
    step('validate child', ['fk child'], { repeats: true }),
    step('comment child', [rowsOf('public.child')]),
    { ...step(CUTOVER, ['validate child']), kind: 'event' },
  ]);
  await db.query(`UPDATE wirekite_task SET state = 'DONE'`);
  return db;
}

const states = async (db: Awaited<ReturnType<typeof finished>>) => {
  const { rows } = await db.query<{ task_id: string; state: string }>('SELECT task_id, state FROM wirekite_task');
  return Object.fromEntries(rows.map((row) => [row.task_id, row.state]));
};

test('takes back foreign keys before keys, and waits again for rows', async () => {
  const db = await finished();
  await db.query('DROP VIEW public.grouped');
  await rewind(db);
  expect(await states(db)).toMatchObject({
    'table parent': 'DONE',
    'comment child': 'DONE',
    'key parent': 'WAITING',
    'fk child': 'WAITING',
    'validate child': 'WAITING',
    [rowsOf('public.parent')]: 'WAITING',
    [CUTOVER]: 'WAITING',
  });
  const { rows } = await db.query(`SELECT conname FROM pg_constraint WHERE conname IN ('parent_pkey', 'child_fk')`);
  expect(rows).toEqual([]);
});

test('leaves what something else depends on, and can be repeated', async () => {
  const db = await finished();
  await rewind(db);
  await rewind(db);
  expect(await states(db)).toMatchObject({ 'key parent': 'DONE', 'fk child': 'WAITING' });
  const { rows } = await db.query(`SELECT conname FROM pg_constraint WHERE conname IN ('parent_pkey', 'child_fk')`);
  expect(rows).toEqual([{ conname: 'parent_pkey' }]);
});

test('where DDL commits by itself, what is gone already counts as taken back', async () => {
  const { db } = await freshControl('MariaDB');
  await db.query('CREATE TABLE items (id int)');
  await insertTasks(db, [
    { ...step(rowsOf('public.items'), []), kind: 'event' },
    step('index items', [rowsOf('public.items')], { undo: ['DROP INDEX of_items ON items'] }),
  ]);
  await db.query(`UPDATE wirekite_task SET state = 'DONE'`);
  await rewind(db);
  expect(await states(db)).toMatchObject({ 'index items': 'DONE' });
  await rewind(db, { isDone: ({ code }) => code === '1091' });
  expect(await states(db)).toMatchObject({ 'index items': 'WAITING' });
});
