/** Roles that may no more than they need: on the source REPLICATION and its own tables, on the target its own database. */
import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { freshDatabase, sharedServer, type Major } from '../servers/index.js';
import { change, following, leave, inStep } from './following.js';

/** A database of a role of its own, which is dropped after the test. */
async function owned(major: Major, rights: string): Promise<URL> {
  const [server, url] = [await sharedServer(major), await freshDatabase(major)];
  const role = `mover_${randomBytes(4).toString('hex')}`;
  await change(server, `CREATE ROLE ${role} LOGIN ${rights} PASSWORD 'secret'`);
  await change(server, `ALTER DATABASE ${url.pathname.slice(1)} OWNER TO ${role}`);
  await change(url, `ALTER SCHEMA public OWNER TO ${role}`);
  onTestFinished(async () => {
    await change(url, `REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}`).catch(() => undefined);
    await change(server, `ALTER DATABASE ${url.pathname.slice(1)} OWNER TO CURRENT_USER; DROP ROLE ${role}`).catch(
      () => undefined,
    );
  });
  const own = new URL(url);
  [own.username, own.password] = [role, 'secret'];
  return own;
}

it('need neither a superuser on the source nor replica rights on the target', { timeout: 360_000 }, async () => {
  const [source, target] = [await owned(15, 'REPLICATION'), await owned(18, '')];
  const { migration, writer } = await following(
    { source, target, settings: { poll_seconds: 1 } },
    { sessions: 2, largest: 300, rest: 400 },
  );
  const run = migration.follow('stopped');
  await inStep(migration);
  await migration.ask('SELECT pg_sleep(3)');
  await writer.stop();
  await leave(run);
  await migration.follow().code();
  expect(run.said).toContain('session_replication_role');
  await migration.expectInStep();
});
