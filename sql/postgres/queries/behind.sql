-- name: behind_tables
SELECT t.table_name, t.generation, t.applied_seq::text AS applied_seq, t.start_seq::text AS start_seq,
  CASE WHEN t.state IN ('LOADED', 'DONE') AND k.state = 'DONE' THEN 'YES' ELSE 'NO' END AS followed
FROM wirekite_table t LEFT JOIN wirekite_task k ON k.task_id = 'follow ' || t.table_name
WHERE t.applied_seq IS NOT NULL AND t.state <> 'SKIPPED' ORDER BY t.applied_seq, t.table_name

-- name: advance_behind
-- The files that were applied stay for their time from now on: the target may fall back to an older state.
WITH moved AS (
  UPDATE wirekite_table t SET applied_seq = :to::bigint, updated_at = clock_timestamp()
  FROM jsonb_to_recordset(:tables::jsonb) AS g(table_name text, generation int, applied_seq bigint)
  WHERE t.table_name = g.table_name AND t.generation = g.generation AND t.applied_seq = g.applied_seq
    AND t.state IN ('LOADED', 'DONE')
  RETURNING t.table_name, g.applied_seq
), touched AS (
  UPDATE wirekite_progress SET updated_at = clock_timestamp()
  WHERE target = 'C' AND last_seq > (SELECT min(applied_seq) FROM moved) AND last_seq <= :to::bigint
)
SELECT table_name FROM moved

-- name: join_lane
UPDATE wirekite_table t SET applied_seq = NULL, updated_at = clock_timestamp()
FROM jsonb_to_recordset(:tables::jsonb) AS g(table_name text, generation int)
WHERE t.table_name = g.table_name AND t.generation = g.generation AND t.applied_seq = :mark::bigint
  AND t.state IN ('LOADED', 'DONE')
RETURNING t.table_name

-- name: leave_lane
UPDATE wirekite_table SET applied_seq = :mark::bigint, updated_at = clock_timestamp()
WHERE table_name = :table::text AND applied_seq IS NULL

-- name: stop_table
UPDATE wirekite_table SET state = 'FAILED', error = :error::text,
  errors_total = errors_total + 1, errors_escalated = errors_escalated + 1, updated_at = clock_timestamp()
WHERE table_name = :table::text AND applied_seq IS NOT NULL AND state IN ('LOADED', 'DONE')

-- name: held_by
-- What the lane has passed and the table that is furthest behind has not.
SELECT t.table_name, CASE WHEN t.state = 'FAILED' THEN 'YES' ELSE 'NO' END AS stopped, h.byte_count::text AS byte_count
FROM (SELECT table_name, state, applied_seq FROM wirekite_table WHERE applied_seq IS NOT NULL AND state NOT IN ('RELOAD_NEEDED', 'SKIPPED')
    ORDER BY applied_seq, CASE WHEN state = 'FAILED' THEN 0 ELSE 1 END, table_name LIMIT 1) t
  CROSS JOIN LATERAL (SELECT coalesce(sum(byte_count), 0) AS byte_count FROM wirekite_progress
    WHERE target = 'C' AND finish_time IS NOT NULL AND last_seq > t.applied_seq) h
WHERE h.byte_count > 0

-- name: drop_behind
WITH dropped AS (
  UPDATE wirekite_table SET state = 'RELOAD_NEEDED', error = :why::text, errors_total = errors_total + 1,
    errors_escalated = errors_escalated + 1, updated_at = clock_timestamp()
  WHERE table_name = :table::text AND applied_seq IS NOT NULL AND state <> 'RELOAD_NEEDED'
  RETURNING table_name
)
INSERT INTO wirekite_history (object, row_key, column_name, new_value)
SELECT 'wirekite_table', table_name, 'state', 'RELOAD_NEEDED: ' || :why::text FROM dropped

-- name: in_step
SELECT CASE WHEN EXISTS (SELECT 1 FROM wirekite_table
  WHERE state <> 'SKIPPED' AND (applied_seq IS NOT NULL OR state NOT IN ('LOADED', 'DONE'))) THEN 'NO' ELSE 'YES' END AS in_step
