/** What a DBA says and sees with psql or mariadb while changes are followed, up to the cutover. The tests of an engine are one migration, in order. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { slotsOf } from '../../crash/workplace.js';
import { ENGINES, Shop } from './shop.js';

describe.concurrent.each(ENGINES)('%s', (engine) => {
  let shop: Shop;
  const sql = (text: string) => shop.dba.sql(text);
  const source = (text: string) => shop.there.sql(text);
  const same = async (...names: string[]) => {
    for (const name of names) {
      await shop.arrived(name);
      const { source: wanted, target } = await shop.rows(name);
      expect(target, name).toEqual(wanted);
    }
  };

  beforeAll(async () => {
    shop = await Shop.open(engine, { settings: { poll_seconds: 1, idle_log_bytes: 1 } });
    shop.follow('stopped');
    await shop.row(`SELECT 1 AS yes FROM wirekite_task WHERE task_id = 'cutover' AND state = 'READY'`, 60);
  });
  afterAll(() => shop.clear());

  test.sequential('one table is held: its changes wait, the others go on, and nothing is lost', async () => {
    expect((await shop.obey('PAUSE', shop.table('orders'))).state).toBe('DONE');
    await source(
      `UPDATE orders SET note = 'changed' WHERE id < 10; INSERT INTO customers (name) VALUES ('late guest')`,
    );
    await same('customers');
    expect((await shop.rows('orders')).target.some((row) => row.includes('changed'))).toBe(false);
    const blockers = await sql(`SELECT item FROM wirekite_cutover_ready WHERE is_met = 'NO'`);
    expect(blockers).toEqual([['all tables are in step'], ['nothing is held']]);
    expect((await shop.obey('RUN', shop.table('orders'))).state).toBe('DONE');
    await same('orders');
  });

  test.sequential(
    'RELOAD makes a spoilt table whole while the others go on; a step that fails is mended and said RETRY to',
    async () => {
      await shop.there.sql(`UPDATE customers SET name = 'renamed' WHERE id = 1`);
      await shop.onTarget(`UPDATE orders SET note = 'spoilt' WHERE id > 400`);
      const key = `kind = 'foreign key' AND table_name = '${shop.table('orders')}'`;
      const [[statement = ''] = []] = await sql(`SELECT statement FROM wirekite_task WHERE ${key}`);
      await sql(`UPDATE wirekite_task SET statement = 'no such statement' WHERE ${key}`);
      const reload = await shop.obey('RELOAD', shop.table('orders'));
      expect(reload).toEqual({ state: 'DONE', result: `${shop.table('orders')}: 500 rows are in` });
      await same('orders', 'customers');
      const [reason] = await shop.dba.row(`SELECT status_reason FROM wirekite_task WHERE ${key} AND state = 'FAILED'`);
      expect(reason).toMatch(/syntax/);
      expect(await sql('SELECT failed_tasks FROM wirekite_status')).toEqual([['1']]);
      await sql(
        `UPDATE wirekite_task SET statement = '${statement.replaceAll("'", "''").replaceAll('\\\\', '\\')}' WHERE ${key}`,
      );
      expect((await shop.obey('RETRY', shop.table('orders'))).result).toMatch(/tasks are tried again/);
      await shop.dba.row(`SELECT 1 FROM wirekite_task WHERE ${key} AND state = 'DONE'`);
    },
  );

  test.sequential('ADD: a table joins, with what is changed meanwhile', async () => {
    expect((await shop.obey('ADD', shop.table('orders'))).result).toContain('it is in the migration already');
    expect((await shop.obey('ADD', shop.table('lade'))).result).toContain('the source has no table');
    await source(`CREATE TABLE late (id int PRIMARY KEY, customer int NOT NULL, v text);
      INSERT INTO late SELECT id, id, 'old' FROM customers`);
    const add = await shop.command('ADD', shop.table('late'));
    await source(`UPDATE late SET v = 'new' WHERE id = 1; DELETE FROM late WHERE id = 2`);
    const { state, result } = await shop.settled(add);
    expect([state, result]).toEqual(['DONE', expect.stringMatching(/late: \d+ rows are in$/)]);
    await source(`INSERT INTO late VALUES (1000, 1, 'newer')`);
    await same('late');
    expect(await sql(`SELECT verdict FROM wirekite_chunk_audit WHERE table_name = '${shop.table('late')}'`)).toEqual([
      ['whole'],
    ]);
  });

  test.sequential('SKIP: a table leaves, its changes are counted; RELOAD brings it back', async () => {
    expect((await shop.obey('SKIP', shop.table('side'))).state).toBe('DONE');
    await source(
      `INSERT INTO side VALUES (1000, 'unseen'), (1001, 'unseen'); INSERT INTO customers (name) VALUES ('seen')`,
    );
    await same('customers');
    expect((await shop.rows('side')).target).toHaveLength(300);
    const skipped = `SELECT state, changes_skipped FROM wirekite_table WHERE table_name = '${shop.table('side')}'`;
    await shop.dba.row(`${skipped} AND changes_skipped = 2`);
    expect(await sql(`SELECT found FROM wirekite_cutover_ready WHERE item LIKE '%left out'`)).toEqual([
      [`${shop.table('side')}: 2 changes of them were not applied`],
    ]);
    expect((await shop.obey('RELOAD', shop.table('side'))).state).toBe('DONE');
    await same('side');
  });

  test.sequential('SKIP with a value leaves out exactly that transaction', async () => {
    expect((await shop.obey('PAUSE', shop.table('side'))).state).toBe('DONE');
    const changed = `SELECT max(last_seq) FROM wirekite_progress WHERE target = 'C' AND row_count > 0`;
    const before = Number(await shop.dba.value(changed));
    await source(`INSERT INTO side VALUES (2000, 'poison')`);
    const [seq = ''] = await shop.dba.row(`${changed} HAVING max(last_seq) > ${before}`);
    await source(`INSERT INTO side VALUES (2001, 'wholesome')`);
    const skip = await shop.command('SKIP', shop.table('side'), { value: `'${seq}'` });
    await shop.dba.row(`SELECT 1 FROM wirekite_command WHERE command_id = ${skip} AND state = 'SEEN'`);
    await shop.obey('RUN', shop.table('side'));
    expect((await shop.settled(skip)).result).toBe(`transaction ${seq} was left out of ${shop.table('side')}`);
    await shop.onTargetRow(`SELECT 1 FROM side WHERE id = 2001`);
    expect((await shop.rows('side')).target.filter(([id]) => Number(id) >= 2000)).toEqual([['2001', 'wholesome']]);
    expect((await shop.obey('SKIP', '*', { value: `'1'` })).result).toContain('is applied already');
    expect((await shop.obey('RELOAD', shop.table('side'))).state).toBe('DONE');
    await same('side');
  });

  test.sequential('CHECKPOINT tells how all stands', async () => {
    expect((await shop.obey('CHECKPOINT', '*', { reason: `'before lunch'` })).state).toBe('DONE');
    const [[cause, document = ''] = []] = await sql(
      'SELECT cause, document FROM wirekite_checkpoint ORDER BY checkpoint_id DESC LIMIT 1',
    );
    expect(cause).toMatch(/^CHECKPOINT by .*before lunch$/);
    const reload = `SELECT count(*) > 0 FROM wirekite_checkpoint WHERE cause LIKE 'before RELOAD of %side (command %)'`;
    expect((await sql(reload))[0]?.[0]).toMatch(/^(t|1)$/);
    const { state } = JSON.parse(document.replaceAll('\\\\', '\\')) as {
      state: { outputs: Record<string, { rowsLoaded: number }> };
    };
    expect(state.outputs[shop.table('big')]).toMatchObject({ rowsLoaded: 8000 });
  });

  test.sequential('priorities are recorded, and the history only grows', async () => {
    await sql(`UPDATE wirekite_table SET priority = 7 WHERE table_name = '${shop.table('big')}'`);
    const recorded = `SELECT new_value FROM wirekite_history WHERE object = 'wirekite_table' AND column_name = 'priority'`;
    expect(await sql(recorded)).toEqual([['7']]);
    await expect(sql(`DELETE FROM wirekite_history`)).rejects.toThrow(/only grows/);
    await expect(sql(`UPDATE wirekite_history SET new_value = 'x'`)).rejects.toThrow(/only grows/);
  });

  test.sequential(
    'CUTOVER is refused while somebody writes to the source, and nothing has changed',
    { timeout: 90_000 },
    async () => {
      await shop.dba.row(`SELECT 1 FROM wirekite_cutover_ready WHERE ready = 'YES' LIMIT 1`, 60);
      const cutover = await shop.command('CUTOVER');
      let open = true;
      const writing = (async () => {
        while (open) await source(`INSERT INTO customers (name) VALUES ('one more')`);
      })();
      const { state, result } = await shop.settled(cutover);
      open = false;
      await writing;
      expect([state, result]).toEqual(['REFUSED', expect.stringContaining('the source is still written to')]);
      await same('customers');
      expect(await sql('SELECT status FROM wirekite_status')).toEqual([['following']]);
    },
  );

  test.sequential(
    'CUTOVER: drained, counters beyond the source’s, nothing followed any more',
    { timeout: 90_000 },
    async () => {
      await shop.dba.row(`SELECT 1 FROM wirekite_cutover_ready WHERE ready = 'YES' LIMIT 1`, 60);
      const { state, result } = await shop.obey('CUTOVER', '*', { reason: `'Saturday night'` });
      expect([state, result]).toEqual([
        'DONE',
        expect.stringMatching(
          /^cut over: the source ended at .+, the target begins at .+ A migration back can begin there$/,
        ),
      ]);
      await same('customers', 'orders', 'big', 'side', 'late');
      const last = Math.max(...(await shop.rows('customers')).source.map(([id]) => Number(id)));
      await shop.onTarget(`INSERT INTO customers (name) VALUES ('first of the new')`);
      const [[id] = []] = await shop.onTarget(`SELECT max(id) FROM customers`);
      expect(Number(id)).toBeGreaterThanOrEqual(last + 1000);
      expect(await shop.runs.at(-1)?.code(20)).toBe(0);
      if (engine === 'PostgreSQL') expect(await slotsOf(shop.source)).toEqual([]);
      expect(await sql('SELECT status FROM wirekite_status')).toEqual([['cut over']]);
    },
  );

  test.sequential('afterwards the target belongs to the applications', async () => {
    const again = shop.run(undefined, ['run', '--execute']);
    expect(await again.code(30)).toBe(0);
    expect(again.said).toContain('The migration is cut over, and nothing is left to do');
    await sql(`UPDATE wirekite_action SET action = 'STOP'`);
    await shop.dba.row('SELECT 1 FROM wirekite_status WHERE workers_alive = 0'); // daemons of the killed run end by themselves
    const reset = engine === 'MariaDB' ? 'CALL reset(TRUE)' : 'SELECT * FROM reset()';
    expect((await sql(reset)).at(-1)?.at(-1)).toContain('refused now: the migration was cut over');
    const forced = engine === 'MariaDB' ? 'CALL reset(FALSE)' : 'SELECT * FROM reset(false)';
    await expect(sql(forced)).rejects.toThrow(/reset refused/);
    await same('orders');
  });
});
