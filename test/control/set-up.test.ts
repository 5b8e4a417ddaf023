import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { readAction } from '../../src/control/action.js';
import { applyFileSettings, readSettings } from '../../src/control/setting.js';
import { missingGuards, readFixed, requireVersion, setUpScript } from '../../src/control/set-up.js';
import { bareDatabase, freshControl, isPostgres, login, setUpShop, TARGETS } from './schema.js';

const SCRIPT = `
  const { setUp } = await import('./src/control/set-up.ts');
  const { connect } = await import('./src/db/' + process.env.DIALECT + '/connect.ts');
  const schema = process.env.SCHEMA;
  const db = await connect(new URL(process.env.URL), { name: 'openkite:test:set-up', searchPath: schema + ', pg_temp', home: schema });
  await setUp(db, { schema, migration: 'shop', source: 'source-1', target: 'target-1' });
  await db.close();`;

describe.each(TARGETS)('on %s', (target) => {
  test('killed anywhere, it is done again from there', async () => {
    const control = await bareDatabase(target);
    const { db, url, schema } = control;
    for (const point of ['S1', 'S2', 'S3', 'S4']) {
      const ours = { DIALECT: db.dialect, SCHEMA: schema, URL: url.href, OPENKITE_TEST: '1', OPENKITE_CRASH: point };
      const words = ['--import', 'tsx', '--input-type=module', '-e', SCRIPT];
      const child = spawn(process.execPath, words, { env: { ...process.env, ...ours }, stdio: 'inherit' });
      expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    }
    expect(await setUpShop(control)).toEqual([]);
    await requireVersion(db);
    expect(await readAction(db)).toMatchObject({ word: 'RUN', status: 'OK' });
  });
});

describe.each(TARGETS.filter((target) => !isPostgres(target)))('on %s', (target) => {
  test('a database that is not there is made, and is found by those who came before it', async () => {
    const control = await bareDatabase(target);
    await control.db.query(`DROP DATABASE ${control.schema}`);
    const early = await control.open();
    expect(await setUpShop({ ...control, db: early })).toEqual([]);
    expect(await readAction(early)).toMatchObject({ word: 'RUN', status: 'OK' });
  });

  test('DDL commits by itself: a migration that ended in its middle is begun again', async () => {
    const control = await bareDatabase(target);
    const { db } = control;
    await setUpShop(control);
    await db.query(`UPDATE wirekite_action SET action = 'PAUSE'; DELETE FROM migrations WHERE id IN (1, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      DROP TRIGGER wirekite_action_changed; DROP TABLE wirekite_task_dependency`);
    expect(await setUpShop(control)).toEqual([]);
    expect(await readAction(db)).toMatchObject({ word: 'PAUSE', status: 'OK' });
    await expect(db.query('DELETE FROM wirekite_action')).rejects.toThrow(/always has one row/);
  });

  test('without the right to create triggers everything works but the guards, and it says so', async () => {
    const control = await bareDatabase(target);
    const plain = await control.open(await login(control, 'ALL ON {schema}.*'));
    const told = [expect.stringContaining('may not create triggers')];
    expect(await setUpShop({ ...control, db: plain })).toEqual(told);
    await requireVersion(plain);
    expect((await readFixed(plain)).get('migration')).toBe('shop');
    await applyFileSettings(plain, { load_connections: 6 });
    expect((await readSettings(plain)).settings.load_connections).toBe(6);
    await plain.query(`UPDATE wirekite_setting SET value = '7' WHERE name = 'load_connections'`);
    expect((await readSettings(plain)).settings.load_connections).toBe(7);
    await plain.query(`INSERT INTO wirekite_action VALUES ('STOP')`);
    expect(await readAction(plain)).toMatchObject({ word: 'STOP', status: 'CONTROL_MULTIPLE' });
    await expect(plain.query(`INSERT INTO wirekite_action VALUES ('GO')`)).rejects.toThrow(/constraint/i);
    expect(await missingGuards(plain)).toEqual(told);
    await plain.query(`DELETE FROM wirekite_action WHERE action = 'RUN'`);
    expect(await setUpShop(control)).toEqual([]);
    await expect(plain.query(`DELETE FROM wirekite_action`)).rejects.toThrow(/always has one row/);
  });

  test('a login that may not create uses what somebody made for it with the script', async () => {
    const control = await bareDatabase(target);
    const who = await login(control, 'SELECT ON {schema}.*');
    const early = await control.open(who);
    await expect(setUpShop({ ...control, db: early })).rejects.toMatchObject({ code: 'CONTROL_NOT_MADE' });
    type(control.url, await setUpScript(early, control.schema));
    const plain = await control.open(who);
    expect(await setUpShop({ ...control, db: plain })).toEqual([]);
    await plain.query(`UPDATE wirekite_action SET action = 'PAUSE'`);
    expect(await readAction(plain)).toMatchObject({ word: 'PAUSE', status: 'OK' });
  });

  test('a person in the server\u2019s own client pauses, waits and goes on', async () => {
    const control = await freshControl(target);
    const told = type(
      control.url,
      `UPDATE wirekite_action SET action = 'pause'; CALL wait_for('PAUSE', 1); SELECT action FROM wirekite_action;`,
    );
    expect(told).toBe('reached\tmissing\nYES\tNULL\naction\nPAUSE\n');
    expect((await readAction(control.db)).word).toBe('PAUSE');
  });
});

/** What the server's own client says to these statements. */
function type(url: URL, statements: string): string {
  const socket = url.searchParams.get('socket');
  const at = socket === null ? [`--host=${url.hostname}`, `--port=${url.port}`] : [`--socket=${socket}`];
  const env = { ...process.env, MYSQL_PWD: url.password };
  const words = [...at, `--user=${url.username}`, '--batch', url.pathname.slice(1)];
  return execFileSync('mariadb', words, { env, input: statements, encoding: 'utf8' });
}

test('making the views anew does not wait in a circle with somebody who reads them', async () => {
  const control = await freshControl(18);
  const { open, operator } = control;
  const [reader, looker] = [await open(), await operator()];
  await reader.query('BEGIN; SELECT * FROM wirekite_restarts');
  const made = setUpShop(control);
  await vi.waitUntil(
    async () => {
      const blocked = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      return (await looker.query(blocked)).rows.length > 0;
    },
    { timeout: 10_000 },
  );
  await reader.query('SELECT * FROM wirekite_following; COMMIT');
  await made;
});
