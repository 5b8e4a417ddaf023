-- name: reset_tables
SELECT t.table_name, coalesce(sum(CASE WHEN p.mark ~ '^[0-9]{1,16}$' THEN p.mark::bigint END), 0)::text AS rows_loaded
FROM wirekite_table t LEFT JOIN wirekite_progress p ON p.table_name = t.table_name AND p.operation = 'D'
GROUP BY t.table_name ORDER BY t.table_name

-- name: end_reset
WITH tasks AS (DELETE FROM wirekite_task), snapshots AS (DELETE FROM wirekite_snapshot), rest AS (DELETE FROM wirekite_progress)
INSERT INTO wirekite_history (object, column_name, new_value) VALUES ('wirekite_progress', 'reset', 'everything was emptied')

-- name: discard_derived
-- Somebody emptied wirekite_progress: it alone says what is done, so nothing else may say that something is.
WITH begun AS (
  SELECT 1 FROM wirekite_table HAVING sum(chunk_count) > 0 AND NOT EXISTS (SELECT 1 FROM wirekite_progress)
), tasks AS (
  DELETE FROM wirekite_task WHERE EXISTS (SELECT 1 FROM begun)
), snapshots AS (
  DELETE FROM wirekite_snapshot WHERE EXISTS (SELECT 1 FROM begun)
)
UPDATE wirekite_table SET state = 'PLANNED', generation = generation + 1, snapshot_id = NULL, start_position = NULL,
  start_seq = NULL, encoding = NULL, chunk_count = 0, rows_extracted = 0, rows_loaded = 0, bytes_loaded = 0, error = NULL,
  updated_at = clock_timestamp()
WHERE state <> 'PLANNED' AND EXISTS (SELECT 1 FROM begun)
RETURNING table_name
