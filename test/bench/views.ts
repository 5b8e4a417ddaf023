import { monotonic } from '../../src/base/clock.js';
import { setUp } from '../../src/control/set-up.js';
import type { Db } from '../../src/db/db.js';
import { views } from '../../src/db/statements.js';
import { quantile } from './process.js';

const TABLES = 10_000;
const CHUNKS = 50; // of each: with a row for writing and one for loading, a million in all
const ROUNDS = 5;

/** Milliseconds of every view, with ten thousand tables, a million rows of progress and five thousand commands. */
export async function timeViews(db: Db, schema: string): Promise<void> {
  await setUp(db, { schema, migration: 'bench', source: 'a', target: 'b' });
  for (const statement of filling(db)) await db.query(statement);
  const rows = (await db.query('SELECT count(*) AS n FROM wirekite_progress')).rows[0]?.['n'];
  console.log(`${db.dialect}: ${TABLES} tables, ${String(rows)} rows of wirekite_progress`);
  for (const view of views(db.dialect).map(({ file }) => file.replace('.sql', ''))) {
    const ms: number[] = [];
    let found = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = monotonic();
      found = (await db.query(`SELECT * FROM ${view}`)).rows.length;
      ms.push((monotonic() - start) * 1000);
    }
    const [middle, longest] = [quantile(ms, 0.5), Math.max(...ms)].map((x) => x.toFixed(0));
    console.log(`  ${view.padEnd(28)} ${middle!.padStart(5)} ms, longest ${longest!.padStart(5)} ms, ${found} rows`);
  }
}

/** The same tables in both dialects: what differs is how numbers are made and how times are reckoned. */
function filling({ dialect }: Db): string[] {
  const isPostgres = dialect === 'postgres';
  const numbers = (count: number): string =>
    isPostgres ? `generate_series(1, ${count}) AS s (n)` : `(SELECT CAST(seq AS SIGNED) AS n FROM seq_1_to_${count}) s`;
  const ago = (seconds: string): string =>
    isPostgres
      ? `clock_timestamp() - (${seconds}) * interval '1 second'`
      : `UTC_TIMESTAMP(6) - INTERVAL (${seconds}) SECOND`;
  const table = (n: string): string => `concat('s', mod(${n}, 10), '.t', ${n})`;
  const chunks = `${numbers(TABLES)} CROSS JOIN (SELECT n AS c FROM ${numbers(CHUNKS)}) k`;
  const isOpen = `n > ${TABLES - 100} AND c > ${CHUNKS - 10}`;
  const inHand = `n > ${TABLES - 64} AND c = ${CHUNKS - 10}`;
  return [
    `INSERT INTO wirekite_table (table_name, schema_name, target_name, state, phase, priority, rows_estimated, rows_extracted, rows_loaded,
       bytes_estimated, bytes_loaded, chunk_count, chunks_written, chunks_loaded, start_seq)
     SELECT ${table('n')}, concat('s', mod(n, 10)), ${table('n')}, CASE WHEN n > ${TABLES - 100} THEN 'COPYING' WHEN n > ${TABLES - 1000} THEN 'LOADED' ELSE 'DONE' END,
       1 + mod(n, 5), n, 100000, 100000, 90000, 10000000, 9000000, ${CHUNKS}, ${CHUNKS}, ${CHUNKS}, 1 FROM ${numbers(TABLES)}`,
    `INSERT INTO wirekite_worker (worker, role, host, pid, state, action_read, action_read_at, lease_until, version, activity)
     SELECT concat('load-', n), 'load', 'bench', n, 'RUNNING', 'RUN', ${ago('1')}, ${ago('-86400')}, '1', 'TARGET' FROM ${numbers(64)}`,
    `INSERT INTO wirekite_progress (source, target, operation, mark, table_name, start_time, finish_time, chunk_number, row_count, byte_count, claimed_at)
     SELECT concat(${table('n')}, '.', c, '.dkt'), 'DE', 'DE', CASE WHEN ${isOpen} THEN NULL ELSE '2000' END, ${table('n')}, ${ago('n')},
       CASE WHEN ${isOpen} THEN NULL ELSE ${ago('n - 2')} END, c, 2000, 200000, CASE WHEN ${isOpen} THEN NULL ELSE ${ago('n - 1')} END FROM ${chunks}`,
    `INSERT INTO wirekite_progress (source, target, operation, mark, table_name, start_time, finish_time, chunk_number, row_count, byte_count, worker)
     SELECT concat(${table('n')}, '.', c, '.dkt'), ${table('n')}, 'D', CASE WHEN ${inHand} THEN '700' ELSE '2000' END, ${table('n')}, ${ago('n')},
       CASE WHEN ${inHand} THEN NULL ELSE ${ago('n - 2')} END, c, 2000, 200000, CASE WHEN ${inHand} THEN concat('load-', ${TABLES} - n + 1) END
     FROM ${chunks} WHERE NOT (${isOpen})`,
    `INSERT INTO wirekite_progress (source, target, operation, mark, start_time, finish_time, chunk_number, row_count, byte_count, first_seq, last_seq, log_bytes, position)
     SELECT concat(n, '.ckt'), 'C', 'C', CASE WHEN n > 9990 THEN NULL ELSE concat(n) END, ${ago('10000 - n')}, CASE WHEN n > 9990 THEN NULL ELSE ${ago('9990 - n')} END,
       n, 10, 1000, n, n, n * 1000, '0/1' FROM ${numbers(10_000)}`,
    `INSERT INTO wirekite_progress (source, target, operation, mark, start_time, position, last_seq, log_bytes)
     VALUES ('stream', 'changes', 'C', '9990', ${ago('9')}, NULL, NULL, NULL), ('slot', 'CE', 'CE', '0/1', ${ago('9')}, '0/1', 10000, 10000000)`,
    `INSERT INTO wirekite_task (task_id, kind, table_name, state, statement)
     SELECT concat(k.kind, ' ', ${table('n')}), k.kind, ${table('n')}, CASE WHEN n > ${TABLES - 100} THEN 'WAITING' ELSE 'DONE' END, 'x'
     FROM ${numbers(TABLES)} CROSS JOIN (SELECT 'event' AS kind UNION ALL SELECT 'index' UNION ALL SELECT 'table' UNION ALL SELECT 'constraint') k`,
    `INSERT INTO wirekite_task (task_id, kind, state, statement) VALUES ('cutover', 'event', 'WAITING', '')`,
    `INSERT INTO wirekite_task_dependency (task_id, depends_on) SELECT 'cutover', task_id FROM wirekite_task WHERE task_id <> 'cutover'`,
    `INSERT INTO wirekite_command (action, scope, state, expires_at)
     SELECT CASE mod(n, 3) WHEN 0 THEN 'PAUSE' WHEN 1 THEN 'RUN' ELSE 'STOP' END, ${table('mod(n, 4000) + 1')}, 'DONE',
       CASE WHEN mod(n, 7) = 0 THEN ${ago('10')} END FROM ${numbers(5_000)}`,
    `INSERT INTO wirekite_sample (sampled_at, position, log_bytes, last_seq, kept_bytes, limit_bytes, applied_bytes)
     SELECT ${ago('2 * n')}, '0/1', 10000000 - n * 1000, CASE WHEN n > 5 THEN 9990 - n END, 1000, 1000000, 9000000 - n * 1000 FROM ${numbers(5_000)}`,
    `INSERT INTO wirekite_metric (sampled_at, name, scope, value)
     SELECT ${ago('5 * n')}, concat('share.', k.role), k.activity, 0.1 FROM ${numbers(2_500)} CROSS JOIN (SELECT 'load' AS role, 'TARGET' AS activity
       UNION ALL SELECT 'load', 'IDLE' UNION ALL SELECT 'extract', 'SOURCE' UNION ALL SELECT 'extract', 'STORE') k`,
    `INSERT INTO wirekite_error (queue, table_name, chunk, line_number, row_key, raw_row, cause, fault)
     SELECT 'q', ${table('n')}, 'c', n, 'k', 'r', 'c', 'f' FROM ${numbers(5_000)}`,
    ...['progress', 'table', 'task', 'task_dependency', 'command', 'sample', 'metric', 'error', 'worker'].map(
      (name) => `ANALYZE ${isPostgres ? '' : 'TABLE '}wirekite_${name}`,
    ),
  ];
}
