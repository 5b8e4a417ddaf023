import { describe, expect, test } from 'vitest';
import { readAction, setAction } from '../../src/control/action.js';
import {
  bareDatabase,
  freshControl,
  isPostgres,
  login,
  makeSchema,
  numbers,
  untilBlocked,
  TARGETS,
  type Target,
} from './schema.js';

/** The published table, made by hand and without any guard, holding these words. */
async function unguarded(target: Target, ...words: string[]) {
  const control = await bareDatabase(target);
  await makeSchema(control);
  await control.db.query('CREATE TABLE wirekite_action (action VARCHAR(5), PRIMARY KEY (action))');
  for (const word of words) await control.db.query('INSERT INTO wirekite_action VALUES (:word)', { word });
  return control;
}

describe.each<Target>([10, 15, 18, 'MariaDB'])('guards on %s', (target) => {
  test('one row, three words, in any spelling', async () => {
    const { operator, typed } = await freshControl(target);
    const sql = await operator();
    await sql.query(typed(`UPDATE wirekite.wirekite_action SET action = ' stop'`));
    expect((await sql.query(typed('SELECT * FROM wirekite.wirekite_action'))).rows).toEqual([{ action: 'STOP' }]);
    const refused = (statement: string, message: RegExp) =>
      expect(sql.query(typed(statement))).rejects.toThrow(message);
    await refused(`UPDATE wirekite.wirekite_action SET action = 'GO'`, /'GO' is not one of RUN, PAUSE, STOP/);
    await refused(`UPDATE wirekite.wirekite_action SET action = NULL`, /NULL is not one of RUN, PAUSE, STOP/);
    await refused(`UPDATE wirekite.wirekite_action SET action = 'PAUSED'`, /too long|is not one of/);
    await refused(`UPDATE wirekite.wirekite_action SET action = 'STO\u0420'`, /is not one of RUN, PAUSE, STOP/);
    await refused(`INSERT INTO wirekite.wirekite_action VALUES ('RUN')`, /wirekite_action_one_row|duplicate/);
    await refused('DELETE FROM wirekite.wirekite_action', /always has one row/);
    if (isPostgres(target)) await refused('TRUNCATE wirekite.wirekite_action', /always has one row/);
  });

  test('a change stands in the history, and a lost history does not stop a PAUSE', async () => {
    const { db, operator, typed } = await freshControl(target);
    const sql = await operator();
    await sql.query(typed(`UPDATE wirekite.wirekite_action SET action = 'PAUSE'`));
    const { rows } = await db.query(
      `SELECT old_value, new_value, CASE WHEN changed_by = ${isPostgres(target) ? 'session_user' : 'USER()'} THEN 'me' END AS who
       FROM wirekite_history WHERE object = 'wirekite_action' ORDER BY history_id DESC LIMIT 1`,
    );
    expect(rows).toContainEqual({ old_value: 'RUN', new_value: 'PAUSE', who: 'me' });
    await db.query('ALTER TABLE wirekite_history RENAME TO lost');
    await sql.query(typed(`UPDATE wirekite.wirekite_action SET action = 'STOP'`));
    expect(await readAction(db)).toMatchObject({ word: 'STOP' });
  });

  test.runIf(isPostgres(target))('they fire in a session that replicates', async () => {
    const { operator, typed } = await freshControl(target);
    const sql = await operator({ session_replication_role: 'replica' });
    await sql.query(typed(`UPDATE wirekite.wirekite_action SET action = 'pause'`));
    await expect(sql.query(typed('DELETE FROM wirekite.wirekite_action'))).rejects.toThrow(/always has one row/);
    await expect(sql.query(typed(`INSERT INTO wirekite.wirekite_action VALUES ('STOP')`))).rejects.toThrow();
  });
});

describe.each(TARGETS)('on %s', (target) => {
  describe('reading', () => {
    test.each([
      ['CP-01 empty', [], 'PAUSE', 'CONTROL_INVALID', /no row/],
      ['CP-02 two rows', ['RUN', 'PAUSE'], 'PAUSE', 'CONTROL_MULTIPLE', /2 rows/],
      ['CP-03 three rows', ['RUN', 'PAUSE', 'STOP'], 'STOP', 'CONTROL_MULTIPLE', /3 rows/],
      ['RUN beside an unknown word', ['RUN', 'GO'], 'PAUSE', 'CONTROL_MULTIPLE', /2 rows/],
      ['CP-04 lower case', ['stop'], 'STOP', 'OK', /"stop"/],
      ['CP-05 blank after', ['STOP '], 'STOP', 'OK', /"STOP "/],
      ['CP-05 blank before', [' STOP'], 'STOP', 'OK', /" STOP"/],
      ['CP-06 a Cyrillic letter', ['STO\u0420'], 'PAUSE', 'CONTROL_INVALID', /53544fd0a0/],
      ['CP-08 empty word', [''], 'PAUSE', 'CONTROL_INVALID', /""/],
      ['CP-09 unknown word', ['GO'], 'PAUSE', 'CONTROL_INVALID', /"GO"/],
      ['RUN', ['RUN'], 'RUN', 'OK', /^$/],
    ] as const)('%s', async (_, words, word, status, why) => {
      const { db } = await unguarded(target, ...words);
      expect(await readAction(db)).toMatchObject({ word, status, why: expect.stringMatching(why) });
    });

    test('CP-08 NULL, in a table without its key', async () => {
      const control = await bareDatabase(target);
      const { db } = control;
      await makeSchema(control);
      await db.query('CREATE TABLE wirekite_action (action text); INSERT INTO wirekite_action VALUES (NULL)');
      expect(await readAction(db)).toMatchObject({
        word: 'PAUSE',
        status: 'CONTROL_INVALID',
        why: expect.stringContaining('NULL'),
      });
    });

    test('CP-27 ten thousand rows', async () => {
      const { db } = await unguarded(target, 'STOP');
      await db.query(`INSERT INTO wirekite_action SELECT concat('x', n) FROM ${numbers(9999)}`);
      expect(await readAction(db)).toMatchObject({
        word: 'STOP',
        status: 'CONTROL_MULTIPLE',
        why: expect.stringContaining('10000 rows'),
      });
    });

    test('CP-14 wider, with another column: read; renamed: unreadable', async () => {
      const { db } = await unguarded(target, 'PAUSE');
      const wider = isPostgres(target) ? 'ALTER action TYPE text' : 'MODIFY action VARCHAR(50)';
      await db.query(`ALTER TABLE wirekite_action ${wider}, ADD note text`);
      expect(await readAction(db)).toMatchObject({ word: 'PAUSE', status: 'OK' });
      await db.query('ALTER TABLE wirekite_action RENAME COLUMN action TO word');
      expect(await readAction(db)).toMatchObject({ status: 'CONTROL_UNREADABLE' });
    });

    test('CP-13 dropped', async () => {
      const { db } = await unguarded(target, 'RUN');
      await db.query('DROP TABLE wirekite_action');
      expect(await readAction(db)).toMatchObject({
        word: 'PAUSE',
        status: 'CONTROL_UNREADABLE',
        why: expect.stringContaining('wirekite_action'),
      });
    });

    test.runIf(isPostgres(target))('CP-15 not permitted: names the GRANT', async () => {
      const { db, open } = await unguarded(target, 'RUN');
      await db.query(
        `DO $$ BEGIN CREATE ROLE stranger; EXCEPTION WHEN duplicate_object THEN NULL; END $$; GRANT USAGE ON SCHEMA wirekite TO stranger`,
      );
      const stranger = await open();
      await stranger.query('SET ROLE stranger');
      expect(await readAction(stranger)).toMatchObject({
        status: 'CONTROL_UNREADABLE',
        why: expect.stringContaining('GRANT SELECT'),
      });
      await db.query('DROP OWNED BY stranger');
    });

    test.runIf(!isPostgres(target))('CP-15 not permitted to another login: names the GRANT', async () => {
      const control = await unguarded(target, 'RUN');
      await control.db.query('CREATE TABLE other (id int)');
      const stranger = await control.open(await login(control, 'SELECT ON {schema}.other'));
      expect(await readAction(stranger)).toMatchObject({
        status: 'CONTROL_UNREADABLE',
        why: expect.stringContaining('GRANT SELECT'),
      });
    });
  });

  describe('setting', () => {
    test.each([
      [[], 'was empty'],
      [['RUN', 'PAUSE'], 'had 2 rows (PAUSE, RUN)'],
      [['RUN', 'STOP', 'GO'], 'had 3 rows'],
      [['RUN'], 'RUN became STOP'],
      [['STOP'], 'already said STOP'],
    ])('CP-01, CP-02 STOP over %j', async (words, told) => {
      const { db } = await unguarded(target, ...words);
      expect(await setAction(db, 'STOP')).toContain(told);
      expect((await db.query('SELECT action FROM wirekite_action')).rows).toEqual([{ action: 'STOP' }]);
    });

    test('works on the guarded table, and when somebody changes it at the same time', async () => {
      const { db, open } = await freshControl(target);
      const other = await open();
      let told = Promise.resolve('');
      await other.transaction(async (tx) => {
        await tx.query(`UPDATE wirekite_action SET action = 'PAUSE'`);
        told = setAction(db, 'STOP');
        await untilBlocked(tx, db.session);
      });
      await told;
      expect(await readAction(db)).toMatchObject({ word: 'STOP', status: 'OK' });
    });
  });
});
