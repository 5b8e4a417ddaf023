-- name: insert_tasks
-- What stands there already stays, but for what is read anew each time: where the sequences are.
INSERT INTO wirekite_task (task_id, batch_run_id, kind, table_name, object_name, statement, `undo`, byte_count, is_optional, is_repeated,
  phase, priority, estimate_seconds)
SELECT s.task_id, :run, s.kind, s.table_name, s.task_id, s.statement, s.`undo`, s.byte_count, s.is_optional, s.is_repeated,
  s.phase, s.priority, s.estimate_seconds
FROM JSON_TABLE(:tasks, '$[*]' COLUMNS (task_id VARCHAR(380) PATH '$.task_id', kind VARCHAR(64) PATH '$.kind',
  table_name VARCHAR(320) PATH '$.table_name', statement LONGTEXT PATH '$.statement', `undo` LONGTEXT PATH '$.undo',
  byte_count BIGINT PATH '$.byte_count', is_optional VARCHAR(3) PATH '$.is_optional',
  is_repeated VARCHAR(3) PATH '$.is_repeated', phase INT PATH '$.phase', priority DOUBLE PATH '$.priority',
  estimate_seconds DOUBLE PATH '$.estimate_seconds')) s
ON DUPLICATE KEY UPDATE statement =
  CASE WHEN wirekite_task.is_repeated = 'YES' AND wirekite_task.state = 'WAITING' THEN s.statement ELSE wirekite_task.statement END

-- name: insert_dependencies
INSERT INTO wirekite_task_dependency (task_id, depends_on)
SELECT d.task_id, d.depends_on
FROM JSON_TABLE(:dependencies, '$[*]' COLUMNS (task_id VARCHAR(380) PATH '$.task_id', depends_on VARCHAR(380) PATH '$.depends_on')) d
WHERE NOT EXISTS (SELECT 1 FROM wirekite_task_dependency k WHERE k.task_id = d.task_id AND k.depends_on = d.depends_on)

-- name: raise_phases
-- One step: whoever needs something of a later phase is not before it.
UPDATE wirekite_task t
  JOIN (SELECT d.task_id, MAX(k.phase) AS phase FROM wirekite_task_dependency d JOIN wirekite_task k ON k.task_id = d.depends_on
    GROUP BY d.task_id) n ON n.task_id = t.task_id
SET t.phase = n.phase WHERE n.phase > t.phase

-- name: take_back_events
-- Somebody has taken back what an event needs in the moment in which it was found to be there: it waits again.
UPDATE wirekite_task t JOIN (SELECT DISTINCT d.task_id FROM wirekite_task_dependency d JOIN wirekite_task n ON n.task_id = d.depends_on
    WHERE d.task_id IN ('in step', 'cutover') AND n.state NOT IN ('DONE', 'SKIPPED')) b ON b.task_id = t.task_id
SET t.state = 'WAITING' WHERE t.state = 'READY'

-- name: make_ready
-- What is made on a table that is to be loaded anew is being taken back, one after another. A phase without a row is open.
SET @ready = (SELECT JSON_ARRAYAGG(t.task_id) FROM wirekite_task t
  WHERE t.state = 'WAITING' AND NOT EXISTS (
    SELECT 1 FROM wirekite_task_dependency d JOIN wirekite_task n ON n.task_id = d.depends_on
    WHERE d.task_id = t.task_id AND n.state NOT IN ('DONE', 'SKIPPED'))
  AND NOT EXISTS (SELECT 1 FROM wirekite_table w WHERE w.table_name = t.table_name AND w.state = 'RELOAD_NEEDED')
  AND NOT EXISTS (SELECT 1 FROM wirekite_phase f WHERE f.phase = t.phase AND f.opened_at IS NULL));
UPDATE wirekite_task t JOIN JSON_TABLE(@ready, '$[*]' COLUMNS (task_id VARCHAR(380) PATH '$')) r ON r.task_id = t.task_id
SET t.state = 'READY' WHERE t.state = 'WAITING'

-- name: block_tasks
-- What needs a failed task, at any distance, can no longer be done.
SET @blocked = (WITH RECURSIVE blocked (task_id, cause) AS (
    SELECT d.task_id, n.task_id FROM wirekite_task_dependency d
      JOIN wirekite_task n ON n.task_id = d.depends_on AND n.state = 'FAILED'
    UNION
    SELECT d.task_id, b.cause FROM wirekite_task_dependency d JOIN blocked b ON b.task_id = d.depends_on)
  SELECT JSON_ARRAYAGG(JSON_OBJECT('t', b.task_id, 'c', b.cause))
  FROM (SELECT task_id, MIN(cause) AS cause FROM blocked GROUP BY task_id) b);
UPDATE wirekite_task t
  JOIN JSON_TABLE(@blocked, '$[*]' COLUMNS (task_id VARCHAR(380) PATH '$.t', cause VARCHAR(380) PATH '$.c')) b ON b.task_id = t.task_id
SET t.state = 'BLOCKED', t.blocked_by = b.cause WHERE t.state IN ('WAITING', 'READY')

-- name: next_task
-- Who locks rows in an order that no index has locks too many: `take_task` says who was first.
SELECT t.task_id FROM wirekite_task t
WHERE t.kind <> 'event' AND (:kinds IS NULL
    OR t.kind IN (SELECT k.kind FROM JSON_TABLE(COALESCE(:kinds, '[]'), '$[*]' COLUMNS (kind VARCHAR(64) PATH '$')) k))
  AND (t.state = 'READY' OR t.state = 'RUNNING' AND NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = t.worker AND k.lease_until > UTC_TIMESTAMP(6)))
  AND (:held IS NULL OR NOT EXISTS (SELECT 1 FROM wirekite_table w WHERE w.table_name = t.table_name
    AND (JSON_CONTAINS(:held, JSON_QUOTE(w.table_name)) OR JSON_CONTAINS(:held, JSON_QUOTE(CONCAT('schema:', w.schema_name))))))
ORDER BY t.priority DESC, t.byte_count DESC, t.task_id LIMIT 1

-- name: take_task
UPDATE wirekite_task t SET t.attempt_no = t.attempt_no + 1, t.started_at = UTC_TIMESTAMP(6), t.finished_at = NULL,
  t.outcome = NULL, t.status_reason = NULL, t.state = 'RUNNING', t.worker = :worker
WHERE t.task_id = :task AND (t.state = 'READY' OR t.state = 'RUNNING' AND NOT EXISTS
    (SELECT 1 FROM wirekite_worker k WHERE k.worker = t.worker AND k.lease_until > UTC_TIMESTAMP(6)));
SET @took = ROW_COUNT();
SELECT task_id, kind, table_name, statement, byte_count, attempt_no, is_optional
FROM wirekite_task WHERE task_id = :task AND @took > 0

-- name: finish_task
UPDATE wirekite_task SET worker = CASE WHEN :state = 'READY' THEN NULL ELSE worker END,
  finished_at = CASE WHEN :state = 'READY' THEN NULL ELSE UTC_TIMESTAMP(6) END,
  state = :state, outcome = :outcome, status_reason = :reason
WHERE task_id = :task AND worker = :worker AND state = 'RUNNING'

-- name: finish_event
UPDATE wirekite_task SET state = 'DONE', outcome = 'success', finished_at = UTC_TIMESTAMP(6)
WHERE task_id = :task AND kind = 'event' AND state = 'READY'

-- name: close_events
-- Every chunk that was planned is written, every one is loaded up to its last row, and their numbers agree.
SET @loaded = (SELECT JSON_ARRAYAGG(JSON_OBJECT('t', c.table_name, 'e', c.rows_extracted, 'r', c.rows_loaded, 'b', c.bytes_loaded))
FROM (SELECT t.table_name, t.chunk_count,
    COUNT(CASE WHEN p.operation = 'DE' AND p.finish_time IS NOT NULL THEN 1 END) AS written,
    COUNT(CASE WHEN p.operation = 'D' AND p.finish_time IS NOT NULL AND p.mark = CAST(p.row_count AS CHAR) THEN 1 END) AS loads,
    COUNT(CASE WHEN p.source IS NOT NULL AND p.finish_time IS NULL THEN 1 END) AS unfinished,
    COALESCE(SUM(CASE WHEN p.operation = 'DE' THEN p.row_count END), 0) AS rows_extracted,
    COALESCE(SUM(CASE WHEN p.operation = 'D' THEN p.row_count END), 0) AS rows_loaded,
    COALESCE(SUM(CASE WHEN p.operation = 'D' THEN p.byte_count END), 0) AS bytes_loaded
  FROM wirekite_table t
    JOIN wirekite_task e ON e.kind = 'event' AND e.table_name = t.table_name AND e.state = 'READY'
    LEFT JOIN wirekite_progress p ON p.table_name = t.table_name
  WHERE t.state = 'COPYING'
  GROUP BY t.table_name, t.chunk_count) c
WHERE c.unfinished = 0 AND c.written = c.chunk_count AND c.loads = c.chunk_count);
UPDATE wirekite_table t
  JOIN JSON_TABLE(@loaded, '$[*]' COLUMNS (table_name VARCHAR(320) PATH '$.t', rows_extracted BIGINT PATH '$.e',
    rows_loaded BIGINT PATH '$.r', bytes_loaded BIGINT PATH '$.b')) c ON c.table_name = t.table_name
SET t.state = 'LOADED', t.updated_at = UTC_TIMESTAMP(6),
  t.rows_extracted = c.rows_extracted, t.rows_loaded = c.rows_loaded, t.bytes_loaded = c.bytes_loaded,
  t.chunks_written = t.chunk_count, t.chunks_loaded = t.chunk_count
WHERE t.state = 'COPYING';
UPDATE wirekite_task e
  JOIN JSON_TABLE(@loaded, '$[*]' COLUMNS (table_name VARCHAR(320) PATH '$.t')) c ON c.table_name = e.table_name
SET e.state = 'DONE', e.outcome = 'success', e.finished_at = UTC_TIMESTAMP(6)
WHERE e.kind = 'event' AND e.state = 'READY';
SELECT c.table_name FROM JSON_TABLE(@loaded, '$[*]' COLUMNS (table_name VARCHAR(320) PATH '$.t')) c

-- name: reopen_events
UPDATE wirekite_task SET state = 'WAITING', finished_at = NULL WHERE task_id IN ('in step', 'cutover') AND state IN ('READY', 'DONE')

-- name: reopen_tasks
-- Of one table: what has failed there, and what waited for that.
SET @again = (SELECT JSON_ARRAYAGG(t.task_id) FROM wirekite_task t LEFT JOIN wirekite_task b ON b.task_id = t.blocked_by
  WHERE t.state IN ('FAILED', 'BLOCKED', 'HELD', 'ABORTED') AND (:table IS NULL OR t.table_name = :table OR b.table_name = :table));
SELECT a.task_id FROM JSON_TABLE(COALESCE(@again, '[]'), '$[*]' COLUMNS (task_id VARCHAR(380) PATH '$')) a;
UPDATE wirekite_task t JOIN JSON_TABLE(COALESCE(@again, '[]'), '$[*]' COLUMNS (task_id VARCHAR(380) PATH '$')) a ON a.task_id = t.task_id
SET t.state = 'WAITING', t.blocked_by = NULL, t.worker = NULL

-- name: open_tasks
SELECT task_id, kind, table_name, state, attempt_no, worker, status_reason, blocked_by
FROM wirekite_task WHERE state NOT IN ('DONE', 'SKIPPED') ORDER BY state, priority DESC, byte_count DESC, task_id

-- name: close_joints
-- Events that only join others (a partitioned table's rows are its partitions'): done as soon as they are ready.
UPDATE wirekite_task SET state = 'DONE', outcome = 'success', finished_at = UTC_TIMESTAMP(6)
WHERE kind = 'event' AND table_name IS NULL AND state = 'READY' AND task_id NOT IN ('cutover', 'in step')

-- name: count_tasks
SELECT COUNT(*) AS total, COUNT(CASE WHEN state IN ('WAITING', 'READY', 'RUNNING', 'HELD') THEN 1 END) AS open,
  COUNT(CASE WHEN state = 'FAILED' THEN 1 END) AS failed, COUNT(CASE WHEN state = 'BLOCKED' THEN 1 END) AS blocked,
  COUNT(CASE WHEN state = 'ABORTED' THEN 1 END) AS aborted,
  MAX(CASE WHEN task_id = 'cutover' THEN state END) AS cutover, MAX(CASE WHEN task_id = 'in step' THEN state END) AS in_step,
  COUNT(CASE WHEN kind <> 'event' AND state IN ('READY', 'RUNNING') THEN 1 END) AS moving
FROM wirekite_task

-- name: tasks_to_rewind
-- Everything that comes after rows, with what it needs of the same kind. Of one table: what is made on its rows, and
-- what was done to that.
WITH RECURSIVE late (task_id) AS (
  SELECT task_id FROM wirekite_task WHERE kind = 'event'
  UNION
  SELECT d.task_id FROM wirekite_task_dependency d JOIN late l ON l.task_id = d.depends_on
), chosen (task_id) AS (
  SELECT t.task_id FROM wirekite_task t JOIN late l ON l.task_id = t.task_id
  WHERE t.kind <> 'event' AND (:table IS NULL OR t.table_name = :table OR EXISTS (
    SELECT 1 FROM wirekite_task_dependency d JOIN wirekite_task e ON e.task_id = d.depends_on AND e.kind = 'event'
    WHERE d.task_id = t.task_id AND e.table_name = :table))
  UNION
  SELECT t.task_id FROM chosen c JOIN wirekite_task_dependency d ON d.depends_on = c.task_id
    JOIN wirekite_task t ON t.task_id = d.task_id AND t.kind <> 'event'
)
SELECT t.task_id, t.state, t.`undo`, t.is_repeated,
  CASE WHEN t.state = 'RUNNING' AND EXISTS (SELECT 1 FROM wirekite_worker k WHERE k.worker = t.worker AND k.lease_until > UTC_TIMESTAMP(6))
    THEN 'YES' ELSE 'NO' END AS at_work,
  COALESCE((SELECT JSON_ARRAYAGG(d.depends_on) FROM wirekite_task_dependency d WHERE d.task_id = t.task_id), '[]') AS needs
FROM wirekite_task t JOIN chosen c ON c.task_id = t.task_id

-- name: rewind_task
UPDATE wirekite_task SET state = 'WAITING', worker = NULL, finished_at = NULL, outcome = NULL, status_reason = NULL
WHERE task_id = :task AND state = :state

-- name: rewind_events
UPDATE wirekite_task SET state = 'WAITING', worker = NULL, finished_at = NULL, outcome = NULL, status_reason = NULL
WHERE kind = 'event' OR state IN ('FAILED', 'BLOCKED', 'READY', 'RUNNING')

-- name: troubled_tasks
SELECT task_id, state, status_reason FROM wirekite_task
WHERE state = 'FAILED' OR state = 'SKIPPED' ORDER BY state, task_id

-- name: count_escalated
UPDATE wirekite_table SET errors_total = errors_total + 1, errors_escalated = errors_escalated + 1, updated_at = UTC_TIMESTAMP(6)
WHERE table_name = (SELECT table_name FROM wirekite_task WHERE task_id = :id)
