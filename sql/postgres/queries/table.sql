-- name: insert_tables
-- A table that joins later is behind from the lane's mark on: no snapshot that it will get is older.
INSERT INTO wirekite_table (table_name, schema_name, target_name, phase, priority, business_value, risk_score, critical,
  rows_estimated, bytes_estimated, applied_seq)
SELECT t.table_name, t.schema_name, t.target_name, coalesce(e.phase, 1), coalesce(t.priority, e.priority, 0), t.business_value,
  t.risk_score, t.critical, t.rows_estimated, t.bytes_estimated, (SELECT lane_seq FROM wirekite_following)
FROM jsonb_to_recordset(:tables::jsonb) AS t(table_name text, schema_name text, target_name text, priority double precision,
    business_value double precision, risk_score double precision, critical text, rows_estimated bigint, bytes_estimated bigint)
  LEFT JOIN wirekite_task e ON e.kind = 'event' AND e.table_name = t.table_name
ON CONFLICT (table_name) DO NOTHING

-- name: list_tables
SELECT table_name, target_name, state, priority, start_position, rows_estimated::text AS rows_estimated,
  rows_extracted::text AS rows_extracted, rows_loaded::text AS rows_loaded, bytes_estimated::text AS bytes_estimated,
  bytes_loaded::text AS bytes_loaded, generation, snapshot_id::text AS snapshot_id, encoding,
  next_chunk::text AS next_chunk, chunk_count::text AS chunk_count, error, applied_seq::text AS applied_seq
FROM wirekite_table ORDER BY priority DESC, table_name

-- name: fail_table
WITH event AS (
  UPDATE wirekite_task SET state = :state::text, status_reason = :error::text, finished_at = clock_timestamp()
  WHERE kind = 'event' AND table_name = :table::text AND state <> 'DONE'
)
UPDATE wirekite_table SET state = :state::text, error = :error::text, errors_total = errors_total + 1,
  errors_escalated = errors_escalated + 1, updated_at = clock_timestamp()
WHERE table_name = :table::text AND state NOT IN ('FAILED', 'HELD')

-- name: reopen_tables
-- What had failed before is tried once more by a new run, at its marks. What was loaded stays so: its changes are to follow.
WITH event AS (
  UPDATE wirekite_task SET state = 'WAITING', status_reason = NULL, finished_at = NULL
  WHERE kind = 'event' AND state IN ('FAILED', 'HELD') AND table_name IN (SELECT table_name FROM wirekite_table
    WHERE state IN ('FAILED', 'HELD') AND (:table::text IS NULL OR table_name = :table::text))
)
UPDATE wirekite_table SET error = NULL, updated_at = clock_timestamp(),
  state = CASE WHEN EXISTS (SELECT 1 FROM wirekite_task e WHERE e.kind = 'event' AND e.table_name = wirekite_table.table_name
      AND e.state = 'DONE') THEN 'LOADED'
    WHEN snapshot_id IS NULL THEN 'PLANNED' ELSE 'COPYING' END
WHERE state IN ('FAILED', 'HELD') AND (:table::text IS NULL OR table_name = :table::text) RETURNING table_name

-- name: lock_table
-- By a statement of its own: the next one then sees what those did who had begun before.
SELECT table_name FROM wirekite_table WHERE table_name = :table::text FOR UPDATE

-- name: empty_for_reload
-- The caller holds the lane. From its mark on the table is behind: whatever is applied already is in the snapshot to come.
WITH emptied AS (
  UPDATE wirekite_table SET state = 'PLANNED', generation = generation + 1, snapshot_id = NULL, start_position = NULL,
    start_seq = NULL, encoding = NULL, chunk_count = 0, chunks_written = 0, chunks_loaded = 0, rows_extracted = 0, rows_loaded = 0, bytes_loaded = 0, error = NULL,
    applied_seq = greatest(applied_seq, (SELECT lane_seq FROM wirekite_following)), updated_at = clock_timestamp()
  WHERE table_name = :table::text RETURNING table_name, generation
), gone AS (
  DELETE FROM wirekite_progress WHERE table_name = :table::text
), event AS (
  UPDATE wirekite_task SET state = 'WAITING', finished_at = NULL
  WHERE kind = 'event' AND (table_name = :table::text OR task_id = 'follow ' || :table::text)
)
INSERT INTO wirekite_history (object, row_key, column_name, old_value, new_value)
SELECT 'wirekite_table', table_name, 'generation', (generation - 1)::text, generation || ': ' || :why::text FROM emptied

-- name: take_chunk_numbers
UPDATE wirekite_table SET next_chunk = next_chunk + :count::bigint WHERE table_name = :table::text
RETURNING (next_chunk - :count::bigint)::text AS first

-- name: caught_tables
-- Their snapshot is gone before all their slices were sealed.
SELECT t.table_name FROM wirekite_table t
WHERE t.state = 'COPYING'
  AND NOT EXISTS (SELECT 1 FROM wirekite_snapshot s WHERE s.snapshot_id = t.snapshot_id AND s.state = 'OPEN')
  AND EXISTS (SELECT 1 FROM wirekite_progress p
    WHERE p.table_name = t.table_name AND p.operation = 'DE' AND p.finish_time IS NULL)
ORDER BY t.table_name

-- name: lost_tables
-- Progress rows were deleted: chunks that had been planned are unknown, or were given to a loader that left no row. Or one was
-- made to say that it is finished when it is not.
SELECT t.table_name, t.chunk_count::text AS chunk_count, c.planned::text AS planned, c.claimed::text AS claimed, c.loads::text AS loads,
  c.short::text AS short
FROM wirekite_table t CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE p.operation = 'DE') AS planned,
    count(*) FILTER (WHERE p.operation = 'DE' AND p.claimed_at IS NOT NULL) AS claimed,
    count(*) FILTER (WHERE p.operation = 'D') AS loads,
    count(*) FILTER (WHERE p.operation = 'D' AND p.finish_time IS NOT NULL AND p.mark IS DISTINCT FROM p.row_count::text) AS short
  FROM wirekite_progress p WHERE p.table_name = t.table_name) c
WHERE (t.state = 'COPYING' OR :also_done::text = 'YES' AND t.state IN ('LOADED', 'DONE'))
  AND (:table::text IS NULL OR t.table_name = :table::text)
  AND (c.planned <> t.chunk_count OR c.claimed <> c.loads OR c.short > 0)
ORDER BY t.table_name

-- name: fold_totals
-- Recomputed, not added to: a chunk that was counted twice or not at all would stay wrong for ever. What failed, was tried again and
-- is done has recovered; what was told to a person has been escalated, and adds up elsewhere.
UPDATE wirekite_table t SET rows_extracted = c.rows_extracted, rows_loaded = c.rows_loaded, bytes_loaded = c.bytes_loaded,
  chunks_written = c.chunks_written, chunks_loaded = c.chunks_loaded,
  errors_recovered = c.recovered, errors_total = t.errors_escalated + c.recovered, updated_at = clock_timestamp()
FROM (
  SELECT table_name, count(*) FILTER (WHERE operation = 'DE') AS chunks_written, count(*) FILTER (WHERE operation = 'D') AS chunks_loaded,
    coalesce(sum(row_count) FILTER (WHERE operation = 'DE'), 0) AS rows_extracted,
    coalesce(sum(row_count) FILTER (WHERE operation = 'D'), 0) AS rows_loaded,
    coalesce(sum(byte_count) FILTER (WHERE operation = 'D'), 0) AS bytes_loaded,
    sum(restarts) + coalesce(max(k.again), 0) AS recovered
  FROM wirekite_progress LEFT JOIN (SELECT table_name, sum(attempt_no - 1) AS again FROM wirekite_task
      WHERE state = 'DONE' AND attempt_no > 1 GROUP BY table_name) k USING (table_name)
  WHERE operation IN ('DE', 'D') AND finish_time IS NOT NULL
    AND (:also_done::text = 'YES' OR table_name IN (SELECT table_name FROM wirekite_table WHERE state NOT IN ('PLANNED', 'DONE')))
  GROUP BY table_name
) c
WHERE c.table_name = t.table_name
  AND (t.rows_extracted, t.rows_loaded, t.bytes_loaded, t.chunks_written, t.chunks_loaded, t.errors_recovered)
    IS DISTINCT FROM (c.rows_extracted, c.rows_loaded, c.bytes_loaded, c.chunks_written, c.chunks_loaded, c.recovered)

-- name: finish_tables
-- Rows are in and nothing of the table is left to do but what waits for the end.
UPDATE wirekite_table t SET state = 'DONE', updated_at = clock_timestamp()
WHERE t.state = 'LOADED' AND NOT EXISTS (
  SELECT 1 FROM wirekite_task k WHERE k.table_name = t.table_name AND k.state NOT IN ('DONE', 'SKIPPED'))
RETURNING t.table_name
