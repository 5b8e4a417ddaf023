/** What a DBA says and sees with psql or mariadb while rows are loaded. The tests of an engine are one migration, in order. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, IN_SECONDS, Shop } from './shop.js';

describe.concurrent.each(ENGINES)('%s', (engine) => {
  let shop: Shop;
  const sql = (text: string) => shop.dba.sql(text);
  const set = (name: string, value: string) =>
    sql(`UPDATE wirekite_setting SET value = ${value} WHERE name = '${name}'`);
  const holds = async (name: string) =>
    (await sql(`SELECT action, held_by FROM wirekite_effective_action WHERE table_name = '${shop.table(name)}'`))[0];
  const loaded = (name: string) =>
    sql(
      `SELECT source, mark FROM wirekite_progress WHERE operation = 'D' AND table_name = '${shop.table(name)}' ORDER BY 1`,
    );

  beforeAll(async () => {
    shop = await Shop.open(engine, { settings: { poll_seconds: 1, lease_seconds: 5, slice_bytes: 1 << 20 } });
    shop.run(undefined, ['init']);
    await shop.runs[0]?.ended;
    await set('throttle_bytes', `'200000'`);
    shop.follow('stopped');
    await shop.dba.row(`SELECT 1 FROM wirekite_progress WHERE operation = 'D' AND worker IS NOT NULL`);
  });
  afterAll(() => shop.clear());

  test.sequential('a setting is refused in words, and one that is set is in force between two batches', async () => {
    await expect(set('throttle_rows', `'lots'`)).rejects.toThrow(/throttle_rows is a whole number from 0 to/);
    await expect(set('lease_seconds', `'4'`)).rejects.toThrow(/from 5 to 3600/);
    await set('max_retries', `'7'`);
    await shop.dba.row(`SELECT 1 FROM wirekite_setting WHERE name = 'max_retries' AND applied_at >= updated_at`, 10);
    const [history] = await sql(
      `SELECT old_value, new_value, changed_by FROM wirekite_history WHERE row_key = 'max_retries' ORDER BY history_id DESC LIMIT 1`,
    );
    expect(history).toEqual(['3', '7', expect.stringContaining(engine === 'MariaDB' ? 'root' : 'postgres')]);
    await set('max_retries', 'NULL');
    expect((await sql(`SELECT value, set_by FROM wirekite_setting WHERE name = 'max_retries'`))[0]).toEqual([
      '3',
      'default',
    ]);
  });

  test.sequential('bytes are moved no faster than throttle_bytes', async () => {
    const bytes = `SELECT coalesce(sum(byte_count), 0) FROM wirekite_progress WHERE operation = 'DE'`;
    const [seconds, before] = [4, Number(await shop.dba.value(bytes))];
    await sql(`SELECT ${engine === 'MariaDB' ? 'SLEEP' : 'pg_sleep'}(${seconds})`);
    expect(Number(await shop.dba.value(bytes)) - before).toBeLessThan(200_000 * seconds + (2 << 20)); // a slice is seen when it is whole
    await shop.dba.row(`SELECT 1 FROM wirekite_bottleneck WHERE what = 'throttle' AND binds = 'YES'`);
  });

  test.sequential('one table is held, says by whom, and all others go on', async () => {
    const pause = await shop.command('PAUSE', shop.table('big'), { reason: `'month end'` });
    expect(await shop.settled(pause)).toEqual({ state: 'DONE', result: 'in effect' });
    expect(await holds('big')).toEqual(['PAUSE', `command ${pause}`]);
    const before = await loaded('big');
    await set('throttle_bytes', `'0'`);
    await shop.dba.row(`SELECT 1 FROM wirekite_table WHERE state IN ('LOADED', 'DONE') HAVING count(*) = 3`);
    expect(await loaded('big')).toEqual(before);
    expect(
      await sql(`SELECT DISTINCT verdict, reason FROM wirekite_stuck WHERE table_name = '${shop.table('big')}'`),
    ).toEqual([['paused', expect.stringMatching(/^PAUSE by (postgres|root\S+) \(command \d+: month end\)$/)]]);
    expect(await sql(`SELECT DISTINCT is_in_effect FROM wirekite_acknowledgement WHERE command_id = ${pause}`)).toEqual(
      [['YES']],
    );
  });

  test.sequential('RUN lifts its own scope and nothing stricter, and says what holds on', async () => {
    const wide = await shop.command('PAUSE', `schema:${shop.schema}`);
    expect((await shop.settled(wide)).state).toBe('DONE');
    const { state, result } = await shop.obey('RUN', shop.table('big'));
    expect([state, result]).toEqual(['DONE', expect.stringContaining(`stays at PAUSE: PAUSE by`)]);
    expect(result).toContain(`command ${wide}`);
    expect(await holds('big')).toEqual(['PAUSE', `command ${wide}`]);
    expect(await shop.obey('RUN', `schema:${shop.schema}`)).toEqual({ state: 'DONE', result: 'in effect' });
    await shop.inStep();
    const { source, target } = await shop.rows('big');
    expect(target).toEqual(source);
  });

  test.sequential('what cannot be obeyed is refused in words', async () => {
    const near = await shop.obey('PAUSE', shop.table('odrers'));
    expect(near).toEqual({ state: 'REFUSED', result: expect.stringContaining(`nearest: ${shop.table('orders')}`) });
    for (const [action, words] of [
      ['RESET', 'nobody would be alive to obey it'],
      ['VALIDATE', 'this version does not obey VALIDATE yet'],
      ['HALT', 'this version has no command'],
    ] as const) {
      const refused = await shop.obey(action);
      expect(refused).toEqual({ state: 'REFUSED', result: expect.stringContaining(words) });
    }
    await sql(`INSERT INTO wirekite_command (action) VALUES ('halt')`);
    const told = /WARNING: {2}command \d+ is refused: this version has no command 'HALT'/; // where a trigger's warning reaches the client
    expect(shop.dba.said).toMatch(engine === 'PostgreSQL' ? told : /^$/);
    expect((await shop.obey('THROTTLE', shop.table('big'), { value: `'rows=1'` })).result).toContain(`scope '*'`);
    expect((await shop.obey('THROTTLE', '*', { value: `'slow'` })).result).toContain('rows=5000');
    expect((await shop.obey('SKIP', '*', { value: `'x'` })).result).toContain('number of a transaction');
    expect((await shop.obey('SKIP')).result).toContain('is for one table');
  });

  test.sequential('what expires needs nobody to lift it, and never touches the action', async () => {
    const pause = await shop.command('PAUSE', '*', { expires_at: IN_SECONDS[engine](4) });
    await shop.dba.row(`SELECT 1 FROM wirekite_worker WHERE role = 'load' AND state = 'PAUSED'`);
    expect(await holds('orders')).toEqual(['PAUSE', `command ${pause}`]);
    await shop.dba.row(`SELECT 1 FROM wirekite_command WHERE command_id = ${pause} AND state = 'EXPIRED'`);
    expect(await holds('orders')).toEqual(['RUN', 'NULL']);
    await shop.dba.row(`SELECT 1 FROM wirekite_worker WHERE role = 'load' AND state = 'RUNNING'`);
    expect(await sql('SELECT action FROM wirekite_action')).toEqual([['RUN']]);
    const throttle = await shop.command('THROTTLE', '*', {
      value: `'rows=10 bytes=1MB'`,
      expires_at: IN_SECONDS[engine](2),
    });
    await shop.dba.row(`SELECT 1 FROM wirekite_command_in_force WHERE command_id = ${throttle}`);
    await shop.dba.row(`SELECT 1 FROM wirekite_command WHERE command_id = ${throttle} AND state = 'EXPIRED'`);
  });

  test.sequential('wait_for', async () => {
    const wait =
      engine === 'MariaDB' ? `CALL wait_for('PAUSE', 20)` : `SELECT CASE WHEN wait_for('PAUSE', 20) THEN 'YES' END`;
    await sql(`UPDATE wirekite_action SET action = 'PAUSE'`);
    expect(await shop.dba.value(wait)).toBe('YES');
    await sql(`UPDATE wirekite_action SET action = 'RUN'`);
  });

  test.sequential('CP-25 STOP and RUN before anybody looks: everybody goes on, once', async () => {
    const living = `SELECT role, count(*) FROM wirekite_worker WHERE lease_until > ${NOW[engine]} GROUP BY role ORDER BY role`;
    const before = await sql(living);
    await sql(
      `START TRANSACTION; UPDATE wirekite_action SET action = 'STOP'; UPDATE wirekite_action SET action = 'RUN'; COMMIT`,
    );
    expect((await shop.obey('CHECKPOINT')).state).toBe('DONE');
    await shop.inStep();
    await shop.dba.row(`SELECT 1 FROM (${living}) l HAVING count(*) = ${before.length}`);
    expect(await sql(living)).toEqual(before);
    expect(shop.runs.at(-1)?.lives).toBe(true);
  });

  test.sequential('STOP of one worker ends it, and nobody starts it again', async () => {
    const [worker = ''] =
      (await sql(`SELECT worker FROM wirekite_worker WHERE role = 'load' AND lease_until > ${NOW[engine]}`))[0] ?? [];
    expect(await shop.obey('STOP', `worker:${worker}`)).toEqual({ state: 'DONE', result: 'in effect' });
    expect(await sql(`SELECT state FROM wirekite_worker WHERE worker = '${worker}'`)).toEqual([['STOPPED']]);
    expect(await shop.obey('CHECKPOINT')).toEqual({ state: 'DONE', result: expect.stringMatching(/^checkpoint \d+$/) });
    expect(
      await shop.dba.value(`SELECT count(*) FROM wirekite_worker WHERE role = 'load' AND lease_until > ${NOW[engine]}`),
    ).toBe('1');
  });

  test.sequential('a command outlives the coordinator', { timeout: 90_000 }, async () => {
    shop.runs.at(-1)?.child.kill('SIGKILL');
    const checkpoint = await shop.command('CHECKPOINT', '*', { reason: `'nobody is there'` });
    await shop.dba.row(`SELECT 1 FROM wirekite_status WHERE status = 'no coordinator' AND open_commands = 1`);
    shop.follow('stopped');
    expect(await shop.settled(checkpoint)).toEqual({
      state: 'DONE',
      result: expect.stringMatching(/^checkpoint \d+$/),
    });
    await shop.inStep();
  });
});

const NOW = { PostgreSQL: 'clock_timestamp()', MariaDB: 'UTC_TIMESTAMP(6)' } as const;
