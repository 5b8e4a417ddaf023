/** From a schema to what `openkite plan` prints: the same for the same, with every step in its place. */
import { describe, expect, it } from 'vitest';
import { scheduleJson, showGantt, showSchedule, showSimulation } from '../../../src/cli/show-schedule.js';
import { capacityOf, policyOf } from '../../../src/daemon/schedule.js';
import { CUTOVER, followOf, IN_STEP, rowsOf } from '../../../src/model/step.js';
import { modelOf } from '../../../src/plan/comparison.js';
import { executionPlan, placements, type ExecutionPlan } from '../../../src/plan/plan.js';
import { RATES } from '../../../src/plan/estimate.js';
import { WEIGHT } from '../../../src/plan/priority.js';
import { simulate } from '../../../src/plan/simulate.js';
import { config, LIMITLESS, manyTables, planOf, schemaOf, shuffled, table } from './fake.js';

const MiB = 1 << 20;
const SHOP = [
  table({ name: 'country', rows: 200 }),
  table({ name: 'customer', rows: 50_000, refers: ['country'], indexes: 1 }),
  table({ name: 'orders', rows: 1e6, bytes: 400 * MiB, refers: ['customer'], indexes: 2 }),
  table({ name: 'items', rows: 4e6, bytes: 900 * MiB, refers: ['orders'] }),
];

const placeOf = (plan: ExecutionPlan, id: string) => plan.tasks.find((task) => task.id === id);

describe('the tasks of a plan', () => {
  it('are every step, and a slice and a chunk for each part of a table', async () => {
    const { steps, schedule } = await planOf(schemaOf(SHOP));
    const ids = new Set(schedule.tasks.map(({ id }) => id));
    for (const { id } of steps) expect(ids.has(id)).toBe(true);
    expect(schedule.tasks.filter(({ kind }) => kind === 'slice').length).toBe(1 + 1 + 4 + 4);
    expect(placeOf(schedule, 'chunk 4 of public.orders')).toMatchObject({
      needs: ['slice 4 of public.orders'],
      gives: { disk: 100 * MiB, target: 1, source: 0 },
    });
    expect(placeOf(schedule, rowsOf('public.orders'))).toMatchObject({ kind: 'event', seconds: 0 });
    expect(placeOf(schedule, rowsOf('public.orders'))?.needs).toContain('chunk 4 of public.orders');
  });

  it('are in the phase of their table; a foreign key in the later one of its two', async () => {
    const { schedule } = await planOf(schemaOf(SHOP));
    expect(schedule.phases).toEqual(['reference', 'master', 'transaction', 'detail']);
    const phase = (id: string) => placeOf(schedule, id)?.phase;
    expect(phase('index public.orders_1')).toBe(3);
    expect(phase('slice 1 of public.country')).toBe(1);
    expect(phase('table constraint customer_country_0 on public.customer')).toBe(2);
    expect(phase('table constraint items_orders_0 on public.items')).toBe(4);
    expect(phase('validate table constraint items_orders_0 on public.items')).toBe(4);
    expect(phase(CUTOVER)).toBe(4);
  });

  it('that wait for changes are in the last phase, and so are foreign keys then', async () => {
    const { schedule } = await planOf(schemaOf(SHOP), { changes: true });
    expect(placeOf(schedule, followOf('public.customer'))?.phase).toBe(2);
    expect(placeOf(schedule, IN_STEP)?.phase).toBe(4);
    expect(placeOf(schedule, 'table constraint customer_country_0 on public.customer')?.phase).toBe(4);
  });

  it('phases have no gaps where the configuration empties one', async () => {
    const phases = [{ name: 'detail', tables: ['public.customer', 'public.orders'] }];
    expect((await planOf(schemaOf(SHOP), { phases })).schedule.phases).toEqual(['reference', 'detail']);
  });

  it('weigh what the configuration says, pattern by pattern', async () => {
    const weights = { 'public.*': { business_value: 2 }, 'public.items': { risk_score: 0.5, critical: true } };
    const tables = { ...config().tables, weights };
    const [plain, weighed] = [await planOf(schemaOf(SHOP)), await planOf(schemaOf(SHOP), { tables })];
    const of = (plan: typeof plain, id: string) => placeOf(plan.schedule, id)?.priority ?? 0;
    for (const [id, factor] of [[rowsOf('public.orders'), 2] as const, [rowsOf('public.items'), 1] as const])
      expect(of(weighed, id)).toBeCloseTo(factor * of(plain, id));
  });

  it('of a table go by what all of it takes', async () => {
    const { schedule } = await planOf(schemaOf([table({ name: 'a', rows: 1e6 }), table({ name: 'b', rows: 1e5 })]));
    const priority = (name: string) => placeOf(schedule, rowsOf(`public.${name}`))?.priority ?? 0;
    const seconds = (name: string) => placements(schedule).get(rowsOf(`public.${name}`))?.seconds ?? 0;
    expect(priority('a')).toBeCloseTo(2 / seconds('a'));
    expect(priority('b')).toBeCloseTo(1 / seconds('b'));
  });

  it('fit on the disk, two for every reader', async () => {
    const settings = { budget_bytes: 80 * MiB, extract_connections: 2 };
    const { schedule } = await planOf(schemaOf(SHOP), { settings });
    const disk = schedule.tasks.map(({ takes }) => takes.disk);
    expect(Math.max(...disk)).toBeLessThanOrEqual(20 * MiB);
  });

  it('end with the values of sequences, where there are any', async () => {
    const sequence = { id: 'sequence public.s', kind: 'sequence', name: 's', statements: ['CREATE SEQUENCE s'] };
    const objects = [{ ...sequence, needs: [], when: 'before rows' as const }];
    const { schedule } = await planOf({ ...schemaOf(SHOP), objects });
    expect(schedule.tasks.at(-1)).toMatchObject({ id: 'values of sequences', needs: [CUTOVER], phase: 4 });
  });
});

it('what stands in the control tables of a table’s rows is all of their slices and chunks', async () => {
  const { schedule } = await planOf(schemaOf(SHOP));
  const parts = schedule.tasks.filter(({ kind, table: of }) => /slice|chunk/.test(kind) && of === 'public.orders');
  const seconds = parts.reduce((sum, task) => sum + task.seconds, 0);
  const found = placements(schedule).get(rowsOf('public.orders'));
  expect(found?.seconds).toBeCloseTo(seconds);
  expect(found).toMatchObject({ phase: 3, priority: placeOf(schedule, rowsOf('public.orders'))?.priority });
});

it('what is needed and is not there is a warning, and is not waited for; so is a circle', () => {
  const step = (id: string, needs: string[]) => ({ id, kind: 'view', statements: [], needs, bytes: 0 });
  const plan = executionPlan([step('a', ['b', 'nobody']), step('b', ['a'])], schemaOf([]), {
    ...{ phases: [], weightOf: () => WEIGHT, rates: RATES, sliceBytes: MiB, building: LIMITLESS, capacity: LIMITLESS },
  });
  expect(plan.warnings).toEqual([
    'a needs nobody, which is not in the plan: it is not waited for',
    'b needs a, which needs it in turn: it is not waited for',
  ]);
  expect(plan.tasks.map(({ id, needs, phase }) => ({ id, needs, phase }))).toEqual([
    { id: 'b', needs: [], phase: 1 },
    { id: 'a', needs: ['b'], phase: 1 },
  ]);
});

it('the steps that are written need nothing that is not written', async () => {
  const [first, ...others] = SHOP;
  const lost = { ...table({ name: 'customer' }), needs: ['type public.gone'] };
  const { steps, schedule } = await planOf({ ...schemaOf([...(first ? [first] : []), ...others]), tables: SHOP });
  const ids = new Set(steps.map(({ id }) => id));
  expect(steps.flatMap(({ needs }) => needs).filter((need) => !ids.has(need))).toEqual([]);
  expect(schedule.warnings).toEqual([]);
  expect((await planOf(schemaOf([lost]))).schedule.tasks.length).toBeGreaterThan(0);
});

describe('of sixty tables', () => {
  const views = async (tables = manyTables(60)): Promise<Record<string, string>> => {
    const { schedule } = await planOf(schemaOf(tables));
    const described = { batchRun: 'one', migration: 'shop', model: 'wave', policy: policyOf(config()) };
    return {
      table: showSchedule(schedule, { all: true, measured: false }),
      json: scheduleJson(schedule, described),
      gantt: showGantt(simulate(schedule.tasks, capacityOf(config()), modelOf('wave', 1)), 'wave'),
      simulation: showSimulation(schedule, capacityOf(config()), 1),
    };
  };

  it('all that is printed is the same, byte for byte, in whatever order the catalog tells them', async () => {
    const first = await views();
    expect(await views()).toEqual(first);
    expect(await views(shuffled(manyTables(60)))).toEqual(first);
  });

  it('the JSON is whole, and differs by the run’s id only', async () => {
    const { json = '' } = await views();
    const document = JSON.parse(json) as Record<string, unknown[]>;
    expect(document).toMatchObject({
      ...{ batch_run_id: 'one', execution_model: 'wave', policy: { continue_on_error: true, max_retries: 3 } },
    });
    expect(Object.keys(document['tasks']?.[0] ?? {})).toEqual([
      ...['task_id', 'kind', 'table_name', 'phase', 'depends_on', 'estimate_seconds', 'earliest_seconds'],
      ...['latest_seconds', 'slack_seconds', 'critical', 'priority'],
    ]);
    expect(document['deferred_keys']?.length).toBeGreaterThan(0);
  });

  it('the table says what each task needs, and names deferred keys', async () => {
    const { table: text = '' } = await views();
    expect(text).toMatch(/^task +phase +needs +estimate +slack +critical$/m);
    expect(text).toMatch(/^slice 1 of public\.t0 +1 +1 +\S+ \w+ /m);
    expect(text).toMatch(/^phases, with their tables: 1 reference \(\d+\), 2 master \(\d+\)/m);
    expect(text).toMatch(/^deferred key: t\d+_t\d+_\d of public\.t\d+ refers to public\.t\d+: it closes a circle/m);
  });

  it('lines of the chart are of one width, and no more than a screenful', async () => {
    const lines = ((await views())['gantt'] ?? '').split('\n');
    const drawn = lines.filter((line) => line.endsWith('|'));
    expect(drawn.length).toBe(40);
    expect(new Set(drawn.map((line) => line.length)).size).toBe(1);
    expect(lines.at(-1)).toMatch(/^and \d+ tables with less work$/);
  });
});
