-- name: log_run
-- The run is the one that stands in the settings: whoever writes need not know it.
INSERT INTO load_run_log (batch_run_id, dataset, attempt_no, status, kind, status_reason, started_at, row_count, error)
SELECT coalesce(max(s.value), '-'), :dataset::text, :attempt::int, :status::text, :kind::text, :reason::text,
  clock_timestamp() - :seconds::double precision * interval '1 second', :rows::bigint, :error::text
FROM wirekite_setting s WHERE s.name = 'batch_run_id'

-- name: log_died
-- Of a task that is taken up again: the attempt before, which nobody has told the end of.
INSERT INTO load_run_log (batch_run_id, dataset, attempt_no, status, kind, error)
SELECT coalesce((SELECT value FROM wirekite_setting WHERE name = 'batch_run_id'), '-'), :dataset::text, :attempt::int, 'error', 'attempt',
  'its worker ended before it'
WHERE NOT EXISTS (SELECT 1 FROM load_run_log l WHERE l.dataset = :dataset::text AND l.attempt_no = :attempt::int AND l.kind = 'attempt')

-- name: log_loaded
INSERT INTO load_run_log (batch_run_id, dataset, attempt_no, status, kind, started_at, row_count)
SELECT coalesce((SELECT value FROM wirekite_setting WHERE name = 'batch_run_id'), '-'), t.table_name, t.generation, 'success', 'attempt',
  coalesce((SELECT min(p.start_time) FROM wirekite_progress p WHERE p.table_name = t.table_name AND p.operation = 'DE'), clock_timestamp()),
  t.rows_loaded
FROM wirekite_table t WHERE t.table_name IN (SELECT jsonb_array_elements_text(:tables::jsonb))

-- name: log_left_out
-- What was never tried in this run, each once: because something that it needs has failed, or because the run stopped early.
INSERT INTO load_run_log (batch_run_id, dataset, attempt_no, status, kind, blocked_by, status_reason)
SELECT r.run, t.task_id, greatest(t.attempt_no, 1), 'skipped', lower(t.state), CASE WHEN t.state = 'BLOCKED' THEN t.blocked_by END,
  CASE WHEN t.state = 'ABORTED' THEN 'fail_fast_abort' END
FROM wirekite_task t CROSS JOIN (SELECT coalesce(max(value), '-') AS run FROM wirekite_setting WHERE name = 'batch_run_id') r
WHERE t.state IN ('BLOCKED', 'ABORTED') AND NOT EXISTS (
  SELECT 1 FROM load_run_log l WHERE l.batch_run_id = r.run AND l.dataset = t.task_id AND l.kind IN ('blocked', 'aborted'))

-- name: forget_log
DELETE FROM load_run_log WHERE finished_at < clock_timestamp() - :days::int * interval '1 day'

-- name: write_run_snapshot
INSERT INTO load_run_snapshot (batch_run_id, document) VALUES (:run::text, :document::text)
ON CONFLICT (batch_run_id) DO UPDATE SET document = EXCLUDED.document

-- name: run_counts
SELECT state, count(*)::int AS found FROM wirekite_task GROUP BY state ORDER BY state

-- name: run_outcomes
SELECT task_id, kind, table_name, state, attempt_no, outcome, status_reason, blocked_by FROM wirekite_task
WHERE state NOT IN ('DONE', 'WAITING', 'READY', 'RUNNING') OR attempt_no > 1 ORDER BY task_id

-- name: run_dependencies
SELECT task_id, depends_on FROM wirekite_task_dependency ORDER BY task_id, depends_on

-- name: abort_tasks
-- What was not begun is not begun any more; a table of which something is in is brought to its end.
UPDATE wirekite_task t SET state = 'ABORTED', status_reason = 'fail_fast_abort', finished_at = clock_timestamp()
WHERE t.state IN ('WAITING', 'READY') AND NOT (t.kind = 'event' AND t.state = 'READY' AND EXISTS (
  SELECT 1 FROM wirekite_progress p WHERE p.table_name = t.table_name AND (p.operation = 'D' OR p.worker IS NOT NULL)))

-- name: failed_critical
-- Tables without which the migration has failed, and that have failed for good.
SELECT t.table_name, coalesce(t.error, (SELECT min(k.status_reason) FROM wirekite_task k WHERE k.table_name = t.table_name AND k.state = 'FAILED')) AS error
FROM wirekite_table t
WHERE t.critical = 'YES' AND (t.state = 'FAILED' OR EXISTS (
  SELECT 1 FROM wirekite_task k WHERE k.table_name = t.table_name AND k.state = 'FAILED'))
ORDER BY t.table_name

-- name: error_run
-- Attempts of this run that have failed since the last one that did not, errors by where most of them are, and what has failed for good.
SELECT count(f.log_id)::int AS in_a_row,
  (SELECT count(*) FROM wirekite_error WHERE resolution IS NULL)::int AS queued,
  (SELECT q.queue FROM wirekite_error q WHERE q.resolution IS NULL GROUP BY q.queue ORDER BY count(*) DESC, q.queue LIMIT 1) AS queue,
  (SELECT l.dataset || coalesce(': ' || l.error, '') FROM load_run_log l JOIN wirekite_setting r ON r.name = 'batch_run_id' AND r.value = l.batch_run_id
    WHERE l.kind = 'attempt' AND l.status = 'error' ORDER BY l.log_id DESC LIMIT 1) AS last_failure,
  (SELECT count(*) FROM wirekite_task WHERE state IN ('FAILED', 'HELD'))::int AS failed
FROM (SELECT x.log_id FROM load_run_log x, (SELECT max(value) AS run FROM wirekite_setting WHERE name = 'batch_run_id') r
  WHERE x.batch_run_id = r.run AND x.kind = 'attempt' AND x.status = 'error' AND x.log_id > coalesce((SELECT max(s.log_id)
    FROM load_run_log s WHERE s.kind = 'attempt' AND s.status = 'success'), 0)) f

-- name: read_escalations
SELECT status_reason FROM load_run_log
WHERE kind = 'escalation' AND batch_run_id = (SELECT COALESCE(value, file_value) FROM wirekite_setting WHERE name = 'batch_run_id')
ORDER BY log_id DESC LIMIT 3
