/** Every statement of every runbook, pasted into psql and mariadb while a migration runs, and what the acting ones do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRunbook, runbookNames } from '../../../src/control/runbook.js';
import { ENGINES, Shop } from './shop.js';

/** Those that end something come last. */
const ORDER = [
  ...['status', 'stuck', 'slow', 'lag', 'high-restarts', 'verify', 'pause-for-maintenance', 'hold-table', 'throttle'],
  ...['reload-table', 'add-table', 'failed', 'bad-rows', 'disk-full', 'source-log', 'slot-lost', 'target-restarted'],
  ...['take-over-from-wirekite', 'reset', 'cut-over', 'roll-back', 'remove-openkite'],
];

test('no runbook is left out', () => {
  expect([...ORDER].sort()).toEqual(runbookNames());
});

describe.concurrent.each(ENGINES)('%s', (engine) => {
  let shop: Shop;
  let error = '0';
  const sql = (text: string) => shop.dba.sql(text);

  beforeAll(async () => {
    shop = await Shop.open(engine, { settings: { poll_seconds: 1, lease_seconds: 5, slice_bytes: 1 << 20 } });
    await shop.run(undefined, ['init']).ended;
    shop.follow('stopped');
    await shop.inStep();
  });
  afterAll(() => shop.clear());

  /** As it is pasted: each statement by itself, with the COMMIT after it. */
  const paste = async (name: string): Promise<void> => {
    const table = shop.table(name === 'add-table' ? 'late' : 'orders');
    for (const statement of readRunbook(name, { schema: shop.control, table })?.statements ?? []) {
      const text = statement.sql.replace('error_id = 0', `error_id = ${error}`);
      await sql(statement.acts ? `${text}; COMMIT` : text).catch((cause: unknown) => {
        throw new Error(`${name}, step ${statement.step}: ${text}`, { cause });
      });
      if (statement.acts) await EFFECTS[`${name} ${statement.step}`]?.(shop);
    }
  };

  test.sequential.each(ORDER)('%s', { timeout: 90_000 }, async (name) => {
    if (name === 'add-table')
      await shop.there.sql('CREATE TABLE late (id int PRIMARY KEY, v text); INSERT INTO late VALUES (1, NULL)');
    if (name === 'bad-rows') error = await badRow(shop);
    await paste(name);
    await AFTERWARDS[name]?.(shop);
  });
});

/** A row that the target has got from somebody else. */
async function badRow(shop: Shop): Promise<string> {
  await shop.onTarget(`INSERT INTO side VALUES (9999, 'not ours')`);
  await shop.there.sql(`INSERT INTO side VALUES (9999, 'ours')`);
  return (await shop.dba.row('SELECT error_id FROM wirekite_error WHERE resolution IS NULL'))[0] ?? '';
}

const everybody = (state: string) => (shop: Shop) =>
  shop.dba.row(
    `SELECT 1 FROM wirekite_worker WHERE state NOT IN ('STOPPED', 'DEAD', 'STOPPING') AND role <> 'coordinate'
     HAVING count(*) > 0 AND count(*) = sum(CASE WHEN state = '${state}' THEN 1 ELSE 0 END)`,
  );

/** The last command of its kind was carried out. */
const done = (action: string) => async (shop: Shop) => {
  const id = Number(await shop.dba.value(`SELECT max(command_id) FROM wirekite_command WHERE action = '${action}'`));
  expect(await shop.settled(id), action).toMatchObject({ state: 'DONE' });
};

const setting = (name: string, value: string) => async (shop: Shop) => {
  expect(await shop.dba.value(`SELECT value FROM wirekite_setting WHERE name = '${name}'`)).toBe(value);
};

const held = (table: string, word: string) => async (shop: Shop) => {
  const holds = `SELECT action FROM wirekite_effective_action WHERE table_name = '${shop.table(table)}'`;
  expect(await shop.dba.value(holds)).toBe(word);
};

/** Workers that have not ended, as the runbooks ask for them. */
const LIVING = `SELECT count(*) FROM wirekite_worker WHERE state NOT IN ('STOPPED', 'DEAD')`;

type Effect = (shop: Shop) => Promise<unknown>;

/** By runbook and step: what an acting statement does that somebody can see. */
const EFFECTS: Readonly<Record<string, Effect>> = {
  'slow 5': setting('load_connections', '6'),
  'slow 6': setting('load_connections', '2'),
  'slow 7': async (shop) => {
    const priority = `SELECT priority FROM wirekite_table WHERE table_name = '${shop.table('orders')}'`;
    expect(Number(await shop.dba.value(priority))).toBe(1000);
  },
  'pause-for-maintenance 1': everybody('PAUSED'),
  'pause-for-maintenance 5': everybody('RUNNING'),
  'hold-table 1': async (shop) => {
    await done('PAUSE')(shop);
    await held('orders', 'PAUSE')(shop);
  },
  'hold-table 4': async (shop) => {
    await done('RUN')(shop);
    await held('orders', 'RUN')(shop);
  },
  'throttle 1': done('THROTTLE'),
  'throttle 3': done('THROTTLE'),
  'throttle 6': setting('business_hours', 'Mon-Fri 08:00-18:00'),
  'throttle 9': (shop) =>
    shop.dba.row(`SELECT 1 FROM wirekite_setting WHERE name = 'business_hours' AND set_by = 'default'`),
  'reload-table 1': done('RELOAD'),
  'add-table 1': done('ADD'),
  'failed 3': done('RETRY'),
  'disk-full 4': everybody('PAUSED'),
  'disk-full 7': setting('budget_bytes', '2000000000'),
  'disk-full 10': everybody('RUNNING'),
  'reset 1': async (shop) => {
    const run = shop.runs.at(-1);
    expect(await run?.code(30), run?.said).toBe(4);
    expect(await shop.dba.value(LIVING)).toBe('0');
  },
  'cut-over 2': done('CUTOVER'),
};

const same = (table: string) => async (shop: Shop) => {
  await shop.arrived(table);
  const { source, target } = await shop.rows(table);
  expect(target).toEqual(source);
};

const AFTERWARDS: Readonly<Record<string, Effect>> = {
  'reload-table': async (shop) => {
    await same('orders')(shop);
    const generation = `SELECT generation FROM wirekite_table WHERE table_name = '${shop.table('orders')}'`;
    expect(Number(await shop.dba.value(generation))).toBe(2);
  },
  'add-table': same('late'),
  'bad-rows': async (shop) => {
    expect(await shop.dba.sql('SELECT resolution FROM wirekite_error')).toEqual([['SKIP']]);
  },
  throttle: (shop) => shop.dba.row(`SELECT 1 FROM wirekite_setting WHERE name = 'throttle_sessions' AND value = '0'`),
  'take-over-from-wirekite': (shop) => shop.inStep(),
  /** Nothing was emptied yet: its steps 2 and 3 are comments. So it goes on where it was. */
  reset: async (shop) => {
    await shop.dba.sql(`UPDATE wirekite_action SET action = 'RUN'`);
    shop.follow('stopped');
    await shop.inStep();
    await shop.dba.row(`SELECT 1 FROM wirekite_cutover_ready WHERE ready = 'YES' LIMIT 1`, 90); // for the next one
  },
  'cut-over': async (shop) => {
    expect(await shop.dba.value('SELECT status FROM wirekite_status')).toBe('cut over');
    await same('orders')(shop);
  },
  'remove-openkite': (shop) => shop.dba.row('SELECT 1 FROM wirekite_status WHERE workers_alive = 0'),
};
