/** How many readers and loaders a host has, by what its target's tables say. */
import { describe, expect, test } from 'vitest';
import { sampleMetrics } from '../../src/control/metric.js';
import { defaultSettings } from '../../src/control/setting.js';
import { heartbeat } from '../../src/control/worker.js';
import { Scaler } from '../../src/daemon/scaler.js';
import { freshControl, planned, worker, TARGETS } from './schema.js';

describe.each(TARGETS)('on %s', (target) => {
  test('a step while it is worth something, back when it is not, and back to the settings at NO', async () => {
    const { db } = await freshControl(target);
    await planned(db, 40);
    const units = await Promise.all(['extract', 'extract', 'load', 'load'].map((role) => worker(db, role)));
    const states = units.map((unit, i) => ({ worker: unit, state: 'RUNNING', activity: i < 2 ? 'SOURCE' : 'IDLE' }));
    await heartbeat(db, states as never);
    await sampleMetrics(db, { shares: true });
    let settings = { ...defaultSettings(), auto_scale: 'YES', extract_connections: 2, load_connections: 2 };
    const told: unknown[] = [];
    const scaler = new Scaler(
      { host: 'here', cpus: 4, ownSnapshots: false, settings: () => settings },
      { scale: (role, sessions) => void told.push([role, sessions]) },
      { event: (what) => Promise.resolve(void told.push(what)) },
      0,
    );
    await scaler.look(db); // nothing to compare with
    expect(told).toEqual([]);
    await scaler.look(db);
    const more = [['extract', [3]], 'extract: 3 sessions in 1 processes: source binds'];
    expect(told).toEqual(more);
    await db.query('UPDATE wirekite_table SET bytes_loaded = 1000000000');
    await scaler.look(db); // it was worth a gigabyte: another one
    expect(told.slice(2)).toEqual([['extract', [4]], 'extract: 4 sessions in 1 processes: source binds']);
    await scaler.look(db); // and that one nothing
    expect(told.slice(4)).toEqual([['extract', [3]], 'extract: 3 sessions in 1 processes: one more was worth nothing']);
    settings = { ...settings, auto_scale: 'NO' };
    await scaler.look(db);
    expect(told.slice(6)).toEqual([
      ['extract', [undefined]],
      ['load', [undefined]],
    ]);
  });
});
