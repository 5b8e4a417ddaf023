import { afterAll, expect, test } from 'vitest';
import { readSchema } from '../../extractors/postgres/catalog/read-schema.js';
import { steps } from '../../loaders/postgres/steps.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { PgDb } from '../../src/db/postgres/pg-db.js';
import type { Step } from '../../src/model/step.js';
import { freshDatabase } from '../servers/index.js';

const TREES = 40;
const open: PgDb[] = [];
afterAll(() => Promise.all(open.map((db) => db.close())));

async function session(url: URL): Promise<PgDb> {
  const db = await connect(url, { name: 'test', searchPath: '', settings: { client_min_messages: 'error' } });
  open.push(db);
  return db;
}

const tree = (n: number): string => `
  CREATE TABLE public.t${n} (id integer NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id);
  CREATE TABLE public.t${n}_low PARTITION OF public.t${n} FOR VALUES FROM (0) TO (100);
  CREATE TABLE public.t${n}_mid PARTITION OF public.t${n} FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (id);
  CREATE TABLE public.t${n}_deep PARTITION OF public.t${n}_mid FOR VALUES FROM (100) TO (150);
  CREATE TABLE public.t${n}_rest PARTITION OF public.t${n} DEFAULT;`;

function inOrder(steps: readonly Step[]): Step[] {
  const ids = new Set(steps.map(({ id }) => id));
  const done = new Set<string>();
  const order: Step[] = [];
  while (order.length < steps.length) {
    for (const step of steps) {
      if (done.has(step.id) || step.needs.some((need) => ids.has(need) && !done.has(need))) continue;
      order.push(step);
      done.add(step.id);
    }
  }
  return order;
}

/** A victim of a deadlock begins anew. */
async function make(db: PgDb, step: Step): Promise<void> {
  try {
    await db.transaction(async (tx) => {
      for (const statement of step.statements) await tx.query(statement);
    });
  } catch (error) {
    if (!String(error).includes('deadlock')) throw error;
    await make(db, step);
  }
}

test("indexes of partitions attached side by side on two levels leave the root's valid", async () => {
  const [source, target] = [await freshDatabase(18), await freshDatabase(18)];
  const from = await session(source);
  for (let n = 0; n < TREES; n++) await from.query(tree(n));
  const plan = steps(await readSchema(from), 18).filter(({ id }) => /^table|pkey/.test(id));
  const one = await session(target);
  const leafKey = /_(low|deep|rest)_pkey/;
  for (const step of inOrder(plan.filter(({ id }) => !leafKey.test(id)))) await make(one, step);
  const sessions = await Promise.all(Array.from({ length: 3 }, () => session(target)));
  for (let n = 0; n < TREES; n++) {
    const three = plan.filter(({ id }) => leafKey.test(id) && id.includes(`public.t${n}_`));
    await Promise.all(three.map((step, i) => make(sessions[i] ?? one, step)));
  }
  const invalid = await one.query('SELECT indexrelid::regclass AS index FROM pg_index WHERE NOT indisvalid');
  expect(invalid.rows).toEqual([]);
});
