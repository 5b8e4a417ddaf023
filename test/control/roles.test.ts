/** What each role may do with the control tables, and above all what it may not. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isAdmin } from '../../src/control/cutover.js';
import { controlGrants, makeRoles, rolesScript } from '../../src/control/roles.js';
import type { Db } from '../../src/db/db.js';
import { configured, fill, openkite } from '../cli/openkite.js';
import { freshDatabase } from '../servers/index.js';
import { onDatabase } from '../servers/session.js';
import { COMMAND, DEEDS, ROLES, type Deed } from './deeds.js';
import { member, stranger, withRoles } from './members.js';
import {
  bareDatabase,
  freshControl,
  isPostgres,
  planned,
  setUpShop,
  TARGETS,
  worker,
  type Control,
  type Target,
} from './schema.js';

/** No such right: on a schema, a table, a column, a routine. */
const DENIED = /^(42501|1044|1045|1142|1143|1227|1370|1419)$/;

const NO_ROLE = /^(42501|1959|3530)$/;

describe.each<Target>([10, ...TARGETS])('on %s', (target) => {
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

test('init --roles makes them with the control tables, whatever their schema is called; --sql prints them', async () => {
  const [source, target] = [await freshDatabase(), await freshDatabase()];
  await fill(source);
  const file = configured(source, target, 'control: { schema: steering }\n');
  expect((await openkite(['init', '--roles', '-c', file])).code).toBe(0);
  const may = `SELECT has_column_privilege('wirekite_operator', 'steering.wirekite_action', 'action', 'UPDATE') AS may`;
  expect((await onDatabase(target, (db) => db.query(may))).rows).toEqual([{ may: true }]);
  const { out } = await openkite(['init', '--sql', '--roles', '-c', file]);
  await onDatabase(target, (db) => db.query(out));
});

async function codeOf(db: Db, sql: string): Promise<string> {
  return db.query(sql).then(
    () => 'done',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
}
