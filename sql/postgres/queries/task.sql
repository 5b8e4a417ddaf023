-- name: insert_tasks
-- What stands there already stays, but for what is read anew each time: where the sequences are.
INSERT INTO wirekite_task (task_id, batch_run_id, kind, table_name, object_name, statement, undo, byte_count, is_optional, is_repeated,
  phase, priority, estimate_seconds)
SELECT s.task_id, :run::text, s.kind, s.table_name, s.task_id, s.statement, s.undo, s.byte_count, s.is_optional, s.is_repeated,
  s.phase, s.priority, s.estimate_seconds
FROM jsonb_to_recordset(:tasks::jsonb) AS s(task_id text, kind text, table_name text, statement text, undo text, byte_count bigint,
  is_optional text, is_repeated text, phase int, priority double precision, estimate_seconds double precision)
ON CONFLICT (task_id) DO UPDATE SET statement = EXCLUDED.statement
  WHERE wirekite_task.is_repeated = 'YES' AND wirekite_task.state = 'WAITING'

-- name: insert_dependencies
INSERT INTO wirekite_task_dependency (task_id, depends_on)
SELECT d.task_id, d.depends_on FROM jsonb_to_recordset(:dependencies::jsonb) AS d(task_id text, depends_on text)
ON CONFLICT DO NOTHING

-- name: raise_phases
-- One step: whoever needs something of a later phase is not before it.
UPDATE wirekite_task t SET phase = n.phase
FROM (SELECT d.task_id, max(k.phase) AS phase FROM wirekite_task_dependency d JOIN wirekite_task k ON k.task_id = d.depends_on
  GROUP BY d.task_id) n
WHERE n.task_id = t.task_id AND n.phase > t.phase

-- name: take_back_events
-- Somebody has taken back what an event needs in the moment in which it was found to be there: it waits again.
UPDATE wirekite_task t SET state = 'WAITING'
WHERE t.task_id IN ('in step', 'cutover') AND t.state = 'READY' AND EXISTS (
  SELECT 1 FROM wirekite_task_dependency d JOIN wirekite_task n ON n.task_id = d.depends_on
  WHERE d.task_id = t.task_id AND n.state NOT IN ('DONE', 'SKIPPED'))

-- name: make_ready
-- What is made on a table that is to be loaded anew is being taken back, one after another. A phase without a row is open.
UPDATE wirekite_task t SET state = 'READY'
WHERE t.state = 'WAITING' AND NOT EXISTS (
  SELECT 1 FROM wirekite_task_dependency d JOIN wirekite_task n ON n.task_id = d.depends_on
  WHERE d.task_id = t.task_id AND n.state NOT IN ('DONE', 'SKIPPED'))
  AND NOT EXISTS (SELECT 1 FROM wirekite_table w WHERE w.table_name = t.table_name AND w.state = 'RELOAD_NEEDED')
  AND NOT EXISTS (SELECT 1 FROM wirekite_phase f WHERE f.phase = t.phase AND f.opened_at IS NULL)

-- name: block_tasks
-- What needs a failed task, at any distance, can no longer be done.
WITH RECURSIVE blocked(task_id, cause) AS (
  SELECT d.task_id, n.task_id FROM wirekite_task_dependency d JOIN wirekite_task n ON n.task_id = d.depends_on AND n.state = 'FAILED'
  UNION
  SELECT d.task_id, b.cause FROM wirekite_task_dependency d JOIN blocked b ON b.task_id = d.depends_on
)
UPDATE wirekite_task t SET state = 'BLOCKED', blocked_by = b.cause
FROM (SELECT task_id, min(cause) AS cause FROM blocked GROUP BY task_id) b
WHERE b.task_id = t.task_id AND t.state IN ('WAITING', 'READY')

-- name: next_task
SELECT t.task_id FROM wirekite_task t
WHERE t.kind <> 'event' AND (:kinds::jsonb IS NULL OR t.kind IN (SELECT jsonb_array_elements_text(:kinds::jsonb)))
  AND (t.state = 'READY' OR t.state = 'RUNNING' AND NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = t.worker AND k.lease_until > clock_timestamp()))
  AND (:held::jsonb IS NULL OR NOT EXISTS (SELECT 1 FROM wirekite_table w
    WHERE w.table_name = t.table_name AND (:held::jsonb ? w.table_name OR :held::jsonb ? ('schema:' || w.schema_name))))
ORDER BY t.priority DESC, t.byte_count DESC, t.task_id LIMIT 1
FOR UPDATE SKIP LOCKED

-- name: take_task
UPDATE wirekite_task t SET state = 'RUNNING', worker = :worker::text, attempt_no = t.attempt_no + 1,
  started_at = clock_timestamp(), finished_at = NULL, outcome = NULL, status_reason = NULL
WHERE t.task_id = :task::text AND (t.state = 'READY' OR t.state = 'RUNNING' AND NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = t.worker AND k.lease_until > clock_timestamp()))
RETURNING t.task_id, t.kind, t.table_name, t.statement, t.byte_count::text AS byte_count, t.attempt_no, t.is_optional

-- name: finish_task
UPDATE wirekite_task SET state = :state::text, outcome = :outcome::text, status_reason = :reason::text,
  finished_at = CASE WHEN :state::text = 'READY' THEN NULL ELSE clock_timestamp() END,
  worker = CASE WHEN :state::text = 'READY' THEN NULL ELSE worker END
WHERE task_id = :task::text AND worker = :worker::text AND state = 'RUNNING'

-- name: finish_event
UPDATE wirekite_task SET state = 'DONE', outcome = 'success', finished_at = clock_timestamp()
WHERE task_id = :task::text AND kind = 'event' AND state = 'READY'

-- name: close_events
-- Every chunk that was planned is written, every one is loaded up to its last row, and their numbers agree.
WITH loaded AS (
  UPDATE wirekite_table t SET state = 'LOADED', updated_at = clock_timestamp(),
    rows_extracted = c.rows_extracted, rows_loaded = c.rows_loaded, bytes_loaded = c.bytes_loaded,
    chunks_written = c.written, chunks_loaded = c.loads
  FROM wirekite_task e, wirekite_table w CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE p.operation = 'DE' AND p.finish_time IS NOT NULL) AS written,
      count(*) FILTER (WHERE p.operation = 'D' AND p.finish_time IS NOT NULL AND p.mark = p.row_count::text) AS loads,
      count(*) FILTER (WHERE p.finish_time IS NULL) AS unfinished,
      coalesce(sum(p.row_count) FILTER (WHERE p.operation = 'DE'), 0) AS rows_extracted,
      coalesce(sum(p.row_count) FILTER (WHERE p.operation = 'D'), 0) AS rows_loaded,
      coalesce(sum(p.byte_count) FILTER (WHERE p.operation = 'D'), 0) AS bytes_loaded
    FROM wirekite_progress p WHERE p.table_name = w.table_name) c
  WHERE w.table_name = t.table_name AND t.state = 'COPYING' AND e.kind = 'event' AND e.table_name = t.table_name AND e.state = 'READY'
    AND c.unfinished = 0 AND c.written = t.chunk_count AND c.loads = t.chunk_count
  RETURNING t.table_name
)
UPDATE wirekite_task e SET state = 'DONE', outcome = 'success', finished_at = clock_timestamp()
FROM loaded WHERE e.kind = 'event' AND e.table_name = loaded.table_name
RETURNING e.table_name

-- name: reopen_events
UPDATE wirekite_task SET state = 'WAITING', finished_at = NULL WHERE task_id IN ('in step', 'cutover') AND state IN ('READY', 'DONE')

-- name: reopen_tasks
-- Of one table: what has failed there, and what waited for that.
UPDATE wirekite_task t SET state = 'WAITING', blocked_by = NULL, worker = NULL
WHERE t.state IN ('FAILED', 'BLOCKED', 'HELD', 'ABORTED') AND (:table::text IS NULL OR t.table_name = :table::text
  OR EXISTS (SELECT 1 FROM wirekite_task b WHERE b.task_id = t.blocked_by AND b.table_name = :table::text))
RETURNING t.task_id

-- name: open_tasks
SELECT task_id, kind, table_name, state, attempt_no, worker, status_reason, blocked_by
FROM wirekite_task WHERE state NOT IN ('DONE', 'SKIPPED') ORDER BY state, priority DESC, byte_count DESC, task_id

-- name: close_joints
-- Events that only join others (a partitioned table's rows are its partitions'): done as soon as they are ready.
UPDATE wirekite_task SET state = 'DONE', outcome = 'success', finished_at = clock_timestamp()
WHERE kind = 'event' AND table_name IS NULL AND state = 'READY' AND task_id NOT IN ('cutover', 'in step')

-- name: count_tasks
SELECT count(*)::int AS total, count(*) FILTER (WHERE state IN ('WAITING', 'READY', 'RUNNING', 'HELD'))::int AS open,
  count(*) FILTER (WHERE state = 'FAILED')::int AS failed, count(*) FILTER (WHERE state = 'BLOCKED')::int AS blocked,
  count(*) FILTER (WHERE state = 'ABORTED')::int AS aborted,
  max(state) FILTER (WHERE task_id = 'cutover') AS cutover, max(state) FILTER (WHERE task_id = 'in step') AS in_step,
  count(*) FILTER (WHERE kind <> 'event' AND state IN ('READY', 'RUNNING'))::int AS moving
FROM wirekite_task

-- name: tasks_to_rewind
-- Everything that comes after rows, with what it needs of the same kind. Of one table: what is made on its rows, and
-- what was done to that.
WITH RECURSIVE late(task_id) AS (
  SELECT task_id FROM wirekite_task WHERE kind = 'event'
  UNION
  SELECT d.task_id FROM wirekite_task_dependency d JOIN late l ON l.task_id = d.depends_on
), chosen(task_id) AS (
  SELECT t.task_id FROM wirekite_task t JOIN late l ON l.task_id = t.task_id
  WHERE t.kind <> 'event' AND (:table::text IS NULL OR t.table_name = :table::text OR EXISTS (
    SELECT 1 FROM wirekite_task_dependency d JOIN wirekite_task e ON e.task_id = d.depends_on AND e.kind = 'event'
    WHERE d.task_id = t.task_id AND e.table_name = :table::text))
  UNION
  SELECT t.task_id FROM chosen c JOIN wirekite_task_dependency d ON d.depends_on = c.task_id
    JOIN wirekite_task t ON t.task_id = d.task_id AND t.kind <> 'event'
)
SELECT t.task_id, t.state, t.undo, t.is_repeated,
  CASE WHEN t.state = 'RUNNING' AND EXISTS (SELECT 1 FROM wirekite_worker k WHERE k.worker = t.worker AND k.lease_until > clock_timestamp())
    THEN 'YES' ELSE 'NO' END AS at_work,
  coalesce((SELECT jsonb_agg(d.depends_on) FROM wirekite_task_dependency d WHERE d.task_id = t.task_id), '[]')::text AS needs
FROM wirekite_task t JOIN chosen c ON c.task_id = t.task_id

-- name: rewind_task
UPDATE wirekite_task SET state = 'WAITING', worker = NULL, finished_at = NULL, outcome = NULL, status_reason = NULL
WHERE task_id = :task::text AND state = :state::text

-- name: rewind_events
UPDATE wirekite_task SET state = 'WAITING', worker = NULL, finished_at = NULL, outcome = NULL, status_reason = NULL
WHERE kind = 'event' OR state IN ('FAILED', 'BLOCKED', 'READY', 'RUNNING')

-- name: troubled_tasks
SELECT task_id, state, status_reason FROM wirekite_task
WHERE state = 'FAILED' OR state = 'SKIPPED' ORDER BY state, task_id

-- name: count_escalated
UPDATE wirekite_table SET errors_total = errors_total + 1, errors_escalated = errors_escalated + 1, updated_at = clock_timestamp()
WHERE table_name = (SELECT table_name FROM wirekite_task WHERE task_id = :id::text)
