/** Progress and action tables as people maltreat them (torture §3 and §4), where no daemon has to run. */
import { describe, expect, test } from 'vitest';
import { readAction, setAction } from '../../src/control/action.js';
import { claimLoad, stopIfLost } from '../../src/control/claim.js';
import { advance, lockMark } from '../../src/control/progress.js';
import { tables } from '../../src/control/table.js';
import { closeEvents } from '../../src/control/task.js';
import type { Config } from '../../src/daemon/config.js';
import { refuseOtherOrigin, writeOrigin } from '../../src/daemon/origin.js';
import { dktName } from '../../src/format/name.js';
import { load, loadTo, rowsIn, sealed, upTo } from './chunks.js';
import { bareDatabase, freshControl, isPostgres, login, makeSchema, planned, setUpShop, TARGETS } from './schema.js';

describe.each(TARGETS)('on %s', (target) => {
  const isFamily = !isPostgres(target);

  test('CP-07 words of more than five letters are refused, also where a server would cut them', async () => {
    const { db, operator, typed } = await freshControl(target);
    const loose = await operator(isFamily ? { sql_mode: '' } : undefined);
    for (const word of ['STOPPED', 'RUNNING'])
      await expect(loose.query(typed(`UPDATE wirekite.wirekite_action SET action = '${word}'`))).rejects.toThrow();
    expect(await readAction(db)).toMatchObject({ word: 'RUN', status: 'OK' });
    const paused = loose.query(typed(`UPDATE wirekite.wirekite_action SET action = 'PAUSED'`));
    if (isFamily)
      await paused; // cut to PAUSE, which is what was meant
    else await expect(paused).rejects.toThrow(/too long/);
    expect(await readAction(db)).toMatchObject({ word: isFamily ? 'PAUSE' : 'RUN' });
  });

  test('CP-19 RUN, PAUSE, RUN before anybody looks: nothing is to be done, and the history has both', async () => {
    const { db } = await freshControl(target);
    await setAction(db, 'PAUSE');
    await setAction(db, 'RUN');
    const { rows } = await db.query(
      `SELECT old_value, new_value FROM wirekite_history WHERE object = 'wirekite_action' AND old_value IS NOT NULL ORDER BY history_id`,
    );
    expect(rows).toEqual([
      { old_value: 'RUN', new_value: 'PAUSE' },
      { old_value: 'PAUSE', new_value: 'RUN' },
    ]);
  });

  test.runIf(!isFamily)('CP-28 a row that row-level security hides is PAUSE, and why is said', async () => {
    const { db, open } = await freshControl(target);
    await db.query(`DO $$ BEGIN CREATE ROLE blinded; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      GRANT USAGE ON SCHEMA wirekite TO blinded; GRANT SELECT ON wirekite_action TO blinded;
      ALTER TABLE wirekite_action ENABLE ROW LEVEL SECURITY`);
    const blinded = await open();
    await blinded.query('SET ROLE blinded');
    expect(await readAction(blinded)).toMatchObject({
      word: 'PAUSE',
      status: 'CONTROL_UNREADABLE', // our sessions would rather fail than see less
      why: expect.stringContaining('row-level security'),
    });
    await db.query('DROP OWNED BY blinded');
  });

  test.each(['4', '11'])('PR-08 a chunk that somebody calls finished at mark %s of 10 is not', async (mark) => {
    const { db, me } = await sealed(target);
    await loadTo(db, await load(db, me), 4);
    await db.query(`UPDATE wirekite_progress SET mark = '${mark}', finish_time = start_time WHERE operation = 'D'`);
    expect(await closeEvents(db)).toEqual([]);
    expect(await stopIfLost(db)).toMatchObject([{ code: 'PROGRESS_DELETED' }]);
    expect(await tables(db)).toMatchObject([
      { state: 'FAILED', error: expect.stringContaining('1 are said to be finished before their last row') },
    ]);
  });

  test('PR-09 a finished chunk that somebody opens again is closed again, without a row', async () => {
    const { db, me } = await sealed(target);
    await loadTo(db, await load(db, me), 10);
    await db.query(`UPDATE wirekite_progress SET finish_time = NULL, worker = NULL WHERE operation = 'D'`);
    const chunk = await claimLoad(db, me);
    if (!chunk) throw new Error('nobody may take it');
    await db.transaction(async (tx) => advance(tx, chunk, await lockMark(tx, chunk), 10, { finished: true }));
    expect(await rowsIn(db)).toEqual(upTo(10));
    expect(await closeEvents(db)).toEqual(['public.items']);
  });

  test('PR-11 tables whose names differ by case or accent alone have chunks of their own', async () => {
    const { db } = await freshControl(target);
    const names = ['public.Orders', 'public.orders', 'public.cafe', 'public.café'];
    for (const name of names) await planned(db, 1, name);
    const { rows } = await db.query(`SELECT table_name FROM wirekite_progress WHERE operation = 'DE' ORDER BY source`);
    expect(rows.map((row) => row['table_name']).sort()).toEqual([...names].sort());
  });

  test.runIf(isFamily)('PR-12 a start time of the published table does not move with the mark', async () => {
    const control = await bareDatabase(target);
    const { db } = control;
    await makeSchema(control);
    await db.query(`SET SESSION explicit_defaults_for_timestamp = OFF;
      CREATE TABLE wirekite_progress (source VARCHAR(256), target VARCHAR(256), operation TEXT NOT NULL,
        transmission TEXT NOT NULL DEFAULT 'F', mark VARCHAR(64), table_name VARCHAR(256), start_time TIMESTAMP NOT NULL,
        finish_time TIMESTAMP NULL, restarts INT NOT NULL DEFAULT 0, PRIMARY KEY (source, target))`);
    await setUpShop(control);
    await db.query(
      `INSERT INTO wirekite_progress (source, target, operation, start_time) VALUES ('a', 'b', 'D', '2020-01-01')`,
    );
    await db.query(`UPDATE wirekite_progress SET mark = '5'`);
    const { rows } = await db.query(`SELECT YEAR(start_time) AS year FROM wirekite_progress`);
    expect(rows).toEqual([{ year: 2020 }]);
  });

  test.runIf(isFamily)('PR-13 an index that is too long for the row format says how to mend it', async () => {
    const { db } = await bareDatabase(target);
    await expect(
      db.query('CREATE TABLE short (name VARCHAR(320) PRIMARY KEY) ROW_FORMAT = COMPACT CHARACTER SET utf8mb4'),
    ).rejects.toMatchObject({ code: '1709', hint: expect.stringContaining('innodb_default_row_format') });
  });

  test('PR-23 what the plan was made of may not change under it, all else may', async () => {
    const { db } = await freshControl(target);
    const tables = { include: ['*.*'], exclude: [], full_identity: [], columns: {} };
    const config = (changed: object, more: object = {}) =>
      ({ file: 'openkite.yaml', tables: { ...tables, ...changed }, changes: true, ...more }) as unknown as Config;
    await writeOrigin(db, config({}));
    await refuseOtherOrigin(db, config({}, { settings: { load_connections: 9 }, policy: { max_retries: 9 } }));
    await expect(refuseOtherOrigin(db, config({ exclude: ['public.a'] }))).rejects.toMatchObject({
      code: 'OTHER_PLAN',
      message: expect.stringContaining('tables.exclude was [] and is ["public.a"]'),
    });
    await expect(refuseOtherOrigin(db, config({}, { changes: false }))).rejects.toThrow(
      /changes was true and is false/,
    );
  });

  test('PR-15 names of 128 and 128 letters, as Oracle has them, fit every key', async () => {
    const { db } = await freshControl(target);
    const name = `${'S'.repeat(128)}.${'T'.repeat(128)}`;
    await planned(db, 1, name);
    expect((await db.query(`SELECT table_name FROM wirekite_progress`)).rows).toEqual([{ table_name: name }]);
    const [schema = '', table = ''] = name.split('.');
    expect(Buffer.byteLength(dktName({ schema, name: table }, 0))).toBeLessThan(255);
  });

  test('rows and marks are written at READ COMMITTED, whatever the server or the login has for its default', async () => {
    const { db, open, url } = await freshControl(target);
    const repeatable = `ALTER DATABASE ${url.pathname.slice(1)} SET default_transaction_isolation = 'repeatable read'`;
    if (!isFamily) await db.query(repeatable); // MariaDB's own is that already
    const session = await open();
    const now = isFamily ? '@@SESSION.tx_isolation' : `current_setting('transaction_isolation')`;
    const { rows } = await session.transaction((tx) => tx.query<{ it: string }>(`SELECT ${now} AS it`));
    expect(rows[0]?.it.replace('-', ' ').toLowerCase()).toBe('read committed');
  });

  test.runIf(!isFamily)('the guards hold in a session that fires no triggers, and so does the history', async () => {
    const { db, operator } = await freshControl(target);
    const replica = await operator({ session_replication_role: 'replica' });
    await replica.query(`UPDATE wirekite.wirekite_action SET action = 'pause'`);
    await expect(replica.query(`UPDATE wirekite.wirekite_action SET action = 'GO'`)).rejects.toThrow(/not one of RUN/);
    await expect(replica.query(`DELETE FROM wirekite.wirekite_action`)).rejects.toThrow(/always has one row/);
    await expect(replica.query(`INSERT INTO wirekite.wirekite_action VALUES ('STOP')`)).rejects.toThrow(/duplicate/);
    const { rows } = await db.query(
      `SELECT new_value FROM wirekite_history WHERE object = 'wirekite_action' ORDER BY 1`,
    );
    expect(rows).toEqual([{ new_value: 'PAUSE' }]);
  });

  test.runIf(isFamily)('where the login that made the triggers was dropped, the error says what to do', async () => {
    const control = await bareDatabase(target);
    const maker = await login(control, 'ALL ON {schema}.*');
    await control.db.query(`GRANT SUPER ON *.* TO ${maker.username}`);
    await setUpShop({ ...control, db: await control.open(maker) });
    await control.db.query(`DROP USER ${maker.username}`);
    await expect(setAction(control.db, 'PAUSE')).rejects.toMatchObject({
      code: '1449',
      hint: expect.stringContaining('create it again'),
    });
  });
});
