/** Two sessions at the same row, arranged on purpose: what the daemons only meet once in a hundred runs. */
import { expect, it } from 'vitest';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import { sealChunk } from '../../src/control/progress.js';
import { emptyForReload } from '../../src/control/table.js';
import { freshControl, planned, worker } from '../control/schema.js';
import { until } from './run.js';

it('a load that begins while its table is emptied is forgotten with it', async () => {
  const { db, open, operator } = await freshControl(18);
  await planned(db, 1);
  const extract = await claimExtract(db, await worker(db, 'extract'));
  await sealChunk(db, extract!, { rows: 10, rawBytes: 100, checksum: 'x' });
  const loader = await worker(db);
  const [barrier, claiming, keeping] = [await operator(), await open(), await open()];
  const waits = async (session: string) =>
    (await db.query(`SELECT 1 FROM pg_stat_activity WHERE pid = ${session} AND wait_event_type = 'Lock'`)).rows.length >
    0;
  let claim: Promise<unknown>, empty: Promise<unknown>;
  await barrier.transaction(async (tx) => {
    await tx.query('LOCK TABLE wirekite.wirekite_progress IN SHARE MODE');
    claim = claimLoad(claiming, loader);
    await until('the claim waits', () => waits(claiming.session));
    empty = keeping.transaction((other) => emptyForReload(other, 'public.items', 'test'));
    await until('the keeper waits', () => waits(keeping.session));
  });
  await Promise.all([claim!, empty!]);
  expect((await db.query('SELECT source FROM wirekite_progress')).rows).toEqual([]);
});
