/** What each role may do with the control tables, and above all what it may not. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isAdmin } from '../../src/control/cutover.js';
import { controlGrants, makeRoles, rolesScript } from '../../src/control/roles.js';
import type { Db } from '../../src/db/db.js';
import { member, stranger, withRoles, type Role } from './members.js';
import { bareDatabase, freshControl, isPostgres, planned, setUpShop, TARGETS, worker, type Control } from './schema.js';

/** No such right: on a schema, a table, a column, a routine. */
const DENIED = /^(42501|1044|1045|1142|1143|1227|1370|1419)$/;

const ROLES = ['viewer', 'operator', 'admin', 'daemon'] as const;
const COMMAND = 'INSERT INTO wirekite_command';

interface Deed {
  readonly deed: string;
  readonly sql: string;
  /** Where it is another statement on MySQL's family; '': there is no such thing. */
  readonly family?: string;
  readonly by: readonly Role[];
}

/** What is asked of all four; `by`: those who may. */
const DEEDS: readonly Deed[] = [
  { deed: 'look at a view', sql: 'SELECT * FROM wirekite_status', by: ROLES },
  { deed: 'look at what failed', sql: 'SELECT error_id, table_name, cause, resolution FROM wirekite_error', by: ROLES },
  { deed: 'read a row that failed', sql: 'SELECT raw_row FROM wirekite_error', by: ['operator', 'admin', 'daemon'] },
  { deed: 'read the key of one', sql: 'SELECT row_key FROM wirekite_error', by: ['operator', 'admin', 'daemon'] },
  { deed: 'say PAUSE', sql: `UPDATE wirekite_action SET action = 'PAUSE'`, by: ['operator', 'admin', 'daemon'] },
  { deed: 'say it by routine', sql: 'SELECT pause()', family: '', by: ['operator', 'admin'] },
  { deed: 'go on by routine', sql: 'SELECT resume()', family: '', by: ['operator', 'admin'] },
  { deed: 'wait', sql: `SELECT wait_for('RUN', 0)`, family: `CALL wait_for('RUN', 0)`, by: ['operator', 'admin'] },
  {
    deed: 'give a command',
    sql: `${COMMAND} (action, scope, value, reason, expires_at) VALUES ('PAUSE', '*', NULL, 'lunch', '2100-01-01')`,
    by: ['operator', 'admin', 'daemon'],
  },
  { deed: 'be somebody else', sql: `${COMMAND} (action, author) VALUES ('CUTOVER', 'root')`, by: ['daemon'] },
  { deed: 'settle a command', sql: `${COMMAND} (action, state) VALUES ('PAUSE', 'DONE')`, by: ['daemon'] },
  { deed: 'change one', sql: `UPDATE wirekite_command SET result = 'done'`, by: ['daemon'] },
  { deed: 'take one back', sql: 'DELETE FROM wirekite_command WHERE command_id < 0', by: ['daemon'] },
  { deed: 'settle a row', sql: `UPDATE wirekite_error SET resolution = 'SKIP'`, by: ['operator', 'admin', 'daemon'] },
  { deed: 'settle it for others', sql: `UPDATE wirekite_error SET author = 'root'`, by: ['daemon'] },
  { deed: 'forget a row', sql: 'DELETE FROM wirekite_error WHERE error_id < 0', by: ['daemon'] },
  { deed: 'prefer a table', sql: 'UPDATE wirekite_table SET priority = 7', by: ['operator', 'admin', 'daemon'] },
  { deed: 'say it is done', sql: `UPDATE wirekite_table SET state = 'DONE' WHERE table_name = ''`, by: ['daemon'] },
  { deed: 'tune', sql: `UPDATE wirekite_setting SET value = '3' WHERE name = 'max_retries'`, by: ['admin', 'daemon'] },
  {
    deed: 'name admins',
    sql: `UPDATE wirekite_setting SET value = 'me' WHERE name = 'admins'`,
    by: ['admin', 'daemon'],
  },
  { deed: 'widen a bound', sql: `UPDATE wirekite_setting SET max_value = 1e9 WHERE name = ''`, by: ['daemon'] },
  { deed: 'hide who set it', sql: `UPDATE wirekite_setting SET set_by = 'file' WHERE name = ''`, by: ['daemon'] },
  { deed: 'mend a statement', sql: `UPDATE wirekite_task SET statement = 'SELECT 1'`, by: ['admin', 'daemon'] },
  { deed: 'end a task', sql: `UPDATE wirekite_task SET state = 'DONE' WHERE task_id = ''`, by: ['daemon'] },
  { deed: 'say what goes in', sql: `UPDATE wirekite_column SET expression = ':value'`, by: ['admin', 'daemon'] },
  { deed: 'ask what reset does', sql: 'SELECT * FROM reset()', family: 'CALL reset(TRUE)', by: ['admin'] },
  { deed: 'move a mark', sql: `UPDATE wirekite_progress SET mark = '1' WHERE source = ''`, by: ['daemon'] },
  { deed: 'forget what is done', sql: `DELETE FROM wirekite_progress WHERE source = ''`, by: ['daemon'] },
  { deed: 'end a lease', sql: `UPDATE wirekite_worker SET why = 'x' WHERE worker = ''`, by: ['daemon'] },
  { deed: 'write history', sql: `INSERT INTO wirekite_history (object) VALUES ('x')`, by: ['daemon'] },
  { deed: 'mend the log', sql: `UPDATE load_run_log SET error = '' WHERE log_id < 0`, by: ['daemon'] },
  { deed: 'change a checkpoint', sql: `UPDATE wirekite_checkpoint SET document = ''`, by: ['daemon'] },
  { deed: 'empty the progress', sql: 'TRUNCATE TABLE wirekite_progress', by: [] },
  { deed: 'empty the history', sql: 'TRUNCATE TABLE wirekite_history', by: [] },
  { deed: 'forge a migration', sql: 'DELETE FROM migrations WHERE id < 0', by: [] },
  { deed: 'make a table', sql: 'CREATE TABLE mine (n int)', by: [] },
  { deed: 'drop a table', sql: 'DROP TABLE wirekite_sample', by: [] },
  { deed: 'drop a view', sql: 'DROP VIEW wirekite_status', by: [] },
  { deed: 'change a table', sql: 'ALTER TABLE wirekite_sample ADD COLUMN mine int', by: [] },
  {
    deed: 'drop a guard',
    sql: 'DROP TRIGGER wirekite_command_before ON wirekite_command',
    family: 'DROP TRIGGER wirekite_command_before',
    by: [],
  },
  {
    deed: 'index a table',
    sql: 'CREATE INDEX mine ON wirekite_sample (position)',
    family: 'CREATE INDEX mine ON wirekite_sample (last_seq)',
    by: [],
  },
  {
    deed: 'hand it on',
    sql: 'GRANT wirekite_admin TO wirekite_viewer',
    family: 'GRANT SELECT ON wirekite_error TO wirekite_viewer',
    by: [],
  },
  { deed: 'become admin', sql: 'SET ROLE wirekite_admin', family: 'SET ROLE wirekite_admin', by: ['admin'] },
];

const NO_ROLE = /^(42501|1959|3530)$/;

describe.each(TARGETS)('on %s', (target) => {
  let control: Control;
  beforeAll(async () => {
    control = await freshControl(target);
    await withRoles(control.db);
    await planned(control.db, 1);
    await control.db
      .query(`INSERT INTO wirekite_error (queue, table_name, cause, raw_row, row_key) VALUES ('q', 'public.items', 'c', 'secret', 'k');
      INSERT INTO wirekite_column (table_name, column_name, source_type, target_type) VALUES ('public.items', 'a', 'int', 'int')`);
  });

  beforeEach(async () => {
    control = { ...control, db: await control.open() };
  });

  const sqlOf = ({ sql, family }: Deed): string => (isPostgres(target) ? sql : (family ?? sql));

  test.each(ROLES)('what %s may, and may not', async (role) => {
    const db = await member(control, role);
    for (const deed of DEEDS.filter((one) => sqlOf(one) !== '')) {
      const code = await codeOf(db, sqlOf(deed));
      if (deed.by.includes(role)) expect([deed.deed, code]).toEqual([deed.deed, 'done']);
      else
        expect([deed.deed, code]).toEqual([
          deed.deed,
          expect.stringMatching(deed.deed === 'become admin' ? NO_ROLE : DENIED),
        ]);
    }
  });

  test('a viewer sees every table and view that there is', async () => {
    const viewer = await member(control, 'viewer');
    const { rows } = await control.db.query<{ name: string }>(
      `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = :schema AND TABLE_NAME <> 'wirekite_error'`,
      { schema: control.schema },
    );
    expect(rows.length).toBeGreaterThan(30);
    for (const { name } of rows) expect([name, await codeOf(viewer, `SELECT * FROM ${name}`)]).toEqual([name, 'done']);
  });

  test('who said it is who said it: in the command, in the history, in what was settled', async () => {
    const db = await member(control, 'operator');
    const me = String(
      (await db.query(isPostgres(target) ? 'SELECT session_user AS me' : 'SELECT USER() AS me')).rows[0]?.['me'],
    );
    await db.query(`${COMMAND} (action) VALUES ('CUTOVER')`);
    await db.query(`UPDATE wirekite_action SET action = 'STOP'`);
    await db.query(`UPDATE wirekite_error SET resolution = NULL`);
    await db.query(`UPDATE wirekite_error SET resolution = 'SKIP'`);
    const said = async (sql: string) => Object.values((await db.query(sql)).rows[0] ?? {})[0];
    expect(await said('SELECT author FROM wirekite_command ORDER BY command_id DESC LIMIT 1')).toBe(me);
    expect(await said('SELECT changed_by FROM wirekite_history ORDER BY history_id DESC LIMIT 1')).toBe(me);
    expect(await said('SELECT author FROM wirekite_error')).toBe(me);
    const daemon = await member(control, 'daemon');
    expect(await isAdmin(daemon, me, '')).toBe(false);
    expect(await isAdmin(daemon, me, me)).toBe(true);
  });

  test('who has no role may nothing', async () => {
    const as = await stranger(control.url, control.db);
    const code = await control.open(as).then(
      (db) => codeOf(db, `SELECT * FROM ${control.schema}.wirekite_status`),
      (error: { code?: string }) => String(error.code),
    );
    expect(code).toMatch(DENIED);
  });

  test('they can be made again, and after an upgrade', async () => {
    await withRoles(control.db);
    expect(await setUpShop(control)).toEqual([]);
    expect(await rolesScript(control.db, 'odd"`name')).toMatch(
      isPostgres(target) ? /^SET search_path = "odd""`name"/ : /^USE `odd"``name`/,
    );
  });
});

test('a viewer sees what a daemon’s session does; nobody may call a routine without a role', async () => {
  const control = await freshControl(18);
  await withRoles(control.db);
  const viewer = await member(control, 'viewer');
  await worker(control.db);
  const asked = 'SELECT s.query FROM wirekite_worker w CROSS JOIN LATERAL session_of(w.target_session::bigint) s';
  expect((await viewer.query(asked)).rows).toEqual([{ query: expect.stringContaining('wirekite_worker') as string }]);
  const open = `SELECT proname FROM pg_proc WHERE pronamespace = 'wirekite'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE')`;
  expect((await control.db.query(open)).rows).toEqual([]);
});

test('who may not make roles is told how they are made', async () => {
  const control = await freshControl(18);
  await withRoles(control.db);
  await expect(makeRoles(await member(control, 'admin'))).rejects.toMatchObject({
    code: 'ROLES_NOT_MADE',
    hint: expect.stringContaining('init --roles --sql') as string,
  });
});

test.each(TARGETS)('on %s, who is to make the control tables himself is given that', async (target) => {
  const control = await bareDatabase(target);
  const as = await stranger(control.url, control.db);
  const grants = await controlGrants(control.db, control.schema, as.username);
  for (const { statement } of grants) await control.db.query(statement);
  if (isPostgres(target))
    await control.db.query(`GRANT CREATE ON DATABASE ${control.url.pathname.slice(1)} TO ${as.username}`); // as the loader says
  const db = await control.open(as);
  expect(await setUpShop({ ...control, db })).toEqual(
    isPostgres(target) ? [] : [expect.stringContaining('may not create triggers')],
  );
  expect(await controlGrants(db, control.schema, undefined)).toHaveLength(isPostgres(target) ? 0 : 1); // it owns them
});

async function codeOf(db: Db, sql: string): Promise<string> {
  return db.query(sql).then(
    () => 'done',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
}
