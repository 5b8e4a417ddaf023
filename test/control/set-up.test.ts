import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { readAction } from '../../src/control/action.js';
import { requireVersion } from '../../src/control/set-up.js';
import { bareDatabase, setUpShop } from './schema.js';

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
