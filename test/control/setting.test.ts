import { describe, expect, test } from 'vitest';
import {
  applyFileSettings,
  defaultSettings,
  readSettings,
  SETTINGS,
  stampSettings,
} from '../../src/control/setting.js';
import { requireVersion } from '../../src/control/set-up.js';
import { freshControl, setUpShop } from './schema.js';

const set = (value: string | null, name = 'load_connections') =>
  `UPDATE wirekite.wirekite_setting SET value = ${value === null ? 'NULL' : `'${value}'`} WHERE name = '${name}'`;

describe.each([10, 15, 18] as const)('settings on PostgreSQL %i', (major) => {
  test('the file replaces defaults, SQL overrules the file, NULL returns to it', async () => {
    const { db, operator } = await freshControl(major);
    const sql = await operator();
    expect(await readSettings(db)).toEqual(defaultSettings());
    expect(await applyFileSettings(db, { load_connections: 6, keep_seconds: 60 })).toEqual([]);
    expect(await readSettings(db)).toMatchObject({ load_connections: 6, keep_seconds: 60 });
    await sql.query(set('8'));
    expect(await applyFileSettings(db, { load_connections: 7 })).toEqual([
      expect.stringMatching(/load_connections is 8 \(sql:\w+\), not 7/),
    ]);
    expect(await readSettings(db)).toMatchObject({ load_connections: 8, keep_seconds: 900 });
    await sql.query(set(null));
    expect(await readSettings(db)).toMatchObject({ load_connections: 7 });
    expect(await applyFileSettings(db, {})).toEqual([]);
    expect(await readSettings(db)).toEqual(defaultSettings());
  });

  test('SQL may pin the value that is in force already', async () => {
    const { db, operator } = await freshControl(major);
    await (await operator()).query(set('4'));
    await applyFileSettings(db, { load_connections: 9 });
    expect((await readSettings(db)).load_connections).toBe(4);
  });

  test.each(['lots', '0', '65', '4.5', '', '1e1', '99999999999999999999'])(
    '%j is refused with the range in words',
    async (value) => {
      const { db } = await freshControl(major);
      await expect(db.query(set(value))).rejects.toThrow(
        `setting load_connections is a whole number from 1 to 64 (sessions), not '${value}'`,
      );
    },
  );
});

test('blanks around a number are taken off, a bad value of the file is refused', async () => {
  const { db } = await freshControl(18);
  await db.query(set(' 12 '));
  expect((await readSettings(db)).load_connections).toBe(12);
  await expect(applyFileSettings(db, { slice_bytes: 1 })).rejects.toThrow(/slice_bytes is a whole number from 1048576/);
  await expect(applyFileSettings(db, { nonsense: 1 } as object)).rejects.toThrow('there is no setting nonsense');
});

test('every bound allows the default, and the stamp follows a change', async () => {
  for (const s of Object.values(SETTINGS)) expect(s.default >= s.min && s.default <= s.max).toBe(true);
  const { db } = await freshControl(18);
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
  const { db } = await freshControl(18);
  await expect(db.query(set('other', 'migration'))).rejects.toThrow(/it cannot be changed/);
});

test.each([
  ['PR-22 a newer one', '99', /have version 99, and this openkite needs version 10/],
  ['PR-22 an older one', '1', /have version 1, and this openkite needs version 10/],
])('daemons refuse %s', async (_, version, message) => {
  const { db } = await freshControl(18);
  await requireVersion(db);
  await db.query(`UPDATE wirekite_setting SET file_value = :version WHERE name = 'control_version'`, { version });
  await expect(requireVersion(db)).rejects.toMatchObject({
    code: 'CONTROL_VERSION',
    message: expect.stringMatching(message),
  });
  if (version === '99') await expect(setUpShop(db)).rejects.toMatchObject({ code: 'CONTROL_VERSION' });
});
