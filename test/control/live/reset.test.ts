/** What a DBA empties by the routine `reset`, with psql or mariadb. The tests of an engine are one migration, in order. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, Shop } from './shop.js';

describe.concurrent.each(ENGINES)('%s', (engine) => {
  let shop: Shop;
  const sql = (text: string) => shop.dba.sql(text);
  const look = () => sql(engine === 'MariaDB' ? 'CALL reset(NULL)' : 'SELECT * FROM reset()');
  const empty = () => sql(engine === 'MariaDB' ? 'CALL reset(FALSE)' : 'SELECT * FROM reset(false)');

  beforeAll(async () => {
    shop = await Shop.open(engine, { settings: { poll_seconds: 1 } });
    shop.follow('stopped');
    await shop.row(`SELECT 1 AS yes FROM wirekite_task WHERE task_id = 'cutover' AND state = 'READY'`, 60);
  });
  afterAll(() => shop.clear());

  test.sequential('it is refused while anybody works, and says so before', async () => {
    const against = (await look()).filter(([table]) => table === 'NULL').map((row) => row.at(-1));
    expect(against).toContainEqual(expect.stringContaining('wirekite_action says RUN'));
    expect(against).toContainEqual(expect.stringMatching(/worker load-1-\S+ \(process \d+ on \S+\) is alive/));
    await expect(empty()).rejects.toThrow(/reset refused/);
    expect((await shop.rows('orders')).target).toHaveLength(500);
    expect(await sql(`SELECT count(*) FROM wirekite_progress WHERE operation = 'D'`)).not.toEqual([['0']]);
  });

  test.sequential('after a STOP it shows what would be emptied, and refuses rows that were not loaded', async () => {
    await sql(`UPDATE wirekite_action SET action = 'STOP'`);
    expect(await shop.runs.at(-1)?.code(20)).toBe(4);
    const shown = (await look()).map(([table, , loaded, found, verdict]) => [table, loaded, found, verdict]);
    expect(shown).toContainEqual([shop.table('orders'), '500', '500', 'would be emptied']);
    expect(shown.filter(([table]) => table === 'NULL')).toEqual([]);
    // As if no changes had been applied: then other rows than were loaded are not ours.
    await sql(`UPDATE wirekite_table SET start_seq = NULL WHERE table_name = '${shop.table('side')}'`);
    await shop.onTarget(`INSERT INTO side VALUES (5000, 'of somebody else')`);
    await expect(empty()).rejects.toThrow(/side.? has 301 rows, and wirekite_progress says that 300/);
    expect((await shop.rows('orders')).target).toHaveLength(500);
    await shop.onTarget(`DELETE FROM side WHERE id = 5000`);
  });

  test.sequential('it empties everything, is recorded, and the next run begins anew', { timeout: 90_000 }, async () => {
    const done = await empty();
    expect(done.map(([table, , , , verdict]) => [table, verdict])).toContainEqual([shop.table('orders'), 'emptied']);
    for (const name of ['customers', 'orders', 'big', 'side']) expect((await shop.rows(name)).target, name).toEqual([]);
    expect(await sql('SELECT count(*) FROM wirekite_progress')).toEqual([['0']]);
    const recorded = `SELECT new_value FROM wirekite_history WHERE column_name = 'reset'`;
    expect(await sql(recorded)).toEqual([[expect.stringMatching(/^everything was emptied by reset/i)]]);
    await sql(`UPDATE wirekite_action SET action = 'RUN'`);
    await shop.there.sql(`INSERT INTO side VALUES (6000, 'new')`);
    const again = shop.follow();
    expect(await again.code(60), again.said).toBe(0);
    for (const name of ['customers', 'orders', 'big', 'side']) {
      const { source, target } = await shop.rows(name);
      expect(target, name).toEqual(source);
    }
  });
});
