-- name: insert_tables
-- A table that joins later is behind from the lane's mark on: no snapshot that it will get is older.
INSERT INTO wirekite_table (table_name, schema_name, target_name, phase, priority, business_value, risk_score, critical,
  rows_estimated, bytes_estimated, applied_seq)
SELECT t.table_name, t.schema_name, t.target_name, COALESCE(e.phase, 1), COALESCE(t.priority, e.priority, 0), t.business_value,
  t.risk_score, t.critical, t.rows_estimated, t.bytes_estimated, (SELECT lane_seq FROM wirekite_following)
FROM JSON_TABLE(:tables, '$[*]' COLUMNS (table_name VARCHAR(320) PATH '$.table_name',
    schema_name VARCHAR(320) PATH '$.schema_name', target_name VARCHAR(320) PATH '$.target_name', priority DOUBLE PATH '$.priority',
    business_value DOUBLE PATH '$.business_value', risk_score DOUBLE PATH '$.risk_score', critical VARCHAR(3) PATH '$.critical',
    rows_estimated BIGINT PATH '$.rows_estimated', bytes_estimated BIGINT PATH '$.bytes_estimated')) t
  LEFT JOIN wirekite_task e ON e.kind = 'event' AND e.table_name = t.table_name
WHERE NOT EXISTS (SELECT 1 FROM wirekite_table w WHERE w.table_name = t.table_name)

-- name: list_tables
SELECT table_name, target_name, state, priority, start_position, rows_estimated, rows_extracted, rows_loaded, bytes_estimated,
  bytes_loaded, generation, snapshot_id, encoding, next_chunk, chunk_count, error, applied_seq
FROM wirekite_table ORDER BY priority DESC, table_name

-- name: fail_table
UPDATE wirekite_task SET state = :state, status_reason = :error, finished_at = UTC_TIMESTAMP(6)
WHERE kind = 'event' AND table_name = :table AND state <> 'DONE';
UPDATE wirekite_table SET state = :state, error = :error, errors_total = errors_total + 1,
  errors_escalated = errors_escalated + 1, updated_at = UTC_TIMESTAMP(6)
WHERE table_name = :table AND state NOT IN ('FAILED', 'HELD')

-- name: reopen_tables
-- What had failed before is tried once more by a new run, at its marks. What was loaded stays so: its changes are to follow.
SELECT table_name FROM wirekite_table WHERE state IN ('FAILED', 'HELD') AND (:table IS NULL OR table_name = :table) FOR UPDATE;
UPDATE wirekite_task SET state = 'WAITING', status_reason = NULL, finished_at = NULL
WHERE kind = 'event' AND state IN ('FAILED', 'HELD') AND table_name IN (SELECT table_name FROM wirekite_table
  WHERE state IN ('FAILED', 'HELD') AND (:table IS NULL OR table_name = :table));
UPDATE wirekite_table t SET t.error = NULL, t.updated_at = UTC_TIMESTAMP(6),
  t.state = CASE WHEN EXISTS (SELECT 1 FROM wirekite_task e WHERE e.kind = 'event' AND e.table_name = t.table_name
      AND e.state = 'DONE') THEN 'LOADED'
    WHEN t.snapshot_id IS NULL THEN 'PLANNED' ELSE 'COPYING' END
WHERE t.state IN ('FAILED', 'HELD') AND (:table IS NULL OR t.table_name = :table)

-- name: lock_table
-- By a statement of its own: the next one then sees what those did who had begun before.
SELECT table_name FROM wirekite_table WHERE table_name = :table FOR UPDATE

-- name: empty_for_reload
-- The caller holds the lane. From its mark on the table is behind: whatever is applied already is in the snapshot to come.
SET @lane = (SELECT lane_seq FROM wirekite_following);
DELETE FROM wirekite_progress WHERE table_name = :table;
UPDATE wirekite_task SET state = 'WAITING', finished_at = NULL
WHERE kind = 'event' AND (table_name = :table OR task_id = CONCAT('follow ', :table));
UPDATE wirekite_table SET state = 'PLANNED', generation = generation + 1, snapshot_id = NULL, start_position = NULL,
  start_seq = NULL, encoding = NULL, chunk_count = 0, chunks_written = 0, chunks_loaded = 0, rows_extracted = 0, rows_loaded = 0, bytes_loaded = 0, error = NULL,
  applied_seq = GREATEST(COALESCE(applied_seq, @lane), COALESCE(@lane, applied_seq)), updated_at = UTC_TIMESTAMP(6)
WHERE table_name = :table;
INSERT INTO wirekite_history (object, row_key, column_name, old_value, new_value)
SELECT 'wirekite_table', table_name, 'generation', generation - 1, CONCAT(generation, ': ', :why)
FROM wirekite_table WHERE table_name = :table

-- name: take_chunk_numbers
UPDATE wirekite_table SET next_chunk = next_chunk + :count WHERE table_name = :table;
SELECT next_chunk - :count AS first FROM wirekite_table WHERE table_name = :table

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
SELECT c.table_name, c.chunk_count, c.planned, c.claimed, c.loads, c.short
FROM (SELECT t.table_name, t.chunk_count, COUNT(CASE WHEN p.operation = 'DE' THEN 1 END) AS planned,
    COUNT(CASE WHEN p.operation = 'DE' AND p.claimed_at IS NOT NULL THEN 1 END) AS claimed,
    COUNT(CASE WHEN p.operation = 'D' THEN 1 END) AS loads,
    COUNT(CASE WHEN p.operation = 'D' AND p.finish_time IS NOT NULL AND NOT p.mark <=> CAST(p.row_count AS CHAR) THEN 1 END) AS short
  FROM wirekite_table t LEFT JOIN wirekite_progress p ON p.table_name = t.table_name
  WHERE (t.state = 'COPYING' OR :also_done = 'YES' AND t.state IN ('LOADED', 'DONE')) AND (:table IS NULL OR t.table_name = :table)
  GROUP BY t.table_name, t.chunk_count) c
WHERE c.planned <> c.chunk_count OR c.claimed <> c.loads OR c.short > 0
ORDER BY c.table_name

-- name: fold_totals
-- Recomputed, not added to: a chunk that was counted twice or not at all would stay wrong for ever. What failed, was tried again and
-- is done has recovered; what was told to a person has been escalated, and adds up elsewhere.
SET @totals = (SELECT JSON_ARRAYAGG(JSON_OBJECT('t', c.table_name, 'e', c.rows_extracted, 'r', c.rows_loaded, 'b', c.bytes_loaded,
  'w', c.chunks_written, 'l', c.chunks_loaded, 'o', c.recovered))
FROM (
  SELECT p.table_name, SUM(p.operation = 'DE') AS chunks_written, SUM(p.operation = 'D') AS chunks_loaded,
    COALESCE(SUM(CASE WHEN p.operation = 'DE' THEN p.row_count END), 0) AS rows_extracted,
    COALESCE(SUM(CASE WHEN p.operation = 'D' THEN p.row_count END), 0) AS rows_loaded,
    COALESCE(SUM(CASE WHEN p.operation = 'D' THEN p.byte_count END), 0) AS bytes_loaded,
    SUM(p.restarts) + COALESCE(MAX(k.again), 0) AS recovered
  FROM wirekite_progress p LEFT JOIN (SELECT table_name, SUM(attempt_no - 1) AS again FROM wirekite_task
      WHERE state = 'DONE' AND attempt_no > 1 GROUP BY table_name) k ON k.table_name = p.table_name
  WHERE p.operation IN ('DE', 'D') AND p.finish_time IS NOT NULL
    AND (:also_done = 'YES' OR p.table_name IN (SELECT table_name FROM wirekite_table WHERE state NOT IN ('PLANNED', 'DONE')))
  GROUP BY p.table_name
) c);
UPDATE wirekite_table t
  JOIN JSON_TABLE(@totals, '$[*]' COLUMNS (table_name VARCHAR(320) PATH '$.t', rows_extracted BIGINT PATH '$.e',
    rows_loaded BIGINT PATH '$.r', bytes_loaded BIGINT PATH '$.b', chunks_written BIGINT PATH '$.w',
    chunks_loaded BIGINT PATH '$.l', recovered BIGINT PATH '$.o')) c ON c.table_name = t.table_name
SET t.rows_extracted = c.rows_extracted, t.rows_loaded = c.rows_loaded, t.bytes_loaded = c.bytes_loaded,
  t.chunks_written = c.chunks_written, t.chunks_loaded = c.chunks_loaded,
  t.errors_recovered = c.recovered, t.errors_total = t.errors_escalated + c.recovered, t.updated_at = UTC_TIMESTAMP(6)
WHERE (t.rows_extracted, t.rows_loaded, t.bytes_loaded, t.chunks_written, t.chunks_loaded, t.errors_recovered)
  <> (c.rows_extracted, c.rows_loaded, c.bytes_loaded, c.chunks_written, c.chunks_loaded, c.recovered)

-- name: finish_tables
-- Rows are in and nothing of the table is left to do but what waits for the end.
SELECT t.table_name FROM wirekite_table t
WHERE t.state = 'LOADED' AND NOT EXISTS (
  SELECT 1 FROM wirekite_task k WHERE k.table_name = t.table_name AND k.state NOT IN ('DONE', 'SKIPPED')) FOR UPDATE;
UPDATE wirekite_table t SET t.state = 'DONE', t.updated_at = UTC_TIMESTAMP(6)
WHERE t.state = 'LOADED' AND NOT EXISTS (
  SELECT 1 FROM wirekite_task k WHERE k.table_name = t.table_name AND k.state NOT IN ('DONE', 'SKIPPED'))
