-- name: behind_tables
SELECT t.table_name, t.generation, t.applied_seq, t.start_seq,
  CASE WHEN t.state IN ('LOADED', 'DONE') AND k.state = 'DONE' THEN 'YES' ELSE 'NO' END AS followed
FROM wirekite_table t LEFT JOIN wirekite_task k ON k.task_id = CONCAT('follow ', t.table_name)
WHERE t.applied_seq IS NOT NULL AND t.state <> 'SKIPPED' ORDER BY t.applied_seq, t.table_name

-- name: advance_behind
-- The files that were applied stay for their time from now on: the target may fall back to an older state.
UPDATE wirekite_progress SET updated_at = UTC_TIMESTAMP(6)
WHERE target = 'C' AND last_seq <= :to
  AND last_seq > (SELECT MIN(g.applied_seq) FROM JSON_TABLE(:tables, '$[*]' COLUMNS (applied_seq BIGINT PATH '$.applied_seq')) g);
UPDATE wirekite_table t
  JOIN JSON_TABLE(:tables, '$[*]' COLUMNS (table_name VARCHAR(320) PATH '$.table_name', generation INT PATH '$.generation',
    applied_seq BIGINT PATH '$.applied_seq')) g
  ON t.table_name = g.table_name AND t.generation = g.generation AND t.applied_seq = g.applied_seq
SET t.applied_seq = :to, t.updated_at = UTC_TIMESTAMP(6)
WHERE t.state IN ('LOADED', 'DONE')

-- name: join_lane
UPDATE wirekite_table t
  JOIN JSON_TABLE(:tables, '$[*]' COLUMNS (table_name VARCHAR(320) PATH '$.table_name', generation INT PATH '$.generation')) g
  ON t.table_name = g.table_name AND t.generation = g.generation
SET t.applied_seq = NULL, t.updated_at = UTC_TIMESTAMP(6)
WHERE t.applied_seq = :mark AND t.state IN ('LOADED', 'DONE')

-- name: leave_lane
UPDATE wirekite_table SET applied_seq = :mark, updated_at = UTC_TIMESTAMP(6)
WHERE table_name = :table AND applied_seq IS NULL

-- name: stop_table
UPDATE wirekite_table SET state = 'FAILED', error = :error,
  errors_total = errors_total + 1, errors_escalated = errors_escalated + 1, updated_at = UTC_TIMESTAMP(6)
WHERE table_name = :table AND applied_seq IS NOT NULL AND state IN ('LOADED', 'DONE')

-- name: held_by
-- What the lane has passed and the table that is furthest behind has not.
SELECT h.table_name, h.stopped, h.byte_count
FROM (SELECT t.table_name, CASE WHEN t.state = 'FAILED' THEN 'YES' ELSE 'NO' END AS stopped,
    (SELECT COALESCE(SUM(p.byte_count), 0) FROM wirekite_progress p
      WHERE p.target = 'C' AND p.finish_time IS NOT NULL AND p.last_seq > t.applied_seq) AS byte_count
  FROM (SELECT table_name, state, applied_seq FROM wirekite_table WHERE applied_seq IS NOT NULL AND state NOT IN ('RELOAD_NEEDED', 'SKIPPED')
    ORDER BY applied_seq, CASE WHEN state = 'FAILED' THEN 0 ELSE 1 END, table_name LIMIT 1) t) h
WHERE h.byte_count > 0

-- name: drop_behind
UPDATE wirekite_table SET state = 'RELOAD_NEEDED', error = :why, errors_total = errors_total + 1,
  errors_escalated = errors_escalated + 1, updated_at = UTC_TIMESTAMP(6)
WHERE table_name = :table AND applied_seq IS NOT NULL AND state <> 'RELOAD_NEEDED';
SET @dropped = ROW_COUNT();
INSERT INTO wirekite_history (object, row_key, column_name, new_value)
SELECT 'wirekite_table', :table, 'state', CONCAT('RELOAD_NEEDED: ', :why) FROM DUAL WHERE @dropped > 0

-- name: in_step
SELECT CASE WHEN EXISTS (SELECT 1 FROM wirekite_table
  WHERE state <> 'SKIPPED' AND (applied_seq IS NOT NULL OR state NOT IN ('LOADED', 'DONE'))) THEN 'NO' ELSE 'YES' END AS in_step
