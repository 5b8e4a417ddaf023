-- IS EVERYTHING THERE?

-- 1. Do the chunks add up? `whole`: every chunk that was planned is written, every row of it is in the target or in the error
-- queue. `differs`: somebody has changed these tables by hand, or openkite has a fault: do not cut over.
SELECT table_name, target_name, state, chunks_planned, chunks_written, chunks_loaded, rows_written, rows_loaded, rows_queued, verdict
FROM wirekite.wirekite_chunk_audit
ORDER BY verdict, table_name;

-- 2. Rows that did not go through, and are not settled. None is what you want: bad-rows.sql.
SELECT queue, count(*) AS row_count FROM wirekite.wirekite_error WHERE resolution IS NULL GROUP BY queue;

-- 3. Left out, held or failed: none of them is complete on the target.
SELECT table_name, state, changes_skipped, error FROM wirekite.wirekite_table WHERE state IN ('SKIPPED', 'FAILED', 'HELD', 'RELOAD_NEEDED');

-- 4. Steps that failed, or were allowed to and were left out (owners, grants).
SELECT task_id, state, status_reason FROM wirekite.wirekite_task WHERE state IN ('FAILED', 'BLOCKED', 'HELD', 'ABORTED', 'SKIPPED') ORDER BY state, task_id;

-- 5. Where changes are followed: is the target in step? lag_transactions 0 and tables_behind 0.
SELECT lag_seconds, lag_transactions, tables_behind, applied_seq, sealed_seq FROM wirekite.wirekite_lag;

-- 6. What of a column's meaning is not kept, and what is refused: this was said before the run.
SELECT table_name, column_name, source_type, target_type, refuses, loses
FROM wirekite.wirekite_column
WHERE refuses IS NOT NULL OR loses IS NOT NULL
ORDER BY table_name, column_name;

-- 7. Compare with the source by yourself, with the writers at rest: the same count and sums on both sides, e.g.
--      SELECT count(*), min(id), max(id) FROM public.orders;
-- This version compares counts and marks; it does not compare contents of both sides by itself.
