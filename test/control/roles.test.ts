/** What each role may and, above all, may not: by a login that has it, on both engines. */
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeRoles } from '../../src/control/roles.js';
import { connect as connectMariaDb } from '../../src/db/mysql/connect.js';
import { connect } from '../../src/db/postgres/connect.js';
import type { Db } from '../../src/db/db.js';
import { views } from '../../src/db/statements.js';
import { bareDatabase, isPostgres, setUpShop, TARGETS, type Target } from './schema.js';

const ROLES = ['viewer', 'operator', 'admin', 'daemon'] as const;
type Role = (typeof ROLES)[number];

const ROUTINE = (target: Target, name: string, args: string) =>
  `${isPostgres(target) ? 'SELECT' : 'CALL'} ${name}(${args})`;

/** Who may say it, besides those that have the role in theirs. */
const MAY: readonly (readonly [least: Role, sql: string | ((target: Target) => string)])[] = [
  ['viewer', 'SELECT queue, cause FROM wirekite_error'],
  ['viewer', 'SELECT name, value FROM wirekite_setting'],
  ['viewer', 'SELECT * FROM load_run_log'],
  ['operator', 'SELECT raw_row, row_key FROM wirekite_error'],
  ['operator', `UPDATE wirekite_action SET action = 'PAUSE'`],
  [
    'operator',
    `INSERT INTO wirekite_command (action, scope, value, reason, expires_at) VALUES ('THROTTLE', '*', 'none', 'x', NULL)`,
  ],
  ['operator', `UPDATE wirekite_error SET resolution = 'SKIP'`],
  ['operator', 'UPDATE wirekite_table SET priority = 3'],
  ['operator', (target) => ROUTINE(target, 'wait_for', `'PAUSE', 0`)],
  ['admin', `UPDATE wirekite_setting SET value = '5' WHERE name = 'load_connections'`],
  ['admin', 'UPDATE wirekite_column SET expression = NULL'],
  ['admin', `UPDATE wirekite_task SET statement = ''`],
  ['admin', (target) => ROUTINE(target, 'reset', 'true')],
];

/** What no person may, whatever the role: that is for daemons, or for nobody. */
const NOBODY: readonly string[] = [
  `INSERT INTO wirekite_command (action, author) VALUES ('PAUSE', 'somebody else')`,
  `UPDATE wirekite_command SET state = 'DONE'`,
  `INSERT INTO wirekite_ack (command_id, worker) VALUES (1, 'x')`,
  `INSERT INTO wirekite_action VALUES ('STOP')`,
  'DELETE FROM wirekite_action',
  `UPDATE wirekite_progress SET mark = '0'`,
  'DELETE FROM wirekite_progress',
  `UPDATE wirekite_table SET state = 'DONE'`,
  `UPDATE wirekite_task SET state = 'DONE'`,
  `UPDATE wirekite_error SET raw_row = ''`,
  `UPDATE wirekite_setting SET set_by = 'default'`,
  `INSERT INTO wirekite_history (object) VALUES ('x')`,
  'DELETE FROM wirekite_history',
  'DELETE FROM load_run_log',
  `UPDATE wirekite_worker SET state = 'DEAD'`,
  'DELETE FROM wirekite_checkpoint',
];

const STRUCTURE = [
  'CREATE TABLE mine (a int)',
  'DROP TABLE wirekite_ack',
  'ALTER TABLE wirekite_action ADD COLUMN a int',
];

const DENIED = /denied|must be owner/i;

describe.each(TARGETS)('on %s', (target) => {
  const sessions = new Map<Role, Db>();

  beforeAll(async () => {
    const control = await bareDatabase(target);
    await setUpShop(control);
    await makeRoles(control.db);
    await makeRoles(control.db); // an upgrade does it again
    for (const role of ROLES) {
      const user = `u_${randomBytes(4).toString('hex')}`;
      const has = `wirekite_${role}`;
      const url = Object.assign(new URL(control.url), { username: user, password: 'secret' });
      if (isPostgres(target)) {
        await control.db.query(`CREATE ROLE ${user} LOGIN PASSWORD 'secret' IN ROLE ${has}`);
        sessions.set(role, await connect(url, { name: 'openkite:test:roles', searchPath: 'wirekite' }));
      } else {
        await control.db.query(`CREATE USER ${user} IDENTIFIED BY 'secret'; GRANT ${has} TO ${user}`);
        await control.db.query(`SET DEFAULT ROLE ${has} ${target === 'MariaDB' ? 'FOR' : 'TO'} ${user}`);
        sessions.set(role, await connectMariaDb(url, { name: 'openkite:test:roles', home: control.schema }));
      }
    }
    return async () => {
      for (const db of sessions.values()) await db.close();
    };
  });

  const said = async (role: Role, sql: string): Promise<string> =>
    sessions
      .get(role)!
      .query(sql)
      .then(
        () => 'done',
        (error: unknown) => (DENIED.test(String(error)) ? 'denied' : String(error)),
      );

  test('a viewer reads every view, and no row of the applications', async () => {
    for (const { file } of views(isPostgres(target) ? 'postgres' : 'mysql'))
      expect([file, await said('viewer', `SELECT * FROM ${file.replace('.sql', '')}`)]).toEqual([file, 'done']);
    expect(await said('viewer', 'SELECT raw_row FROM wirekite_error')).toBe('denied');
    expect(await said('viewer', 'SELECT row_key FROM wirekite_error')).toBe('denied');
  });

  test.each(MAY)('%s: %s', async (least, sql) => {
    const text = typeof sql === 'string' ? sql : sql(target);
    for (const role of ['viewer', 'operator', 'admin'] as const)
      expect([role, await said(role, text)]).toEqual([
        role,
        ROLES.indexOf(role) >= ROLES.indexOf(least) ? 'done' : 'denied',
      ]);
  });

  test.each(NOBODY)('no person: %s', async (sql) => {
    for (const role of ['viewer', 'operator', 'admin'] as const)
      expect([role, await said(role, sql)]).toEqual([role, 'denied']);
  });

  test.each(STRUCTURE)('neither person nor daemon: %s', async (sql) => {
    for (const role of ROLES) expect([role, await said(role, sql)]).toEqual([role, 'denied']);
  });

  test('a daemon may do to rows what its statements do', async () => {
    for (const sql of [
      `UPDATE wirekite_progress SET mark = '0'`,
      'DELETE FROM wirekite_sample',
      'SELECT * FROM wirekite_error',
    ])
      expect([sql, await said('daemon', sql)]).toEqual([sql, 'done']);
  });

  test('who said it is written by the server', async () => {
    const { rows } = await sessions
      .get('operator')!
      .query(`SELECT DISTINCT author FROM wirekite_command WHERE action = 'THROTTLE'`);
    expect(rows.map(({ author }) => String(author))).toEqual([
      expect.stringMatching(/^u_/),
      expect.stringMatching(/^u_/),
    ]);
  });
});
