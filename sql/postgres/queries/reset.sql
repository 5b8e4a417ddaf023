-- name: reset_tables
SELECT t.table_name, coalesce(sum(CASE WHEN p.mark ~ '^[0-9]{1,16}$' THEN p.mark::bigint END), 0)::text AS rows_loaded,
  CASE WHEN t.start_seq IS NULL OR t.applied_seq < t.start_seq THEN 'NO' ELSE 'YES' END AS changed
FROM wirekite_table t LEFT JOIN wirekite_progress p ON p.table_name = t.table_name AND p.operation = 'D'
GROUP BY t.table_name ORDER BY t.table_name

-- name: reopen_after
-- What follows from rows that are to come again waits for them again: events, and what is to be read anew then, like counters.
WITH RECURSIVE late(task_id) AS (
  SELECT task_id FROM wirekite_task WHERE kind = 'event' AND state = 'WAITING'
  UNION
  SELECT d.task_id FROM wirekite_task_dependency d JOIN late l ON l.task_id = d.depends_on
)
UPDATE wirekite_task t SET state = 'WAITING', finished_at = NULL, blocked_by = NULL FROM late l
WHERE t.task_id = l.task_id AND t.state <> 'WAITING' AND (t.kind = 'event' OR t.is_repeated = 'YES' OR t.state = 'BLOCKED')

-- name: end_reset
WITH snapshots AS (DELETE FROM wirekite_snapshot), rest AS (DELETE FROM wirekite_progress), samples AS (DELETE FROM wirekite_sample),
  in_no_lane AS (UPDATE wirekite_table SET applied_seq = NULL),
  no_cutover AS (UPDATE wirekite_setting SET file_value = '' WHERE name IN ('cutover', 'lane_limit'))
INSERT INTO wirekite_history (object, column_name, new_value) VALUES ('wirekite_progress', 'reset', 'everything was emptied')

-- name: progress_emptied
-- Somebody emptied wirekite_progress: it alone says what is done, so nothing else may say that something is.
SELECT CASE WHEN EXISTS (SELECT 1 FROM wirekite_table WHERE chunk_count > 0 OR start_seq IS NOT NULL OR applied_seq IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM wirekite_progress) THEN 'YES' ELSE 'NO' END AS emptied

-- name: discard_derived
WITH snapshots AS (DELETE FROM wirekite_snapshot), samples AS (DELETE FROM wirekite_sample),
  no_cutover AS (UPDATE wirekite_setting SET file_value = '' WHERE name IN ('cutover', 'lane_limit'))
UPDATE wirekite_table SET state = 'PLANNED', generation = generation + 1, snapshot_id = NULL, start_position = NULL,
  start_seq = NULL, applied_seq = NULL, encoding = NULL, chunk_count = 0, chunks_written = 0, chunks_loaded = 0, rows_extracted = 0, rows_loaded = 0, bytes_loaded = 0,
  error = NULL, updated_at = clock_timestamp()
RETURNING table_name
