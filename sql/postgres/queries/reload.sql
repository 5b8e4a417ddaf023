-- name: leave_for_reload
-- Its events wait again, so that what is taken back now is not made again before the table is empty.
WITH events AS (
  UPDATE wirekite_task SET state = 'WAITING', finished_at = NULL
  WHERE kind = 'event' AND (table_name = :table::text OR task_id IN ('follow ' || :table::text, 'in step', 'cutover'))
)
UPDATE wirekite_table SET state = 'RELOAD_NEEDED', error = :why::text, updated_at = clock_timestamp(),
  applied_seq = coalesce(applied_seq, (SELECT mark::bigint FROM wirekite_progress WHERE source = 'stream' AND target = 'changes'))
WHERE table_name = :table::text
