-- name: step_seconds
SELECT task_id, TIMESTAMPDIFF(MICROSECOND, started_at, finished_at) / 1e6 AS seconds FROM wirekite_task
WHERE state = 'DONE' AND kind <> 'event' AND started_at IS NOT NULL

-- name: copy_seconds
-- Of slices nobody writes down when they were begun: what their readers were at work for.
SELECT 'slices' AS what, SUM(chunks_written) AS tasks, SUM(rows_extracted) AS found,
  SUM(bytes_estimated * chunks_written / NULLIF(chunk_count, 0)) AS bytes,
  (SELECT SUM(busy_seconds) FROM wirekite_worker WHERE role = 'extract') AS seconds
FROM wirekite_table
UNION ALL
SELECT 'chunks', SUM(t.chunks_loaded), SUM(t.rows_loaded), SUM(t.bytes_estimated * t.chunks_loaded / NULLIF(t.chunk_count, 0)),
  (SELECT SUM(TIMESTAMPDIFF(MICROSECOND, p.start_time, p.finish_time)) / 1e6 FROM wirekite_progress p WHERE p.operation = 'D' AND p.finish_time IS NOT NULL)
FROM wirekite_table t
UNION ALL
SELECT 'loaders', NULL, NULL, NULL, SUM(busy_seconds) FROM wirekite_worker WHERE role = 'load'
