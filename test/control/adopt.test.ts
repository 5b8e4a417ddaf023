import { describe, expect, test } from 'vitest';
import { readAction } from '../../src/control/action.js';
import { discardDerived } from '../../src/control/reset.js';
import { setUp } from '../../src/control/set-up.js';
import { tables } from '../../src/control/table.js';
import { advance, lockMark, sealChunk } from '../../src/control/progress.js';
import { claimExtract, claimLoad } from '../../src/control/claim.js';
import type { Db } from '../../src/db/db.js';
import {
  bareDatabase,
  freshControl,
  isPostgres,
  makeSchema,
  planned,
  setUpShop,
  worker,
  TARGETS,
  type Target,
} from './schema.js';

/** As printed in Wirekite's manual. */
const PUBLISHED_PROGRESS = `
CREATE TABLE wirekite.wirekite_progress (
    source VARCHAR(256),
    target VARCHAR(256),
    operation TEXT NOT NULL,
    transmission TEXT NOT NULL DEFAULT 'F',
    mark VARCHAR(64) NULL,
    table_name VARCHAR(256) NULL,
    start_time TIMESTAMP NOT NULL,
    finish_time TIMESTAMP NULL,
    restarts INT DEFAULT 0 NOT NULL,
    PRIMARY KEY (source, target)
);`;
const PUBLISHED_ACTION = `
CREATE TABLE wirekite.wirekite_action (
    action VARCHAR(5),
    PRIMARY KEY (action)
);

INSERT INTO wirekite.wirekite_action VALUES ('RUN');`;

const QUERIES = [
  `SELECT source, operation, mark, start_time, finish_time, restarts
FROM wirekite.wirekite_progress
WHERE operation IN ('D', 'CE', 'C')
ORDER BY start_time DESC;`,
  `SELECT source, operation, table_name, start_time, restarts
FROM wirekite.wirekite_progress
WHERE finish_time IS NULL
ORDER BY start_time DESC;`,
  `SELECT source, operation, restarts, start_time
FROM wirekite.wirekite_progress
WHERE restarts > 0
ORDER BY restarts DESC;`,
];

describe.each<Target>([10, 15, 18, 'MariaDB'])('adoption on %s', (target) => {
  test('the published tables get columns, guards and times with a zone', async () => {
    const control = await bareDatabase(target);
    const { db, typed } = control;
    await makeSchema(control);
    await db.query(typed(`${PUBLISHED_PROGRESS} ${PUBLISHED_ACTION}`));
    await db.query(typed(`UPDATE wirekite.wirekite_action SET action = 'PAUSE'`));
    await setUpShop(control);
    expect(await readAction(db)).toMatchObject({ word: 'PAUSE', status: 'OK' });
    await expect(db.query(`INSERT INTO wirekite_action VALUES ('STOP')`)).rejects.toThrow(/duplicate/i);
    const fresh = await freshControl(target);
    const shape = isPostgres(target)
      ? `SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull FROM pg_attribute
         WHERE attrelid = 'wirekite_progress'::regclass AND attnum > 0 ORDER BY attnum`
      : `SELECT COLUMN_NAME, COLUMN_TYPE, COLLATION_NAME, IS_NULLABLE, COLUMN_DEFAULT FROM information_schema.COLUMNS
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ('wirekite_action', 'wirekite_progress') ORDER BY TABLE_NAME, ORDINAL_POSITION`;
    expect((await db.query(shape)).rows).toEqual((await fresh.db.query(shape)).rows);
  });

  test('a table that lacks columns and its key gets them', async () => {
    const control = await bareDatabase(target);
    const { db } = control;
    await makeSchema(control);
    await db.query('CREATE TABLE wirekite_progress (source text, target text, operation text NOT NULL)');
    await setUpShop(control);
    await planned(db, 1);
    expect(await claimExtract(db, await worker(db))).toMatchObject({ source: 'public.items.0.dkt', restarts: 0 });
  });

  test('rows of another program are refused, and nothing is changed', async () => {
    const control = await bareDatabase(target);
    const { db, typed } = control;
    await makeSchema(control);
    await db.query(typed(PUBLISHED_PROGRESS));
    await db.query(
      `INSERT INTO wirekite_progress (source, target, operation, start_time) VALUES ('a', 'b', 'D', CURRENT_TIMESTAMP)`,
    );
    await expect(setUpShop(control)).rejects.toThrow(/wirekite_progress holds rows that openkite did not write/);
    expect(Object.keys((await db.query('SELECT * FROM wirekite_progress')).rows[0] ?? {})).toHaveLength(9);
  });
});

async function loadAll(db: Db): Promise<void> {
  const me = await worker(db);
  const slice = await claimExtract(db, me);
  if (slice === undefined) throw new Error('nothing to extract');
  await sealChunk(db, slice, { rows: 3, rawBytes: 30, checksum: 'c' });
  const chunk = await claimLoad(db, me);
  if (chunk === undefined) throw new Error('nothing to load');
  await db.transaction(async (tx) => advance(tx, chunk, await lockMark(tx, chunk), 3, { finished: true }));
}

describe.each(TARGETS)('on %s', (target) => {
  test.each([
    ['several rows: the strictest', `INSERT INTO wirekite_action VALUES ('RUN'), ('STOP'), ('PAUSE')`, 'STOP'],
    ['RUN in lower case', `INSERT INTO wirekite_action VALUES ('run')`, 'RUN'],
    ['an unknown word beside RUN', `INSERT INTO wirekite_action VALUES ('RUN'), ('GO')`, 'PAUSE'],
    ['none: only a new table begins with RUN', '', 'PAUSE'],
  ])('adopting %s', async (_, insert, word) => {
    const control = await bareDatabase(target);
    const { db } = control;
    await makeSchema(control);
    await db.query(`CREATE TABLE wirekite_action (action VARCHAR(5), PRIMARY KEY (action)); ${insert}`);
    await setUpShop(control);
    expect(await readAction(db)).toMatchObject({ word, status: 'OK' });
  });

  describe('the manual, word for word', () => {
    test('status, incomplete and restart queries; pause, resume and stop', async () => {
      const { db, operator, typed } = await freshControl(target);
      await planned(db, 2);
      await claimExtract(db, await worker(db));
      const sql = await operator();
      const [status, incomplete, restarts] = await Promise.all(QUERIES.map((query) => sql.query(typed(query))));
      expect(status?.rows).toEqual([]);
      expect(incomplete?.rows.map((row) => row['source'])).toEqual(
        expect.arrayContaining(['public.items.0.dkt', 'public.items.1.dkt']),
      );
      expect(restarts?.rows).toEqual([]);
      for (const word of ['PAUSE', 'RUN', 'STOP']) {
        await sql.query(typed(`UPDATE wirekite.wirekite_action SET action = '${word}';`));
        expect((await readAction(db)).word).toBe(word);
      }
    });

    test('the reset procedure: what follows from progress is forgotten with it', async () => {
      const { db, operator, typed } = await freshControl(target);
      await planned(db, 1);
      await loadAll(db);
      const sql = await operator();
      await sql.query(typed(`UPDATE wirekite.wirekite_action SET action = 'STOP';`));
      await sql.query(typed('TRUNCATE TABLE wirekite.wirekite_progress;'));
      await sql.query(typed(`UPDATE wirekite.wirekite_action SET action = 'RUN';`));
      expect(await discardDerived(db)).toEqual(['public.items']);
      expect(await tables(db)).toMatchObject([{ state: 'PLANNED', generation: 2, nextChunk: 1, chunkCount: 0 }]);
      expect((await db.query('SELECT 1 FROM wirekite_snapshot')).rows).toEqual([]);
      const { rows } = await db.query(`SELECT DISTINCT state FROM wirekite_task WHERE kind = 'event'`);
      expect(rows).toEqual([{ state: 'WAITING' }]);
      expect(await discardDerived(db)).toEqual([]);
    });
  });

  test('a migration of nothing but empty tables has no progress rows, and is not forgotten for that', async () => {
    const { db } = await freshControl(target);
    await planned(db, 0);
    expect(await discardDerived(db)).toEqual([]);
    expect(await tables(db)).toMatchObject([{ state: 'COPYING', generation: 1 }]);
  });

  test('setting up again never lifts a STOP', async () => {
    const control = await freshControl(target);
    const { db } = control;
    await db.query(`UPDATE wirekite_action SET action = 'STOP'`);
    await setUpShop(control);
    expect((await readAction(db)).word).toBe('STOP');
  });

  describe('one schema, one migration', () => {
    test.each([
      ['migration', { migration: 'other' }, /belongs to migration shop, not to other/],
      ['source', { source: 'source-2' }, /belongs to source source-1, not to source-2/],
      ['target', { target: 'target-2' }, /belongs to target target-1, not to target-2/],
    ] as const)('another %s is refused with both named', async (_, other, message) => {
      const control = await freshControl(target);
      await expect(setUpShop(control, other)).rejects.toMatchObject({
        kind: 'operator',
        code: 'OTHER_MIGRATION',
        message: expect.stringMatching(message),
      });
    });

    test.runIf(isPostgres(target))('two schemas in one database hold two migrations', async () => {
      const { db, operator } = await freshControl(target);
      const second = await operator({ search_path: 'second,pg_temp' });
      await setUp(second, { schema: 'second', migration: 'other', source: 'source-2', target: 'target-1' });
      await second.query(`UPDATE wirekite_action SET action = 'STOP'`);
      expect((await readAction(db)).word).toBe('RUN');
    });
  });
});
