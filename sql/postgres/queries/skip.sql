-- name: skip_tasks
-- What is still to be done to the table is not done, and other tables do not refer to it.
UPDATE wirekite_task t SET state = 'SKIPPED', outcome = 'error', status_reason = 'SKIP: ' || :why::text, blocked_by = NULL,
  finished_at = clock_timestamp()
WHERE t.state NOT IN ('DONE', 'SKIPPED') AND (t.table_name = :table::text OR t.task_id = 'follow ' || :table::text
  OR t.kind = 'foreign key' AND EXISTS (SELECT 1 FROM wirekite_task_dependency d
    WHERE d.task_id = t.task_id AND d.depends_on = 'load ' || :table::text))

-- name: unblock_tasks
-- What is left out holds nobody up any more; whoever needs something else that has failed is blocked again.
UPDATE wirekite_task t SET state = 'WAITING', blocked_by = NULL
FROM wirekite_task b WHERE b.task_id = t.blocked_by AND b.state = 'SKIPPED' AND t.state = 'BLOCKED'

-- name: skip_chunks
-- Whoever has one of its chunks in hand is fenced.
UPDATE wirekite_progress SET generation = generation + 1, worker = NULL, updated_at = clock_timestamp()
WHERE table_name = :table::text AND finish_time IS NULL

-- name: skip_table
UPDATE wirekite_table SET state = 'SKIPPED', error = :why::text, updated_at = clock_timestamp(),
  applied_seq = coalesce(applied_seq, (SELECT mark::bigint FROM wirekite_progress WHERE source = 'stream' AND target = 'changes'))
WHERE table_name = :table::text

-- name: unskip_tasks
UPDATE wirekite_task t SET state = 'WAITING', outcome = NULL, status_reason = NULL, finished_at = NULL
WHERE t.state = 'SKIPPED' AND t.status_reason LIKE 'SKIP:%' AND (t.table_name = :table::text OR t.task_id = 'follow ' || :table::text
  OR EXISTS (SELECT 1 FROM wirekite_task_dependency d WHERE d.task_id = t.task_id AND d.depends_on = 'load ' || :table::text))

-- name: count_skipped
UPDATE wirekite_table t SET changes_skipped = t.changes_skipped + g.found, updated_at = clock_timestamp()
FROM jsonb_to_recordset(:tables::jsonb) AS g(table_name text, found bigint) WHERE t.table_name = g.table_name

-- name: skipped_transactions
SELECT scope, value FROM wirekite_command
WHERE action = 'SKIP' AND state IN ('SEEN', 'DONE') AND value ~ '^[0-9]{1,15}$'
