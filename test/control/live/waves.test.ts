/** A run in waves, its checkpoints, and the way back to one. The tests of an engine are one migration, in order. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../crash/run.js';
import { ENGINES, Shop } from './shop.js';

const TABLES = ['customers', 'big', 'orders', 'side'];

describe.concurrent.each(ENGINES)('%s', (engine) => {
  let shop: Shop;
  const sql = (text: string) => shop.dba.sql(text);
  const checkpoint = async (cause: string) =>
    Number(await shop.dba.value(`SELECT max(checkpoint_id) FROM wirekite_checkpoint WHERE cause LIKE '%${cause}%'`));
  const back = (id: number | string, ...words: string[]) =>
    shop.run(undefined, ['run', '--from-checkpoint', String(id), ...words]);
  /** Generation, and each chunk with the times at which it was written and loaded. */
  const tracks = (name: string) =>
    sql(`SELECT t.generation, p.source, p.target, p.mark, p.start_time, p.finish_time FROM wirekite_table t
      JOIN wirekite_progress p ON p.table_name = t.table_name WHERE t.table_name = '${shop.table(name)}' ORDER BY 2, 3`);
  const expectSame = async () => {
    for (const name of TABLES) {
      const { source, target } = await shop.rows(name);
      expect(target, name).toEqual(source);
    }
  };

  /** No row of a phase was read or written before the end of the one before. */
  const expectRowsInOrder = async () => {
    const early = `SELECT f.phase, f.ended_at, p.source, p.start_time, p.finish_time FROM wirekite_phase f
      JOIN wirekite_table t ON t.phase > f.phase JOIN wirekite_progress p ON p.table_name = t.table_name
      WHERE p.finish_time < f.ended_at OR p.operation = 'D' AND p.start_time < f.ended_at`;
    expect(await sql(early)).toEqual([]);
    const open = `SELECT n.phase FROM wirekite_phase f JOIN wirekite_phase n ON n.phase = f.phase + 1 WHERE n.opened_at < f.ended_at`;
    expect(await sql(open)).toEqual([]);
  };
  const expectTasksInOrder = async () => {
    const early = `SELECT f.phase, f.ended_at, k.task_id, k.started_at FROM wirekite_phase f JOIN wirekite_task k ON k.phase > f.phase
      WHERE k.started_at < f.ended_at`;
    expect(await sql(early)).toEqual([]);
    const late = `SELECT f.phase, k.task_id FROM wirekite_phase f JOIN wirekite_task k ON k.phase = f.phase
      WHERE k.finished_at > f.ended_at OR k.started_at < f.opened_at`;
    expect(await sql(late)).toEqual([]);
  };

  beforeAll(async () => {
    shop = await Shop.open(engine, {
      changes: false,
      settings: { throttle_bytes: 2_000_000, slice_bytes: 1 << 20, checkpoint_keep: 30, poll_seconds: 1 },
      more: {
        execution: { model: 'wave' },
        phases: [
          ...[{ name: 'reference', tables: ['*.customers'] }],
          ...[{ name: 'second', tables: ['*.big'] }],
          ...[{ name: 'master', tables: ['*.orders'] }],
          ...[{ name: 'archive', tables: ['*.side'] }],
        ],
      },
    });
  });
  afterAll(() => shop.clear());

  test.sequential('while one phase is at work nothing of the next is, and SIGUSR2 takes a checkpoint', async () => {
    await shop.run(undefined, ['init']).code();
    const run = shop.run();
    const mark = `SELECT 1 FROM wirekite_progress WHERE operation = 'D' AND mark <> '0' AND table_name = '${shop.table('big')}'`;
    await shop.dba.row(mark);
    run.child.kill('SIGUSR2');
    await shop.dba.row(`SELECT 1 FROM wirekite_checkpoint WHERE cause LIKE '%SIGUSR2%'`);
    expect(await sql(`SELECT current_phase FROM wirekite_status`)).toEqual([['2']]);
    const early = `SELECT count(*) FROM wirekite_progress p JOIN wirekite_table t ON t.table_name = p.table_name
      WHERE t.phase > 2 AND (p.worker IS NOT NULL OR p.operation = 'D')`;
    expect(await sql(early)).toEqual([['0']]);
    run.child.kill('SIGKILL');
    await until('its daemons end', () => shop.processes.length === 0);
    expect((await sql(`SELECT count(*) FROM wirekite_checkpoint WHERE cause LIKE '%SIGUSR2%'`))[0]).toEqual(['1']);
  });

  test.sequential('what cannot be returned to is refused in words, and nothing is changed', async () => {
    const none = back(999, '--execute');
    expect(await none.code()).toBe(2);
    expect(none.said).toMatch(/there is no checkpoint 999: there are \d+, /);
    await sql(`INSERT INTO wirekite_worker (worker, role, host, pid, version, state, lease_until)
      VALUES ('somebody', 'load', 'elsewhere', 1, '0', 'RUNNING', '2100-01-01')`);
    await sql(
      `UPDATE wirekite_table SET generation = generation + 1, state = 'LOADED' WHERE table_name = '${shop.table('customers')}'`,
    );
    const refused = back('latest', '--execute');
    expect(await refused.code(), refused.said).toBe(2);
    expect(refused.said).toMatch(/worker somebody \(process 1 on elsewhere\) is alive/);
    expect(refused.said).toMatch(/customers was emptied since and is of generation 2, in the checkpoint 1/);
    await sql(`DELETE FROM wirekite_worker WHERE worker = 'somebody'`);
    await sql(`UPDATE wirekite_table SET generation = 1 WHERE table_name = '${shop.table('customers')}'`);
    expect(await sql(`SELECT value FROM wirekite_setting WHERE name = 'rollback_pending'`)).toEqual([['NO']]);
  });

  test.sequential(
    'killed at every step of a return: it goes on, and the run ends whole',
    { timeout: 90_000 },
    async () => {
      const first = await checkpoint('phase 1 (reference) has ended');
      const before = await tracks('customers');
      expect(before.length).toBeGreaterThan(0);
      const shown = back(first);
      expect(await shown.code(), shown.said).toBe(0);
      expect(shown.said).toMatch(/big\S* +COPYING +COPYING +[1-9]\d*\nNothing was changed. --execute/);
      expect(shown.said).not.toMatch(/customers/);
      for (const point of ['R1', 'R2', 'R3']) {
        const words = ['run', '--execute', '--from-checkpoint', point === 'R1' ? String(first) : 'latest'];
        expect(await shop.run(point, words).code(), point).toBe('SIGKILL');
        expect(shop.reached, point).toBe(true);
        if (point !== 'R1') continue;
        const waits = shop.run();
        expect(await waits.code(), waits.said).toBe(2);
        expect(waits.said).toMatch(new RegExp(`a return to checkpoint ${first} has begun and has not ended`));
      }
      const generation = `SELECT generation FROM wirekite_table WHERE table_name = '${shop.table('big')}'`;
      expect(await sql(generation)).toEqual([['2']]);
      expect(await shop.onTarget('SELECT count(*) FROM big')).toEqual([['0']]);
      await sql(`UPDATE wirekite_setting SET value = '0' WHERE name = 'throttle_bytes'`);
      const end = shop.run();
      expect(await end.code(), end.said).toBe(0);
      await expectSame();
      expect(await tracks('customers')).toEqual(before);
    },
  );

  test.sequential('one phase came after another, and each ended with a checkpoint', async () => {
    const phases = await sql(`SELECT phase, name, opened_at, ended_at FROM wirekite_phase ORDER BY phase`);
    expect(phases.map(([, name]) => name)).toEqual(['reference', 'second', 'master', 'archive']);
    await expectRowsInOrder();
    await expectTasksInOrder();
    const causes = (await sql(`SELECT cause FROM wirekite_checkpoint ORDER BY checkpoint_id`)).flat().join('\n');
    for (const cause of ['phase 2 (second) has ended', 'phase 3', 'phase 4', 'before foreign keys'])
      expect(causes).toContain(cause);
    expect(await sql(`SELECT current_phase, phase_total FROM wirekite_status`)).toEqual([['4', '4']]);
  });

  test.sequential(
    'after the end, too: the waves after a barrier are loaded again, and all before is not touched',
    async () => {
      const before = [await tracks('customers'), await tracks('big')];
      const second = await checkpoint('phase 2 (second) has ended');
      await shop.there.sql(`INSERT INTO orders (customer, note) SELECT id, 'late' FROM customers`);
      const again = back(second, '--execute');
      expect(await again.code(), again.said).toBe(0);
      expect(again.said).toMatch(/side\S* +\w+ +DONE +300\n.*orders\S* +\w+ +DONE +500\n/);
      await expectSame();
      await expectRowsInOrder();
      await shop.onTarget(`INSERT INTO orders (customer) VALUES (1)`); // its counter is beyond the rows that have come
      expect([await tracks('customers'), await tracks('big')]).toEqual(before);
      const key = `SELECT DISTINCT state, attempt_no > 1 FROM wirekite_task WHERE kind = 'foreign key'`;
      expect(await sql(key)).toEqual([['DONE', engine === 'MariaDB' ? '1' : 't']]);
      await expect(shop.onTarget(`INSERT INTO orders (customer) VALUES (4711)`)).rejects.toThrow(/foreign key/i);
      const nothing = back('latest', '--execute');
      expect(await nothing.code(), nothing.said).toBe(0);
      expect(nothing.said).toContain('No table holds other rows than then.');
    },
  );
});

test('where changes are followed the last wave ends with the cutover, and what was applied is not taken back', async () => {
  const shop = await Shop.open('PostgreSQL', { more: { execution: { model: 'wave' } } });
  try {
    const run = shop.follow();
    expect(await run.code(), run.said).toBe(0);
    const phases = `SELECT name, opened_at IS NOT NULL, ended_at IS NOT NULL FROM wirekite_phase ORDER BY phase`;
    expect(await shop.dba.sql(phases)).toEqual([
      ['reference', 't', 't'],
      ['master', 't', 'f'],
    ]);
    const order = `SELECT min(k.started_at) > max(f.ended_at) FROM wirekite_task k, wirekite_phase f WHERE k.phase = 2 AND f.phase = 1`;
    expect(await shop.dba.sql(order)).toEqual([['t']]);
    const back = shop.run(undefined, ['run', '--from-checkpoint', 'latest', '--execute']);
    expect(await back.code(), back.said).toBe(2);
    expect(back.said).toMatch(
      /changes of the source were applied to .*public.orders.*, which no checkpoint takes back/,
    );
    expect(back.said).toMatch(/INSERT INTO wirekite_command \(action, scope\) VALUES \('RELOAD', 'public.\w+'\)/);
    expect(await shop.onTarget('SELECT count(*) FROM orders')).toEqual([['500']]);
  } finally {
    await shop.clear();
  }
});
