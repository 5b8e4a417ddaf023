import { describe, expect, test } from 'vitest';
import { applyFileSettings, defaultSettings, readSettings, stampSettings } from '../../src/control/setting.js';
import { SETTINGS } from '../../src/control/settings.js';
import { requireVersion } from '../../src/control/set-up.js';
import { controlVersion } from '../../src/db/statements.js';
import { freshControl, setUpShop, TARGETS, type Target } from './schema.js';

const set = (value: string | null, name = 'load_connections') =>
  `UPDATE wirekite_setting SET value = ${value === null ? 'NULL' : `'${value}'`} WHERE name = '${name}'`;

describe.each<Target>([10, 15, 18, 'MariaDB'])('settings on %s', (target) => {
  test('the file replaces defaults, SQL overrules the file, NULL returns to it', async () => {
    const { db, open } = await freshControl(target);
    const sql = await open();
    expect((await readSettings(db)).settings).toEqual(defaultSettings());
    expect(await applyFileSettings(db, { load_connections: 6, keep_seconds: 60 })).toEqual([]);
    expect((await readSettings(db)).settings).toMatchObject({ load_connections: 6, keep_seconds: 60 });
    await sql.query(set('8'));
    expect(await applyFileSettings(db, { load_connections: 7 })).toEqual([
      expect.stringMatching(/load_connections is 8 \(sql:[^)]+\), not 7/),
    ]);
    expect((await readSettings(db)).settings).toMatchObject({ load_connections: 8, keep_seconds: 900 });
    await sql.query(set(null));
    expect((await readSettings(db)).settings).toMatchObject({ load_connections: 7 });
    expect(await applyFileSettings(db, {})).toEqual([]);
    expect((await readSettings(db)).settings).toEqual(defaultSettings());
  });

  test('SQL may pin the value that is in force already', async () => {
    const { db, open } = await freshControl(target);
    await (await open()).query(set('4'));
    await applyFileSettings(db, { load_connections: 9 });
    expect((await readSettings(db)).settings.load_connections).toBe(4);
  });

  test('what is no number, or out of its bounds, is refused with the range in words', async () => {
    const { db } = await freshControl(target);
    for (const value of ['lots', '0', '65', '4.5', '', '1e1', '99999999999999999999'])
      await expect(db.query(set(value))).rejects.toThrow(
        `setting load_connections is a whole number from 1 to 64 (sessions), not '${value}'`,
      );
    expect((await readSettings(db)).settings.load_connections).toBe(4);
  });
});

describe.each(TARGETS)('on %s', (target) => {
  test('blanks around a number are taken off, a bad value of the file is refused', async () => {
    const { db } = await freshControl(target);
    await db.query(set(' 12 '));
    expect((await readSettings(db)).settings.load_connections).toBe(12);
    await expect(applyFileSettings(db, { slice_bytes: 1 })).rejects.toThrow(
      /slice_bytes is a whole number from 1048576/,
    );
    await expect(applyFileSettings(db, { nonsense: 1 } as object)).rejects.toThrow('there is no setting nonsense');
  });

  test('every bound allows the default, and the stamp follows a change', async () => {
    for (const s of Object.values(SETTINGS))
      expect(s.kind === 'word' ? new RegExp(s.allowed).test(s.default) : s.default >= s.min && s.default <= s.max).toBe(
        true,
      );
    const { db } = await freshControl(target);
    const waiting = async () =>
      (
        await db.query(
          `SELECT name FROM wirekite_setting WHERE kind <> 'fixed' AND coalesce(applied_at < updated_at, true)`,
        )
      ).rows.length;
    await stampSettings(db);
    expect(await waiting()).toBe(0);
    await db.query(set('8'));
    expect(await waiting()).toBe(1);
  });

  test('what the schema belongs to cannot be changed by SQL', async () => {
    const { db } = await freshControl(target);
    await expect(db.query(set('other', 'migration'))).rejects.toThrow(/it cannot be changed/);
  });

  test.each([
    ['PR-22 a newer one', '99'],
    ['PR-22 an older one', '1'],
  ])('daemons refuse %s', async (_, version) => {
    const control = await freshControl(target);
    const { db } = control;
    const message = `have version ${version}, and this openkite needs version ${controlVersion(db.dialect)}`;
    await requireVersion(db);
    await db.query(`UPDATE wirekite_setting SET file_value = :version WHERE name = 'control_version'`, { version });
    await expect(requireVersion(db)).rejects.toMatchObject({
      code: 'CONTROL_VERSION',
      message: expect.stringContaining(message),
    });
    if (version === '99') await expect(setUpShop(control)).rejects.toMatchObject({ code: 'CONTROL_VERSION' });
  });
});
