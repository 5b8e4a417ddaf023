/** A migration, from the first row to the cutover, by a login that has nothing but what `doctor --grants` printed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openkite } from '../../cli/openkite.js';
import { Workplace } from '../../crash/workplace.js';
import { onDatabase } from '../../servers/session.js';
import { stranger } from '../members.js';
import { ENGINES, Shop, type Engine } from './shop.js';

/** What else may need a right: on both sides, and on one. */
const MORE: Readonly<Record<Engine, string>> = {
  PostgreSQL: `DROP TABLE big; CREATE SCHEMA "back office"; CREATE SEQUENCE "back office".tickets;
    CREATE TABLE "back office".notes (id int, v text); INSERT INTO "back office".notes VALUES (1, 'a'), (1, 'a');
    CREATE VIEW dear AS SELECT * FROM orders; ALTER TABLE side ENABLE ROW LEVEL SECURITY`,
  MariaDB: 'DROP TABLE big; CREATE VIEW dear AS SELECT * FROM orders',
};

const ALSO: Readonly<Record<Engine, readonly string[]>> = { PostgreSQL: ['"back office".notes'], MariaDB: [] };

describe.concurrent.each(ENGINES)('%s', (engine) => {
  let shop: Shop;
  let mover: Workplace;
  let told: string;

  /** As whoever may do everything runs it. */
  const printed = async (...words: string[]): Promise<string> => {
    const { code, out, err } = await openkite([...words, '-c', shop.config]);
    expect([code, err]).toEqual([0, '']);
    return out;
  };

  beforeAll(async () => {
    shop = await Shop.open(engine);
    await shop.there.sql(MORE[engine]);
    const login = (url: URL, other?: URL) => onDatabase(url, (db) => stranger(url, db, other));
    const source = await login(shop.source);
    const target = await login(shop.target, source);
    mover = new Workplace({
      source: shop.source,
      target: shop.target,
      changes: true,
      settings: { poll_seconds: 1, idle_log_bytes: 1 },
      through: { source, target },
    });
    await shop.onTarget(await printed('init', '--sql'));
    await shop.onTarget(await printed('init', '--sql', '--roles'));
    told = await printed('doctor', '--grants', source.username);
    const [onSource = '', onTarget = ''] = told.split('-- On the target:\n');
    await shop.there.sql(onSource);
    await shop.onTarget(onTarget);
  });
  afterAll(async () => {
    await mover.clear();
    await shop.clear();
  });

  test.sequential('doctor has nothing to mend', async () => {
    const { code, out } = await openkite(['doctor', '-c', mover.config]);
    expect([code, out.match(/^FAIL.*/gm)]).toEqual([0, null]);
    expect(told).not.toMatch(/SUPERUSER|ALL PRIVILEGES|SUPER\b|GRANT "?postgres/);
  });

  test.sequential('what is loaded, followed and cut over is equal', async () => {
    const run = mover.follow('stopped');
    await shop.inStep();
    await shop.there.sql(`UPDATE orders SET note = 'later' WHERE id < 100; DELETE FROM side WHERE id < 50;
      INSERT INTO customers (name) VALUES ('late guest')`);
    for (const name of ['customers', 'orders', 'side']) await shop.arrived(name);
    await shop.dba.sql(`UPDATE wirekite_setting SET value = '${shop.target.username}' WHERE name = 'admins'`);
    await shop.dba.row(`SELECT 1 FROM wirekite_cutover_ready WHERE ready = 'YES' LIMIT 1`, 90);
    const { state, result } = await shop.obey('CUTOVER');
    expect([state, result]).toEqual(['DONE', expect.stringContaining('cut over')]);
    expect(await run.code(20)).toBe(0);
    for (const name of ['customers', 'orders', 'side', 'dear', ...ALSO[engine]]) {
      const { source, target } = await shop.rows(name);
      expect(target, name).toEqual(source);
    }
  });
});
