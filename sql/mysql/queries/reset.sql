-- name: reset_tables
SELECT t.table_name, COALESCE(SUM(CASE WHEN p.mark REGEXP '^[0-9]{1,16}$' THEN CAST(p.mark AS SIGNED) END), 0) AS rows_loaded,
  CASE WHEN t.start_seq IS NULL OR t.applied_seq < t.start_seq THEN 'NO' ELSE 'YES' END AS changed
FROM wirekite_table t LEFT JOIN wirekite_progress p ON p.table_name = t.table_name AND p.operation = 'D'
GROUP BY t.table_name, t.start_seq, t.applied_seq ORDER BY t.table_name

-- name: reopen_after
-- What follows from rows that are to come again waits for them again: events, and what is to be read anew then, like counters.
SET @late = (WITH RECURSIVE late (task_id) AS (
    SELECT task_id FROM wirekite_task WHERE kind = 'event' AND state = 'WAITING'
    UNION
    SELECT d.task_id FROM wirekite_task_dependency d JOIN late l ON l.task_id = d.depends_on)
  SELECT JSON_ARRAYAGG(task_id) FROM late);
UPDATE wirekite_task t JOIN JSON_TABLE(COALESCE(@late, '[]'), '$[*]' COLUMNS (task_id VARCHAR(380) PATH '$')) l ON l.task_id = t.task_id
SET t.state = 'WAITING', t.finished_at = NULL, t.blocked_by = NULL
WHERE t.state <> 'WAITING' AND (t.kind = 'event' OR t.is_repeated = 'YES' OR t.state = 'BLOCKED')

-- name: end_reset
DELETE FROM wirekite_snapshot;
DELETE FROM wirekite_progress;
DELETE FROM wirekite_sample;
UPDATE wirekite_table SET applied_seq = NULL;
UPDATE wirekite_setting SET file_value = '' WHERE name IN ('cutover', 'lane_limit');
INSERT INTO wirekite_history (object, column_name, new_value) VALUES ('wirekite_progress', 'reset', 'everything was emptied')

-- name: progress_emptied
-- Somebody emptied wirekite_progress: it alone says what is done, so nothing else may say that something is.
SELECT CASE WHEN EXISTS (SELECT 1 FROM wirekite_table WHERE chunk_count > 0 OR start_seq IS NOT NULL OR applied_seq IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM wirekite_progress) THEN 'YES' ELSE 'NO' END AS emptied

-- name: discard_derived
DELETE FROM wirekite_snapshot;
DELETE FROM wirekite_sample;
UPDATE wirekite_setting SET file_value = '' WHERE name IN ('cutover', 'lane_limit');
UPDATE wirekite_table SET state = 'PLANNED', generation = generation + 1, snapshot_id = NULL, start_position = NULL,
  start_seq = NULL, applied_seq = NULL, encoding = NULL, chunk_count = 0, chunks_written = 0, chunks_loaded = 0, rows_extracted = 0, rows_loaded = 0, bytes_loaded = 0,
  error = NULL, updated_at = UTC_TIMESTAMP(6);
SELECT table_name FROM wirekite_table
