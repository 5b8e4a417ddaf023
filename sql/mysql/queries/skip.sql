-- name: skip_tasks
-- What is still to be done to the table is not done, and other tables do not refer to it.
UPDATE wirekite_task t
  LEFT JOIN wirekite_task_dependency d ON d.task_id = t.task_id AND d.depends_on = CONCAT('load ', :table) AND t.kind = 'foreign key'
SET t.state = 'SKIPPED', t.outcome = 'error', t.status_reason = CONCAT('SKIP: ', :why), t.blocked_by = NULL,
  t.finished_at = UTC_TIMESTAMP(6)
WHERE t.state NOT IN ('DONE', 'SKIPPED')
  AND (t.table_name = :table OR t.task_id = CONCAT('follow ', :table) OR d.task_id IS NOT NULL)

-- name: unblock_tasks
-- What is left out holds nobody up any more; whoever needs something else that has failed is blocked again.
UPDATE wirekite_task t JOIN wirekite_task b ON b.task_id = t.blocked_by AND b.state = 'SKIPPED'
SET t.state = 'WAITING', t.blocked_by = NULL WHERE t.state = 'BLOCKED'

-- name: skip_chunks
-- Whoever has one of its chunks in hand is fenced.
UPDATE wirekite_progress SET generation = generation + 1, worker = NULL, updated_at = UTC_TIMESTAMP(6)
WHERE table_name = :table AND finish_time IS NULL

-- name: skip_table
UPDATE wirekite_table SET state = 'SKIPPED', error = :why, updated_at = UTC_TIMESTAMP(6), applied_seq = COALESCE(applied_seq,
  (SELECT CAST(mark AS SIGNED) FROM wirekite_progress WHERE source = 'stream' AND target = 'changes'))
WHERE table_name = :table

-- name: unskip_tasks
UPDATE wirekite_task t LEFT JOIN wirekite_task_dependency d ON d.task_id = t.task_id AND d.depends_on = CONCAT('load ', :table)
SET t.state = 'WAITING', t.outcome = NULL, t.status_reason = NULL, t.finished_at = NULL
WHERE t.state = 'SKIPPED' AND t.status_reason LIKE 'SKIP:%'
  AND (t.table_name = :table OR t.task_id = CONCAT('follow ', :table) OR d.task_id IS NOT NULL)

-- name: count_skipped
UPDATE wirekite_table t
  JOIN JSON_TABLE(:tables, '$[*]' COLUMNS (table_name VARCHAR(320) PATH '$.table_name', found BIGINT PATH '$.found')) g
  ON g.table_name = t.table_name
SET t.changes_skipped = t.changes_skipped + g.found, t.updated_at = UTC_TIMESTAMP(6)

-- name: skipped_transactions
SELECT scope, value FROM wirekite_command
WHERE action = 'SKIP' AND state IN ('SEEN', 'DONE') AND value REGEXP '^[0-9]{1,15}$'
