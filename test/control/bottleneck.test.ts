/** What binds, from what workers say of themselves and what the target sees of their sessions. */
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { lookAtScaling, sampleMetrics } from '../../src/control/metric.js';
import { heartbeat, type Activity } from '../../src/control/worker.js';
import type { Db } from '../../src/db/db.js';
import { freshControl, isPostgres, planned, worker, TARGETS } from './schema.js';

interface Doing {
  readonly role: string;
  readonly activity: Activity;
  readonly cpuShare?: number;
  readonly targetSession?: string;
}

async function beat(db: Db, ...units: Doing[]): Promise<void> {
  for (const { role, ...doing } of units)
    await heartbeat(db, [{ worker: await worker(db, role), state: 'RUNNING', memoryBytes: 1e8, ...doing }]);
}

const looked = async (db: Db) =>
  (
    await db.query<{ what: string; share: string; binds: string; evidence: string }>(
      'SELECT what, share, binds, evidence FROM wirekite_bottleneck WHERE share > 0 ORDER BY share DESC, what',
    )
  ).rows.map(({ what, share, binds, evidence }) => [what, Number(share), binds, evidence]);

describe.each(TARGETS)('on %s', (target) => {
  test('the time of a process that is busy itself counts as CPU, and not as waiting', async () => {
    const { db } = await freshControl(target);
    await beat(db, { role: 'extract', activity: 'SOURCE', cpuShare: 0.9 }, { role: 'load', activity: 'TARGET' });
    await beat(db, { role: 'load', activity: 'IDLE', cpuShare: 0.2 });
    await sampleMetrics(db, { shares: true });
    expect(await looked(db)).toEqual([
      ['cpu', 0.5, 'YES', 'extract CPU 90 %, load CPU 10 %'],
      ['target', 0.25, 'NO', 'load TARGET 50 %'],
      ['source', 0.05, 'NO', 'extract SOURCE 10 %'],
    ]);
  });

  test('a session that waits for rows from a loader which waits for nothing waits for the network', async () => {
    const { db, open } = await freshControl(target);
    await planned(db, 3);
    const loading = await open();
    await loading.query('CREATE TABLE arriving (v text)');
    const rows = new Readable({ read: () => undefined });
    rows.push('a\n');
    const copy = loading.transaction((tx) => tx.load(isPostgres(target) ? COPY : LOAD, rows));
    const seen = async () => {
      await beat(db, { role: 'load', activity: 'TARGET', cpuShare: 0.1, targetSession: loading.session });
      await sampleMetrics(db, { shares: true });
      const [first] = await looked(db);
      return first?.[0];
    };
    await expect
      .poll(seen, { timeout: 10_000 })
      .toBe('network')
      .finally(() => rows.push(null)); // once it has begun to wait
    await copy;
    const { rows: advice } = await db.query('SELECT role, workers_wanted, why FROM wirekite_scaling ORDER BY role');
    expect(advice[0]?.['why']).toMatch(/3 pieces of work wait; network binds \(\d+ %\): more workers would not help/);
    expect(await lookAtScaling(db, 'nowhere')).toMatchObject([
      { binds: 'network', pieces: 3, cpu: 0 },
      { role: 'load' },
    ]);
  });

  test('without bottleneck_detection nobody looks, and the view says so', async () => {
    const { db } = await freshControl(target);
    await db.query(`UPDATE wirekite_setting SET value = 'NO' WHERE name = 'bottleneck_detection'`);
    await beat(db, { role: 'load', activity: 'TARGET' });
    await sampleMetrics(db, { shares: false });
    const { rows } = await db.query('SELECT DISTINCT evidence FROM wirekite_bottleneck');
    expect(rows).toEqual([{ evidence: 'nobody looks: bottleneck_detection is NO' }]);
  });
});

const COPY = 'COPY arriving FROM STDIN';
const LOAD = `LOAD DATA LOCAL INFILE 'rows' INTO TABLE arriving`;
