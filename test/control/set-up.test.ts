import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { readAction } from '../../src/control/action.js';
import { requireVersion } from '../../src/control/set-up.js';
import { bareDatabase, freshControl, setUpShop } from './schema.js';

const SCRIPT = `
  const { connect } = await import('./src/db/postgres/connect.ts');
  const { setUp } = await import('./src/control/set-up.ts');
  const db = await connect(new URL(process.env.URL), { name: 'openkite:test:set-up', searchPath: 'wirekite, pg_temp' });
  await setUp(db, { schema: 'wirekite', migration: 'shop', source: 'source-1', target: 'target-1' });
  await db.close();`;

test.each(['S1', 'S2', 'S3', 'S4'])('killed at %s, it is done again from there', async (point) => {
  const { db, url } = await bareDatabase(18);
  const env = { ...process.env, URL: url.href, OPENKITE_TEST: '1', OPENKITE_CRASH: point };
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', SCRIPT], {
    env,
    stdio: 'inherit',
  });
  expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
  await setUpShop(db);
  await requireVersion(db);
  expect(await readAction(db)).toMatchObject({ word: 'RUN', status: 'OK' });
});

test('making the views anew does not wait in a circle with somebody who reads them', async () => {
  const { db, open, operator } = await freshControl(18);
  const [reader, looker] = [await open(), await operator()];
  await reader.query('BEGIN; SELECT * FROM wirekite_restarts');
  const made = setUpShop(db);
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
