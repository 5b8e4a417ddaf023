import { describe, expect, test } from 'vitest';
import { forgetOld, insertCommand, knownScopes, readCommands } from '../../src/control/command.js';
import { readSaid } from '../../src/control/said.js';
import { clock } from '../../src/control/sample.js';
import { SETTINGS, type Settings } from '../../src/control/settings.js';
import { insertTables } from '../../src/control/table.js';
import { stricter } from '../../src/control/wishes.js';
import { endOfHours, keepBusinessHours } from '../../src/daemon/business-hours.js';
import type { Db } from '../../src/db/db.js';
import { Lots, printedSeed } from '../crash/lots.js';
import { freshControl, TARGETS } from './schema.js';

const SCHEMAS = ['public', 'sales'];
const TABLES = SCHEMAS.flatMap((schema) => ['a', 'b', 'c'].map((name) => ({ schema, name })));

async function withTables(db: Db): Promise<void> {
  const rows = TABLES.map(({ schema, name }) => ({ schema, table: `${schema}.${name}`, target: name }));
  await insertTables(
    db,
    rows.map((row) => ({ ...row, priority: 0, rowsEstimated: 0, bytesEstimated: 0 })),
  );
}

/** Defaults, but for these. */
const settings = (changed: Partial<Settings>): Settings => ({
  ...(Object.fromEntries(Object.entries(SETTINGS).map(([name, { default: value }]) => [name, value])) as Settings),
  ...changed,
});

describe.each(TARGETS)('on %s', (target) => {
  test('the view and the daemons agree on what holds, whatever was said', async () => {
    const { db } = await freshControl(target);
    await withTables(db);
    const chance = new Lots(printedSeed());
    const scopes = ['*', ...SCHEMAS.map((schema) => `schema:${schema}`), ...TABLES.map((t) => `${t.schema}.${t.name}`)];
    const past = '2020-01-01 00:00:00';
    for (let round = 0; round < 12; round += 1) {
      for (let n = 1 + chance.below(6); n > 0; n -= 1) {
        const { id } = await insertCommand(db, {
          action: chance.of(['PAUSE', 'RUN', 'STOP', 'THROTTLE', 'RELOAD']),
          scope: chance.of(scopes),
          ...(chance.below(4) === 0 ? { expiresAt: chance.of([past, '2100-01-01 00:00:00']) } : {}),
        });
        const state = chance.of(['PENDING', 'SEEN', 'DONE', 'REFUSED']);
        await db.query(`UPDATE wirekite_command SET state = '${state}' WHERE command_id = ${id}`);
      }
      await db.query(`UPDATE wirekite_action SET action = '${chance.of(['RUN', 'RUN', 'RUN', 'PAUSE', 'STOP'])}'`);
      const { reading, wishes } = await readSaid(db);
      const { rows } = await db.query<{ table_name: string; action: string }>(
        'SELECT table_name, action FROM wirekite_effective_action',
      );
      const here = TABLES.map((t) => [`${t.schema}.${t.name}`, stricter(reading.word, wishes.ofTable(t).word)]);
      expect(Object.fromEntries(rows.map((row) => [row.table_name, row.action]))).toEqual(Object.fromEntries(here));
    }
  });

  test('blanks and lower case are forgiven; author and state are the database’s', async () => {
    const { db } = await freshControl(target);
    await db.query(`INSERT INTO wirekite_command (action, scope) VALUES (' pause ', '')`);
    expect(await readCommands(db)).toMatchObject([{ action: 'PAUSE', scope: '*', state: 'PENDING', inForce: true }]);
    await expect(db.query(`INSERT INTO wirekite_command (action, state) VALUES ('PAUSE', 'OBEYED')`)).rejects.toThrow();
  });

  test('business hours are said once, end by themselves, and a person may overrule them', async () => {
    const { db } = await freshControl(target);
    await withTables(db);
    const all = settings({ business_hours: '00:00-24:00' });
    await keepBusinessHours(db, all);
    await keepBusinessHours(db, all);
    const [pause] = await readCommands(db);
    expect(pause).toMatchObject({ action: 'PAUSE', scope: '*', author: 'openkite', inForce: true });
    const now = new Date(`${(await clock(db)).slice(0, 19).replace(' ', 'T')}Z`);
    const ends = endOfHours('00:00-24:00', '+00:00', now);
    expect(pause?.expiresAt?.slice(0, 10)).toBe(ends?.toISOString().slice(0, 10));
    await insertCommand(db, { action: 'RUN' });
    await keepBusinessHours(db, all);
    expect((await readSaid(db)).reading.word).toBe('RUN');
    await keepBusinessHours(db, settings({ ...all, business_rows: 100 }));
    expect((await readSaid(db)).wishes.throttle).toBeUndefined(); // of these hours it was said already
  });

  test('hours that were changed are lifted', async () => {
    const { db } = await freshControl(target);
    await keepBusinessHours(db, settings({ business_hours: '00:00-24:00', business_bytes: 5_000_000 }));
    expect((await readSaid(db)).wishes.throttle).toEqual({ rows: Infinity, bytes: 5e6 });
    await keepBusinessHours(db, settings({}));
    expect((await readSaid(db)).wishes.throttle).toEqual({ rows: Infinity, bytes: Infinity });
    await keepBusinessHours(db, settings({}));
    expect(await db.query('SELECT 1 AS n FROM wirekite_command')).toMatchObject({ count: 2 });
  });

  test('what was settled long ago goes, but for what is in force; nothing else of the history', async () => {
    const { db } = await freshControl(target);
    await withTables(db);
    for (const scope of ['public.a', 'public.a', 'public.b']) await insertCommand(db, { action: 'PAUSE', scope });
    await db.query(`UPDATE wirekite_command SET state = 'DONE', ended_at = '2020-01-01 00:00:00'`);
    const recorded = async () => Number((await db.query('SELECT count(*) AS n FROM wirekite_history')).rows[0]?.['n']);
    const before = await recorded();
    await forgetOld(db, 30);
    expect((await readCommands(db)).map(({ scope, id }) => `${id} ${scope}`)).toEqual(['2 public.a', '3 public.b']);
    expect(await recorded()).toBe(before);
    expect(await knownScopes(db)).toEqual(expect.arrayContaining(['*', 'schema:sales', 'sales.c']));
  });
});
