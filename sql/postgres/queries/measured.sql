-- name: step_seconds
SELECT task_id, extract(epoch FROM finished_at - started_at)::text AS seconds FROM wirekite_task
WHERE state = 'DONE' AND kind <> 'event' AND started_at IS NOT NULL

-- name: copy_seconds
-- Of slices nobody writes down when they were begun: what their readers were at work for.
SELECT 'slices' AS what, sum(chunks_written)::text AS tasks, sum(rows_extracted)::text AS found,
  sum(bytes_estimated::numeric * chunks_written / nullif(chunk_count, 0))::text AS bytes,
  (SELECT sum(busy_seconds) FROM wirekite_worker WHERE role = 'extract')::text AS seconds
FROM wirekite_table
UNION ALL
SELECT 'chunks', sum(t.chunks_loaded)::text, sum(t.rows_loaded)::text, sum(t.bytes_estimated::numeric * t.chunks_loaded / nullif(t.chunk_count, 0))::text,
  (SELECT sum(extract(epoch FROM p.finish_time - p.start_time)) FROM wirekite_progress p WHERE p.operation = 'D' AND p.finish_time IS NOT NULL)::text
FROM wirekite_table t
UNION ALL
SELECT 'loaders', NULL, NULL, NULL, sum(busy_seconds)::text FROM wirekite_worker WHERE role = 'load'
