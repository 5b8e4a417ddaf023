/** Servers that crash in the middle of a run. They are of this file alone: nobody else shares them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type Server } from '../servers/index.js';
import { contentsOf, withSession, type Contents } from './contents.js';
import { Migration } from './migration.js';
import { fill } from './fill.js';

let servers: { readonly source: Server; readonly target: Server };
let contents: Contents;

beforeAll(async () => {
  const [source, target] = await Promise.all([startServer({ major: 15 }), startServer({ major: 18 })]);
  servers = { source, target };
  await fill(source.url());
  contents = await contentsOf(source.url());
});

afterAll(async () => {
  await Promise.all(Object.values(servers).map((server) => server.stop('immediate')));
});

it.each(['source', 'target'] as const)('the %s crashes and comes back', async (side) => {
  const database = `after_${side}`;
  await withSession(servers.target.url(), (db) => db.query(`CREATE DATABASE ${database}`));
  const migration = await Migration.create({ source: servers.source.url(), target: servers.target.url(database) });
  const run = migration.run();
  await migration.row(`SELECT 1 AS begun FROM wirekite_progress WHERE operation = 'D' AND mark::bigint > 0`);
  await migration.ask(`INSERT INTO wirekite_command (action, scope) VALUES ('PAUSE', 'public.twins')`);
  await servers[side].restart('immediate');
  await migration.row(`SELECT 1 AS yes FROM wirekite_command WHERE state = 'DONE'`, 60);
  await migration.ask(`INSERT INTO wirekite_command (action, scope) VALUES ('RUN', 'public.twins')`);
  expect(await run.code()).toBe(0);
  await migration.expectWhole(contents);
});

it('CP-23 a STOP that cannot be read, for the target is down: a signal ends it in time, and the next run goes on', async () => {
  await withSession(servers.target.url(), (db) => db.query(`CREATE DATABASE without_target`));
  const target = servers.target.url('without_target');
  const migration = await Migration.create({ source: servers.source.url(), target });
  const run = migration.run();
  await migration.row(`SELECT 1 AS begun FROM wirekite_progress WHERE operation = 'D' AND mark::bigint > 0`);
  await servers.target.halt('immediate');
  run.child.kill('SIGTERM');
  expect(await run.code(30)).toBe(1);
  await servers.target.start();
  expect(await migration.run().code()).toBe(0);
  await migration.expectWhole(contents);
});
