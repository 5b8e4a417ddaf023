import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from '../../extractors/mysql/index.js';
import { monotonic } from '../../src/base/clock.js';
import type { ChangeSource, Extractor } from '../../src/connector/extractor.js';
import { Recorder } from '../../src/daemon/recorder.js';
import type { Position } from '../../src/model/position.js';
import { openStore } from '../../src/store/open.js';
import type { MariaDb } from '../servers/mariadb.js';
import { onDatabase } from '../servers/session.js';

/** Rows, each inserted and updated, in transactions of a thousand. */
const ROWS = 300_000;
const EACH = 1000;

/** How fast a binary log is read, decoded and written into sealed files. */
export async function benchBinlog(mariaDb: MariaDb): Promise<void> {
  const url = mariaDb.url('logged');
  await onDatabase(mariaDb.url(), (db) => db.query('CREATE DATABASE logged CHARACTER SET utf8mb4'));
  await onDatabase(url, (db) =>
    db.query(
      'CREATE TABLE t (id INT PRIMARY KEY, n INT, d DECIMAL(12, 2), at DATETIME(6), a VARCHAR(40), b VARCHAR(60))',
    ),
  );
  const extractor = await mysql.open(url, { name: 'bench', controlSchema: '' });
  const changes = extractor.changes!('bench');
  const from = await changes.create(() => undefined);
  await onDatabase(url, async (db) => {
    for (let i = 0; i < ROWS; i += EACH) {
      await db.query(
        `INSERT INTO t SELECT seq, seq, seq / 7, NOW(6), MD5(seq), CONCAT('row ', seq) FROM seq_${i + 1}_to_${i + EACH}`,
      );
      await db.query(`UPDATE t SET n = n + 1, b = MD5(id) WHERE id BETWEEN ${i + 1} AND ${i + EACH}`);
    }
  });
  const { seconds, cpu } = await capture(extractor, changes, from);
  const rate = (per: number) => `${Math.round((2 * ROWS) / per / 1000)} k`;
  console.log(
    `${2 * ROWS} row changes of a binary log into files: ${rate(seconds)} a second, ${rate(cpu)} a second of CPU (goal 350 k)`,
  );
  await extractor.close();
}

async function capture(
  extractor: Extractor,
  changes: ChangeSource,
  from: Position,
): Promise<{ seconds: number; cpu: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'openkite-bench-'));
  const over = new AbortController();
  const recorder = new Counting(
    over,
    {
      store: await openStore(folder),
      migration: 'bench',
      compression: 'none',
      sealBytes: () => 64 << 20,
      register: () => Promise.resolve(),
    },
    from,
  );
  const { tables } = await extractor.schema();
  const [start, used] = [monotonic(), process.cpuUsage()];
  await changes.capture(from, tables, recorder, over.signal);
  await recorder.close();
  const { user, system } = process.cpuUsage(used);
  rmSync(folder, { recursive: true });
  return { seconds: monotonic() - start, cpu: (user + system) / 1e6 };
}

/** Ends the capture with the last transaction. */
class Counting extends Recorder {
  #left = (2 * ROWS) / EACH;

  constructor(
    private readonly over: AbortController,
    options: ConstructorParameters<typeof Recorder>[1],
    position: Position,
  ) {
    super({ position, lastSeq: 0, lastNumber: -1 }, options);
  }

  override commit(end: Position): void {
    super.commit(end);
    if ((this.#left -= 1) === 0) this.over.abort();
  }
}
