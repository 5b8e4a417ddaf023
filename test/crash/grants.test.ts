/** A login with what `doctor --grants` prints for it, and nothing else, moves a shop and follows it: on either engine. */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { freshDatabase, freshMariaDb } from '../servers/index.js';
import { onDatabase } from '../servers/session.js';
import { configured, openkite } from '../cli/openkite.js';
import { ENGINES, Shop, type Engine } from '../control/live/shop.js';

const CREATE: Readonly<Record<Engine, (login: string) => string>> = {
  PostgreSQL: (login) => `CREATE ROLE ${login} LOGIN PASSWORD 'secret'`,
  MariaDB: (login) => `CREATE USER ${login} IDENTIFIED BY 'secret'`,
};

/** Statements of one side, as they are printed. */
async function printed(file: string, login: string): Promise<{ source: string; target: string }> {
  const { out, err } = await openkite(['doctor', '--grants', login, '-c', file]);
  const [, source = '', target = ''] = out.split(/^-- On the .*\n/m);
  expect([source, target], err).toEqual([expect.stringContaining('GRANT'), expect.stringContaining('GRANT')]);
  return { source, target };
}

test.each(ENGINES)('%s', { timeout: 120_000 }, async (engine) => {
  const fresh = () => (engine === 'MariaDB' ? freshMariaDb() : freshDatabase(18));
  const [source, target, login] = [await fresh(), await fresh(), `mover_${randomBytes(4).toString('hex')}`];
  const asMover = (url: URL) => Object.assign(new URL(url), { username: login, password: 'secret' });
  const shop = await Shop.open(engine, {
    source,
    target,
    through: { source: asMover(source), target: asMover(target) },
  });
  onTestFinished(() => shop.clear());
  const config = configured(source, target, `changes: true\ncontrol: { schema: ${shop.control} }\n`);
  const grants = await printed(config, login);
  await onDatabase(source, (db) => db.query(CREATE[engine](login)));
  await onDatabase(source, (db) => db.query(grants.source));
  await onDatabase(target, (db) => db.query(grants.target));
  const run = shop.follow('stopped');
  await shop.row(`SELECT 1 FROM wirekite_status WHERE status = 'following'`, 60);
  await shop.there.sql(`UPDATE orders SET note = 'changed' WHERE id <= 50; DELETE FROM side WHERE id <= 10`);
  for (const table of ['customers', 'orders', 'big', 'side']) {
    await shop.arrived(table);
    const { source: wanted, target: found } = await shop.rows(table);
    expect(found, run.said).toEqual(wanted);
  }
});
